"""Managed volumes that the settings declare (oscar-server 1.5; records 054, 136, 216)."""

from oscar_sync.model.action import VOLUME_PREFIX, Action, ActionKind, Preconditions
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.material import VolumeMaterial
from oscar_sync.model.settings import DeclaredVolume
from oscar_sync.model.state import VolumeFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.semantics.capabilities import NO_VOLUMES, shown_release
from oscar_sync.semantics.quantities import same_quantity
from oscar_sync.semantics.quotas import volume_fault
from oscar_sync.semantics.volumes import named_volume


def decide_volumes(context: Context, *, is_full: bool) -> list[Decision]:
    """Return what is to be done about declared volumes, ahead of the services that use them."""
    decisions = []
    for declared in context.settings.volumes_on(context.facts.view.cluster.id):
        names = map(named_volume, (wanted.form for wanted in context.desired.values()))
        if not is_full and declared.which.name not in names:
            continue
        decision = _decide(context, declared)
        if decision is not None:
            context.note(decision)
            decisions.append(decision)
    return decisions


def _decide(context: Context, declared: DeclaredVolume) -> Decision | None:
    name, view = declared.which.name, context.facts.view
    there = context.facts.volume(name)
    if NO_VOLUMES.holds(view.release):
        return Decision(_action(context, declared, None), reason=_release_reason(context))
    if view.volumes is None:
        return None
    if there is None:
        fault = volume_fault(context.facts.quota(), declared.size, _made(context))
        if fault:
            return Decision(_action(context, declared, None), reason=_quota_reason(name, fault))
        material = VolumeMaterial(view.cluster, view.release, volume=name, size=declared.size)
        effects = Effects(volume=name)
        return Decision(_action(context, declared, None), material, effects=effects)
    if there.is_deleting:
        reason = Reason(
            "volume-deleting",
            f"volume {name} is being deleted, with its content",
            ("plan again when it is gone", "give yours another name"),
        )
        return Decision(_action(context, declared, there), reason=reason)
    if same_quantity(there.size, declared.size):
        return None
    return Decision(_action(context, declared, there), reason=_size_reason(declared, there))


def _made(context: Context) -> list[str]:
    """Return the sizes of the volumes that the plan makes so far."""
    every = context.settings.volumes_on(context.facts.view.cluster.id)
    return [one.size for one in every if one.which.name in context.planned.volumes]


def _quota_reason(name: str, fault: str) -> Reason:
    return Reason(
        "quota",
        f"volume {name} does not fit: {fault}",
        ("declare another size", "delete a volume", "ask the cluster's operator for more"),
    )


def _action(context: Context, declared: DeclaredVolume, there: VolumeFacts | None) -> Action:
    key = context.service_key(f"{VOLUME_PREFIX}{declared.which.name}")
    size = FieldChange(
        "size",
        Op.CHANGE if there else Op.ADD,
        there.size if there else None,
        declared.size,
        Cause.UNKNOWN if there else Cause.MANIFEST,
        declared.origin,
    )
    is_there = there is not None and not there.is_deleting
    kind = ActionKind.UPDATE if is_there else ActionKind.CREATE_VOLUME
    return Action(
        id=action_id(kind, key),
        key=key,
        kind=kind,
        reason="its size differs" if is_there else "never created, or deleted on the cluster",
        steps=() if is_there else (Step(Do.CREATE_VOLUME, declared.which.name),),
        changes=(size,),
        preconditions=Preconditions(there.size if there else ""),
        origin=declared.origin,
        notes=(declared.because,) if declared.because else (),
    )


def _release_reason(context: Context) -> Reason:
    release = shown_release(context.facts.view.release)
    return Reason(
        "unsupported-by-server",
        f"OSCAR {release} has no managed volumes (4.0.0 has)",
        ("upgrade the cluster", "delete it from `volumes` for this cluster"),
    )


def _size_reason(declared: DeclaredVolume, there: VolumeFacts) -> Reason:
    name = declared.which.name
    return Reason(
        "unsupported-update",
        f"volume {name} has {there.size or 'an unknown size'} and {declared.size} is declared: the "
        "size of a volume cannot change",
        (
            f"write `size: {there.size}`",
            f"declare a new volume, copy the content, and then delete {name} by `removed`",
        ),
    )
