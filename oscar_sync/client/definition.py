"""Definitions as scripts and FDL files give them, to the bodies of POST and PUT."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard

from oscar_sync.documents.scalars import written
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.capabilities import NUMBER_PORTS, Release

_STAMPS: Final = "oscar-sync.io/"
_PORTS: Final = ("api_port", "nodePort")
_SECRET_KEYS: Final = frozenset(
    {
        "access_key",
        "auth_password",
        "password",
        "refresh_token",
        "secret_key",
        "secrets",
        "token",
    }
)


class DefinitionError(ValueError):
    """A definition that cannot be deployed; the text holds every finding."""


def is_path(given: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell whether *given* names a file that exists."""
    return isinstance(given, str | os.PathLike) and os.path.isfile(given)


# -- mappings


def typed(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with numbers and truths as text wherever OSCAR wants text.

    Everything else stays as it is, unknown keys included: the server judges.

    Example:
        >>> typed({"name": "a", "cpu": 1.0, "environment": {"variables": {"DEBUG": True}}})
        {'name': 'a', 'cpu': '1.0', 'environment': {'variables': {'DEBUG': 'true'}}}
    """
    return _block(SERVICE, definition)


def _block(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name.lower(): field for field in fields}
    return {
        str(key): _value(known[str(key).lower()], value) if str(key).lower() in known else value
        for key, value in given.items()
    }


def _value(field: Field, value: Any) -> Any:
    match field.kind:
        case Kind.TEXT:
            return written(value)
        case Kind.TEXTS if isinstance(value, list | tuple):
            return [written(item) for item in value]
        case Kind.TEXT_MAP if isinstance(value, Mapping):
            return {str(key): written(item) for key, item in value.items()}
        case Kind.BLOCK if isinstance(value, Mapping):
            return _block(field.children, value)
        case Kind.BLOCKS if isinstance(value, list | tuple):
            return [
                _block(field.children, item) if isinstance(item, Mapping) else item
                for item in value
            ]
        case Kind.BLOCK_MAP if isinstance(value, Mapping):
            return {
                str(key): _block(field.children, item) if isinstance(item, Mapping) else item
                for key, item in value.items()
            }
        case _:
            return value


def has_ports(body: Mapping[str, Any]) -> bool:
    """Tell whether the release of the server decides how *body* must be written."""
    expose = body.get("expose")
    return isinstance(expose, Mapping) and any(name in expose for name in _PORTS)


def with_ports(body: Mapping[str, Any], release: Release) -> dict[str, Any]:
    """Return *body* with ports as the release reads them: lists since 4.1, one number before."""
    expose = body.get("expose")
    if not isinstance(expose, Mapping):
        return dict(body)
    changed = {
        name: _single(expose[name]) if NUMBER_PORTS.holds(release) else _listed(expose[name])
        for name in _PORTS
        if name in expose
    }
    return {**body, "expose": {**expose, **changed}}


def _listed(ports: Any) -> Any:
    if isinstance(ports, str) and ports.isdecimal():
        ports = int(ports)
    if isinstance(ports, int) and not isinstance(ports, bool):
        return [ports] if ports else []
    return ports


def _single(ports: Any) -> Any:
    if isinstance(ports, list):
        return ports[0] if ports else 0
    return ports


# -- updates


def with_live(body: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT with what a full replace of *live* would lose unasked.

    The owner (an admin's PUT without one hands the service over), secrets whose values a GET does
    not show, the per-user buckets (which a PUT without the list erases), and oscar-sync's stamp.

    Raises:
        DefinitionError: some secrets have a value and some have none: all would be replaced.
    """
    whole = dict(body)
    if not whole.get("owner"):
        whole["owner"] = live.get("owner") or "cluster_admin"
    if live.get("bucket_list") and not _keeps_users(whole):
        whole.setdefault("bucket_list", live["bucket_list"])
    stamps = {
        key: text
        for key, text in (live.get("annotations") or {}).items()
        if str(key).startswith(_STAMPS)
    }
    if stamps:
        whole["annotations"] = {**stamps, **(whole.get("annotations") or {})}
    return _without_blank_secrets(whole)


def _keeps_users(body: Mapping[str, Any]) -> bool:
    return body.get("isolation_level") == "USER" and bool(body.get("allowed_users"))


def _without_blank_secrets(body: dict[str, Any]) -> dict[str, Any]:
    environment = body.get("environment")
    secrets = environment.get("secrets") if isinstance(environment, Mapping) else None
    if not isinstance(environment, Mapping) or not isinstance(secrets, Mapping):
        return body
    blank = sorted(str(name) for name, value in secrets.items() if not value)
    if blank and len(blank) < len(secrets):
        raise DefinitionError(
            f"the secrets {', '.join(blank)} have no value: an update replaces all of them, so "
            "give each its value, or leave environment.secrets out to keep them all"
        )
    if blank:
        rest = {key: value for key, value in environment.items() if key != "secrets"}
        return {**body, "environment": rest}
    return body


def encoded(body: Mapping[str, Any]) -> str:
    """Return *body* as JSON, its secrets revealed.

    Raises:
        DefinitionError: it holds something that JSON has no word for.
    """
    from oscar_sync.wire.messages import encode

    try:
        return encode(body).decode("ascii")
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"the definition cannot be sent: {error}") from None


def secrets_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every text of *body* that is a secret: values of secrets, keys, passwords, tokens."""
    return tuple(sorted(set(_hidden(body, is_within=False)), key=len, reverse=True))


def _hidden(value: Any, *, is_within: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _hidden(item, is_within=is_within or str(key) in _SECRET_KEYS)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _hidden(item, is_within=is_within)
    elif isinstance(value, Secret):
        yield value.reveal()
    elif is_within and isinstance(value, str):
        yield value


def name_of(body: Mapping[str, Any]) -> str:
    """Return the service's name.

    Raises:
        DefinitionError: it has none.
    """
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise DefinitionError("the definition has no name")
    return name


def prefetches(body: Mapping[str, Any]) -> bool:
    """Tell whether the server pulls the image on every node before it answers."""
    return body.get("image_prefetch") is True
