"""From a body to the definition that OSCAR keeps (oscar-server 2, 3)."""

import re
from typing import Any

from oscar_sync.emulator.binding import (
    Document,
    ListOf,
    MapOf,
    Pointer,
    Shape,
    Struct,
    Text,
    bound,
)
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.kubernetes import is_dns_label, positive_quantity
from oscar_sync.emulator.object_store import ObjectStore
from oscar_sync.emulator.releases import Release
from oscar_sync.emulator.schema import SERVICE, required_problems
from oscar_sync.emulator.yaml_damage import (
    stored_field,
    stored_item,
    stored_key,
    stored_value,
)

__all__ = ["NotBound", "NotValid", "kept_by_yaml", "provider_of", "read_service", "split_path"]

RELEASE = Release()
_LEVELS = {"NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
_NAME_LIMIT = 39
_RESERVED = ("/oscar/config", "/oscar/bin")
_SPACE = " \t\n\r\v\f\x85\xa0"


class NotValid(Exception):
    """A definition that is answered 400; the text is the whole body of the answer."""


class NotBound(NotValid):
    """One that is not even read into the struct."""


def provider_of(text: str) -> tuple[str, str]:
    """Return the type in lower case and the id of `<type>[.<id>]` (oscar-server 2.2)."""
    kind, dot, name = text.strip(_SPACE).partition(".")
    return kind.lower(), name if dot else "default"


def split_path(path: str) -> tuple[str, str]:
    """Return the bucket and the folder of a path, the folder blank where there is none."""
    bucket, _, folder = path.strip(" /").partition("/")
    return bucket, folder


def read_service(body: bytes, store: ObjectStore, release: Release = RELEASE) -> Document:
    """Return the body as a release reads it, with everything set that POST and PUT set alike.

    Raises:
        NotValid: the first of the checks 1 to 3 of POST and PUT that fails.
    """
    try:
        definition = bound(release.shape, body)
    except GoJsonError as error:
        text = f"The service specification is not valid: {error}"
        raise NotBound(text) from error
    _require(definition)
    if release.trims_users:
        users = (user.strip(_SPACE) for user in definition["allowed_users"])
        definition["allowed_users"] = [user for user in users if user]
    definition["script"] = definition["script"].replace("\r\n", "\n").replace("\r", "\n")
    _set_defaults(definition)
    _set_labels(definition, is_marked=release.labels_services)
    _set_provider(definition, store)
    _set_federation(definition)
    if release.normalizes_paths:
        _set_paths(definition)
    _set_volume(definition)
    definition["volume_status"] = SERVICE.zero()["volume_status"]
    return definition


def _require(definition: Document) -> None:
    rules = []
    if not definition["name"]:
        rules.append(("Name", "required"))
    elif len(definition["name"]) > _NAME_LIMIT:
        rules.append(("Name", "max"))
    rules += [(name, "required") for name in ("Image", "Script") if not definition[name.lower()]]
    if rules:
        problems = required_problems("Service", tuple(rules))
        text = f"The service specification is not valid: {problems}"
        raise NotBound(text)


def _set_defaults(definition: Document) -> None:
    definition["memory"] = definition["memory"] or "256Mi"
    definition["cpu"] = definition["cpu"] or "0.2"
    definition["visibility"] = definition["visibility"] or "private"
    level = definition["log_level"].upper()
    definition["log_level"] = level if level in _LEVELS else "INFO"


def _set_labels(definition: Document, *, is_marked: bool) -> None:
    name = definition["name"]
    mark = {"oscar.grycap/user-service": "true"} if is_marked else {}
    definition["labels"].update(
        {
            **mark,
            "oscar_service": name,
            "applicationId": name,
            "queue": f"root.oscar-queue.{name}",
        },
    )


def _set_provider(definition: Document, store: ObjectStore) -> None:
    if definition["storage_providers"] is None:
        definition["storage_providers"] = {
            name: {} for name in ("s3", "minio", "onedata", "webdav", "rucio")
        }
    known = definition["storage_providers"]["minio"]
    sent = known.get("default")
    federation = definition["federation"]
    may_keep = "oscar.grycap/origin-cluster" in definition["annotations"] or (
        federation is not None and federation["members"]
    )
    if may_keep and sent and sent["endpoint"].strip(_SPACE):
        return
    known["default"] = {
        "endpoint": store.endpoint,
        "verify": False,
        "access_key": "hidden",
        "secret_key": "hidden",
        "region": store.region,
    }


def _set_federation(definition: Document) -> None:
    federation = definition["federation"]
    if federation is not None:
        federation["group_id"] = federation["group_id"].strip(_SPACE) or definition["name"]
        federation["topology"] = federation["topology"].strip(_SPACE) or "none"


def _set_paths(definition: Document) -> None:
    for way in ("input", "output"):
        for exchange in definition[way]:
            path = exchange["path"].strip(" /")
            if not path:
                text = f"{way} path cannot be empty"
                raise NotValid(text)
            if provider_of(exchange["storage_provider"])[0] in {"minio", "s3"} and "/" not in path:
                path = f"{definition['name']}/{path}"
            exchange["path"] = path


def _volume_problem(volume: Document) -> str | None:
    has_size = bool(volume["size"])
    if not volume["mount_path"]:
        return "volume.mount_path is required"
    if not has_size and not volume["name"]:
        return "volume.name is required when volume.size is not set"
    if volume["name"] and not is_dns_label(volume["name"]):
        return "volume.name must satisfy Kubernetes DNS-1123 naming rules"
    if has_size and not positive_quantity(volume["size"]):
        return "volume.size must be a valid positive quantity"
    if volume["lifecycle_policy"] not in {"", "delete", "retain"}:
        return 'volume.lifecycle_policy must be either "delete" or "retain"'
    if volume["lifecycle_policy"] and not has_size:
        return "volume.lifecycle_policy is only valid when volume.size is set"
    if not volume["mount_path"].startswith("/"):
        return "volume.mount_path must be an absolute path"
    path = re.sub(r"/+", "/", volume["mount_path"]).rstrip("/") or "/"
    if any(path == r or path.startswith(f"{r}/") or r.startswith(f"{path}/") for r in _RESERVED):
        return "volume.mount_path cannot overlap OSCAR reserved paths"
    return None


def _set_volume(definition: Document) -> None:
    volume = definition["volume"]
    if volume is None:
        return
    for name in volume:
        volume[name] = volume[name].strip(_SPACE)
    problem = _volume_problem(volume)
    if problem:
        text = f"The service specification is not valid: {problem}"
        raise NotValid(text)
    if volume["size"]:
        volume["name"] = volume["name"] or definition["name"]
        volume["lifecycle_policy"] = volume["lifecycle_policy"] or "delete"


def kept_by_yaml(definition: Document, shape: Struct = SERVICE) -> Document:
    """Return the definition as it comes back from the server's YAML; the script is kept apart.

    Raises:
        Poisoned: it does not come back.
    """
    kept: Document = _kept(shape, definition)
    kept["script"] = definition["script"]
    return kept


def _kept(shape: Shape, value: Any) -> Any:
    if isinstance(shape, Text):
        return stored_field(value)
    if isinstance(shape, Struct):
        return {
            part.name: _kept(part.shape, value[part.name])
            for part in shape.fields
            if part.name != "script"
        }
    if isinstance(shape, Pointer):
        return None if value is None else _kept(shape.to, value)
    if isinstance(shape, ListOf):
        if isinstance(shape.item, Text):
            return [stored_item(item) for item in value]
        return [_kept(shape.item, item) for item in value]
    if isinstance(shape, MapOf):
        if isinstance(shape.item, Text):
            return {stored_key(key): stored_value(item) for key, item in value.items()}
        return {stored_key(key): _kept(shape.item, item) for key, item in value.items()}
    return value
