"""Managed volumes that outlived their service, or are being deleted (oscar-server 1.5, 6.1)."""

from msgspec.structs import replace

from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.state import DesiredService, LiveService, VolumeFacts
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.semantics.quantities import same_quantity
from oscar_sync.semantics.volumes import attached_volume, attaching, made_volume, size_of


def taken_up(context: Context, desired: DesiredService, lost: str = "") -> DesiredService:
    """Return *desired* so that it attaches the volume that an earlier service of its name left."""
    # A POST that makes it is refused (409). The *lost* one goes with the service that is replaced.
    made = made_volume(desired.form)
    volume = context.facts.volume(made) if made and made != lost else None
    if volume is None or not _is_kept_for(volume, desired.form, desired.key.name):
        return desired
    return replace(desired, form=attaching(desired.form))


def as_attached(context: Context, wanted: Form, live: LiveService) -> Form:
    """Return *wanted* with the volume as *live* has taken it up, where that is the one it makes."""
    made, mounted = made_volume(wanted), live.form.volume
    form = attaching(wanted)
    if not made or form.volume != mounted:
        return wanted
    volume = context.facts.volume(made)
    is_known = context.facts.view.volumes is not None
    is_it = volume is not None and _is_kept_for(volume, wanted, live.key.name)
    return form if is_it or not is_known else wanted


def _is_kept_for(volume: VolumeFacts, form: Form, service: ServiceName) -> bool:
    is_kept = volume.made_by == service and not volume.is_deleting
    return is_kept and same_quantity(volume.size, size_of(form))


def volume_notes(context: Context, desired: DesiredService, lost: str = "") -> list[str]:
    made = made_volume(desired.form)
    volume = context.facts.volume(made) if made else None
    if made and (made == lost or (volume is not None and volume.is_deleting)):
        return [f"creates the service once volume {made} is deleted, which a pod can delay"]
    if taken_up(context, desired, lost) is not desired:
        return [f"attaches volume {made}, left by an earlier service of this name, with its data"]
    return []


def volume_reason(context: Context, form: Form, lost: str = "") -> Reason | None:
    """Return why a service cannot be created with its managed volume (oscar-server 1.2.1, 6.1)."""
    # A POST that asks for a volume that is there fails, and when it fails early the server deletes
    # that volume. The *lost* one is gone then.
    made, attached = made_volume(form), attached_volume(form)
    if made and made in context.planned.volumes:
        return Reason(
            "volume-exists",
            f"volume {made} is declared under `volumes` in the settings, which make it",
            ("leave `size` out: the service attaches it", "rename the volume"),
        )
    there = context.facts.volume(made) if made and made != lost else None
    if there is not None and not there.is_deleting:
        return Reason(
            "volume-exists",
            f"a volume {made} of {there.size or 'unknown size'} exists, and a service that asks "
            "for a new one of that name could make the server delete it",
            ("leave `size` out: the service gets the volume with its data", "rename the volume"),
        )
    return _attached_reason(context, attached, lost) if attached else None


def _attached_reason(context: Context, attached: str, lost: str) -> Reason | None:
    makers = {made_volume(wanted.form) for wanted in context.desired.values()}
    there = context.facts.volume(attached)
    is_deleting = there is not None and there.is_deleting
    if is_deleting and attached not in (*makers, *context.planned.volumes):
        return Reason(
            "volume-deleting",
            f"volume {attached} is being deleted, with its content",
            ("plan again when it is gone, with a `size`", "name another volume"),
        )
    is_known = context.facts.view.volumes is not None
    is_made = attached in makers or attached in context.planned.volumes
    if is_made or not (attached == lost or (is_known and there is None)):
        return None
    return Reason(
        "no-such-volume",
        f"volume {attached} does not exist, and no service of the plan makes it",
        ("declare it under `volumes` in oscar-sync.yaml", "give it a `size`"),
    )
