"""From a normal form back to FDL: only what differs from the server's defaults is written."""

from collections.abc import Callable, Collection, Iterator, Mapping

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind, Value
from oscar_sync.model.form import Form, mapping_of
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.normal_form import CARRIED_LABELS, INJECTED_VARIABLES, normal_form


def blank(secret: Secret) -> str:
    """Return what a secret is written as where its value is not known: blank means ``keep``."""
    del secret
    return ""


def fdl_of(
    form: Form,
    name: str,
    secrets: Collection[str] | Mapping[str, str] = (),
    shown: Callable[[Secret], str] = blank,
) -> dict[str, object]:
    """Return the FDL service that means *form*.

    *secrets* are those of the environment, blank where no value is given; *shown* says how other
    secrets are written.
    """
    plain = normal_form(
        {"name": name},
        is_live=False,  # pragma: no mutate - what differs live, a blank `vo`, is left out as well
    )
    service = dict(_different(SERVICE, mapping_of(form), mapping_of(plain), shown))
    service["name"] = name
    environment = service.get("environment")
    if secrets:
        block = dict(environment) if isinstance(environment, Mapping) else {}
        given = secrets if isinstance(secrets, Mapping) else dict.fromkeys(secrets, "")
        service["environment"] = {**block, "secrets": dict(given)}
    return {field.name: service[field.name] for field in SERVICE if field.name in service}


def _different(
    fields: tuple[Field, ...],
    form: Mapping[str, Value],
    plain: Mapping[str, Value],
    shown: Callable[[Secret], str],
) -> Iterator[tuple[str, object]]:
    for field in fields:
        value, default = form.get(field.name), plain.get(field.name)
        is_blank = value is None or (value == "" and default is None)
        if value == default or is_blank:
            continue
        if field.kind is Kind.BLOCK and isinstance(value, dict) and isinstance(default, dict):
            yield field.name, dict(_different(field.children, value, default, shown))
        else:
            written = _written(field.name, value, shown)
            if written not in ({}, []):
                yield field.name, written


def _written(name: str, value: Value, shown: Callable[[Secret], str]) -> object:
    if isinstance(value, Secret):
        return shown(value)
    if isinstance(value, dict):
        dropped = {"labels": CARRIED_LABELS, "variables": INJECTED_VARIABLES}.get(name, frozenset())
        return {
            key: _written(key, item, shown)
            for key, item in value.items()
            if key not in dropped and item is not None
        }
    if isinstance(value, list):
        return [_without_blanks(_written(name, item, shown)) for item in value]
    return value


def _without_blanks(value: object) -> object:
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item not in ([], "")}
    return value
