"""Volumes that no service uses, and services whose volume is gone (oscar-server 1.5, 5)."""

from collections.abc import Iterator, Mapping

from oscar_sync.model.finding import By, Finding, Remedy
from oscar_sync.model.state import ClusterView, LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.codes import FindingCode, finding
from oscar_sync.planning.doctor.released import removal_of
from oscar_sync.semantics.volumes import attached_volume, made_volume


def volume_findings(context: Context) -> Iterator[Finding]:
    view = context.facts.view
    for live in view.services.values():
        yield from _gone(view, live)
    if view.unreadable:
        return
    if view.volumes is None:
        context.facts.missing.volumes = True
        return
    used = {
        name
        for live in view.every_service
        for name in (made_volume(live.form), attached_volume(live.form))
    }
    declared = {one.which.name for one in context.settings.volumes_on(view.cluster.id)}
    for name, volume in view.volumes.items():
        is_known = name in used or name in declared
        if is_known or volume.is_deleting or removal_of(context, volume.made_by):
            continue
        yield finding(
            FindingCode.VOLUME_KEPT,
            name,
            "no service uses it",
            "it is kept: nothing deletes it, and it uses space; the service that made it attaches "
            "it again when it comes back, and any other service that wants to make a volume of "
            "that name is refused",
            Remedy(By.YOU, "keep it; `volume: {name, mount_path}` without size attaches it"),
            Remedy(
                By.YOU,
                "or delete it: write this under `removed:` in oscar-sync.yaml, then oscar-sync "
                "apply",
                f"- {{volume: {name}, erase: true}}",
            ),
            Remedy(
                By.YOU,
                "or delete it at once, after its name is typed",
                f"oscar-sync volume delete {name} -c {view.cluster.id}",
            ),
        )


def _gone(view: ClusterView, live: LiveService) -> Iterator[Finding]:
    status = live.raw.get("volume_status")
    if not isinstance(status, Mapping) or status.get("phase") != "error":
        return
    attached = attached_volume(live.form)
    create = f"oscar-sync volume create {attached} --size SIZE -c {view.cluster.id}"
    yield finding(
        FindingCode.VOLUME_GONE,
        attached or made_volume(live.form),
        f"{live.key.name} mounts it, and it does not exist",
        "a DELETE of the service that made a volume with policy `delete` deletes it too, even if "
        "another service mounts it; instances cannot start without it",
        Remedy(By.YOU, "make it again, empty", create)
        if attached
        else Remedy(
            By.YOU, "create the service again", f"oscar-sync apply --allow replace:{live.key.name}"
        ),
    )
