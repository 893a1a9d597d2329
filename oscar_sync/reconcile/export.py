"""Live services as FDL files and scripts, so that a plan of them is empty (product 3)."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.selection import EVERYTHING, Narrowing
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import BucketFacts, ClusterView, LiveService
from oscar_sync.semantics.access import PRIVATE, listed_access
from oscar_sync.semantics.definition import fdl_of
from oscar_sync.semantics.federation import is_worker

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
# Devices of Windows, whatever their ending.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE)


NOTHING_NAMED: Final[Mapping[ServiceKey, str]] = MappingProxyType({})


class ExportedFile(Struct, frozen=True):
    path: str
    text: str


class Exported(Struct, frozen=True):
    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...]
    services: int


def exported(
    view: ClusterView,
    narrowing: Narrowing = EVERYTHING,
    *,
    all_owners: bool = False,
    named: Mapping[ServiceKey, str] = NOTHING_NAMED,
) -> Exported:
    """Return the files of the services selected: mine, or with *all_owners* everybody's."""
    # Federation workers are never exported, nor a service whose name is not a safe file name, nor
    # one that a manifest has already: *named* says in which file. Secrets are written blank, which
    # means *keep*.
    files: list[ExportedFile] = []
    left_out: list[str] = []
    services = 0
    for name, live in view.services.items():
        if not narrowing.selects(live.key, live.form.labels):
            continue
        reason = _reason(view, live, all_owners=all_owners)
        if live.key in named:
            reason = f"{named[live.key]} has it already"
        if reason:
            left_out.append(f"{live.key}: {reason}")
            continue
        services += 1
        path, script = manifest_path(live.key), f"{name}.sh"
        files.append(ExportedFile(f"{_folder(view.cluster.id)}/{script}", live.form.script))
        files.append(ExportedFile(path, _fdl_text(view, live, script)))
    return Exported(tuple(files), tuple(left_out), services)


def storage_text(views: Iterable[ClusterView], settings: Settings) -> str:
    """Return, as YAML for settings, the buckets and volumes that are there and not declared.

    Those that services made are left out: the services' definitions name them. Blank for none.
    """
    buckets: dict[str, object] = {}
    volumes: dict[str, object] = {}
    for view in views:
        buckets |= {f"{view.cluster.id}/{one.name}": _access(one) for one in _own(view, settings)}
        known = {one.which.name for one in settings.volumes_on(view.cluster.id)}
        volumes |= {
            f"{view.cluster.id}/{name}": {"size": volume.size}
            for name, volume in (view.volumes or {}).items()
            if not (volume.made_by or volume.is_deleting or name in known)
        }
    found = (("buckets", buckets), ("volumes", volumes))
    from oscar_sync.documents.yaml_writer import yaml_text

    return "".join(yaml_text({key: entries}) for key, entries in found if entries)


def _own(view: ClusterView, settings: Settings) -> Iterator[BucketFacts]:
    owners = {*view.me, "oscar"} if view.is_admin else view.me
    declared = {one.which.name for one in settings.buckets_on(view.cluster.id)}
    for name, facts in (view.buckets or {}).items():
        is_made_for_itself = facts.is_tagged and not facts.from_service
        is_free = facts.set_name in ("", settings.set_name) and name not in declared
        if facts.owner in owners and is_made_for_itself and is_free:
            yield facts


def _access(facts: BucketFacts) -> dict[str, object]:
    visibility, users = listed_access(facts)
    if visibility == PRIVATE:
        return {}
    return {"visibility": visibility, **({"allowed_users": [*users]} if users else {})}


def manifest_path(key: ServiceKey) -> str:
    return f"{_folder(key.cluster)}/{key.name}.yaml"


def _folder(cluster: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._:-]", "_", cluster).lstrip(".") or "cluster"
    return f"_{name}" if _DEVICE.fullmatch(name) else name


def apart(files: Sequence[ExportedFile]) -> tuple[tuple[ExportedFile, ...], tuple[str, ...]]:
    """Return *files* without those whose path an earlier one has, and the paths of these."""
    # Upper and lower case are one: on some file systems they name one file.
    kept: dict[str, ExportedFile] = {}
    others = [
        file.path for file in files if kept.setdefault(file.path.casefold(), file) is not file
    ]
    return tuple(kept.values()), tuple(others)


def _reason(view: ClusterView, live: LiveService, *, all_owners: bool) -> str:
    if is_worker(live.annotations):
        return "a federation worker"
    if not _NAME.fullmatch(live.key.name) or _DEVICE.fullmatch(live.key.name):
        return "its name is not a safe file name"
    is_mine = live.owner in view.me or (
        not live.owner and view.is_admin and live.namespace == view.services_namespace
    )
    return "" if is_mine or all_owners else f"owned by {live.owner or 'nobody'}"


def _fdl_text(view: ClusterView, live: LiveService, script: str) -> str:
    from oscar_sync.documents.yaml_writer import yaml_text

    service = {**fdl_of(live.form, live.key.name, live.secret_names), "script": script}
    return yaml_text({"functions": {"oscar": [{str(view.cluster.id): service}]}})


def conflicts(exported_files: tuple[ExportedFile, ...], target: Path) -> tuple[str, ...]:
    """Return the files below *target* that exist with another content."""
    differing = []
    for file in exported_files:
        path = target / file.path
        if (
            path.is_symlink()
            or (os.path.exists(path) and not os.path.isfile(path))
            or (os.path.exists(path) and _text(path) != file.text)
        ):
            differing.append(str(path))
    return tuple(differing)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None
