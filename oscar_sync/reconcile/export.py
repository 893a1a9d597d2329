"""Live services as FDL files and scripts, so that a plan of them is empty (product 3)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind, Value
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import ClusterView, LiveService
from oscar_sync.semantics.federation import is_worker
from oscar_sync.semantics.normal_form import CARRIED_LABELS, INJECTED_VARIABLES, normal_form

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
# Devices of Windows, whatever their ending.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE)
_WORKER: Final = "oscar.grycap/federation-worker"


class ExportedFile(Struct, frozen=True):
    """One file to write: its path below the target, and its text."""

    path: str
    text: str


class Exported(Struct, frozen=True):
    """What an export writes, and what it leaves out with the reason."""

    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...]
    services: int


def exported(view: ClusterView, *, all_owners: bool = False) -> Exported:
    """Return the files of a cluster's services: mine, or with *all_owners* everybody's.

    Federation workers are never exported, nor a service whose name is no safe file name.
    Secrets are written blank, which means *keep*.
    """
    files: list[ExportedFile] = []
    left_out: list[str] = []
    services = 0
    for name, live in sorted(view.services.items()):
        reason = _reason(view, live, all_owners=all_owners)
        if reason:
            left_out.append(f"{live.key}: {reason}")
            continue
        folder = _folder(view.cluster.id)
        services += 1
        script = f"{name}.sh"
        files.append(ExportedFile(f"{folder}/{script}", str(live.form["script"])))
        files.append(ExportedFile(f"{folder}/{name}.yaml", _fdl_text(view, live, script)))
    return Exported(tuple(files), tuple(left_out), services)


def _folder(cluster: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._:-]", "_", cluster).lstrip(".") or "cluster"
    return f"_{name}" if _DEVICE.fullmatch(name) else name


def apart(files: Sequence[ExportedFile]) -> tuple[tuple[ExportedFile, ...], tuple[str, ...]]:
    """Return *files* without those whose path an earlier one has, and the paths of these.

    Upper and lower case are one: on some file systems they name one file.
    """
    kept: dict[str, ExportedFile] = {}
    others = [
        file.path for file in files if kept.setdefault(file.path.casefold(), file) is not file
    ]
    return tuple(kept.values()), tuple(others)


def _reason(view: ClusterView, live: LiveService, *, all_owners: bool) -> str:
    if is_worker(live.annotations):
        return "a federation worker"
    if not _NAME.fullmatch(live.key.name) or _DEVICE.fullmatch(live.key.name):
        return "its name is no safe file name"
    is_mine = live.owner in view.me or (
        not live.owner and view.is_admin and live.namespace == view.services_namespace
    )
    return "" if is_mine or all_owners else f"owned by {live.owner or 'nobody'}"


def _fdl_text(view: ClusterView, live: LiveService, script: str) -> str:
    from oscar_sync.documents.yaml_writer import yaml_text

    service = {**fdl_of(live), "script": script}
    return yaml_text({"functions": {"oscar": [{str(view.cluster.id): service}]}})


def fdl_of(live: LiveService) -> dict[str, object]:
    """Return the FDL service that means *live*: only what differs from the server's defaults."""
    plain = normal_form({"name": live.key.name, "image": "", "script": ""}, is_live=False)
    service = dict(_different(SERVICE, live.form, plain))
    service["name"] = str(live.key.name)
    environment = service.get("environment")
    if live.secret_names:
        block = dict(environment) if isinstance(environment, Mapping) else {}
        block["secrets"] = dict.fromkeys(live.secret_names, "")
        service["environment"] = block
    return {field.name: service[field.name] for field in SERVICE if field.name in service}


def _different(
    fields: tuple[Field, ...], form: Mapping[str, Value], plain: Mapping[str, Value]
) -> Iterator[tuple[str, object]]:
    for field in fields:
        value, default = form.get(field.name), plain.get(field.name)
        is_blank = value is None or (value == "" and default is None)
        if value == default or is_blank:
            continue
        if field.kind is Kind.BLOCK and isinstance(value, dict) and isinstance(default, dict):
            inner = dict(_different(field.children, value, default))
            if inner:
                yield field.name, inner
        else:
            written = _written(field.name, value)
            if written not in ({}, []):
                yield field.name, written


def _written(name: str, value: Value) -> object:
    """Return *value* as it is written: secrets blank, nothing that the server puts in itself."""
    if isinstance(value, Secret):
        return ""
    if isinstance(value, dict):
        dropped = {"labels": CARRIED_LABELS, "variables": INJECTED_VARIABLES}.get(name, frozenset())
        return {
            key: _written(key, item)
            for key, item in value.items()
            if key not in dropped and item is not None
        }
    if isinstance(value, list):
        return [_without_blanks(_written(name, item)) for item in value]
    return value


def _without_blanks(value: object) -> object:
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item not in ([], "")}
    return value


def conflicts(exported_files: tuple[ExportedFile, ...], target: Path) -> tuple[str, ...]:
    """Return the files below *target* that exist with another content."""
    found = []
    for file in exported_files:
        path = target / file.path
        if (
            path.is_symlink()
            or (path.exists() and not path.is_file())
            or (path.exists() and _text(path) != file.text)
        ):
            found.append(str(path))
    return tuple(found)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None
