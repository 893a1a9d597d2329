"""Buckets and volumes that ``removed`` names: deleted with all they hold."""

from oscar_sync.model.action import VOLUME_PREFIX, Action, ActionKind, Erased, Preconditions
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import EraseMaterial
from oscar_sync.model.settings import RemovedStorage
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason, first_of
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Removals, action_id
from oscar_sync.planning.declared_buckets import bucket_key
from oscar_sync.planning.erasing import decide_erase, erase_action, removals_of
from oscar_sync.planning.erasure_guards import declared_reason, erase_reason, unread_reason
from oscar_sync.semantics.capabilities import NO_VOLUMES
from oscar_sync.semantics.volumes import named_volume


def decide_removed_storage(context: Context) -> Removals:
    """Return the deletions that ``removed`` asks for, after the removals of services."""
    decisions: list[Decision] = []
    notes: list[str] = []
    view = context.facts.view
    named, cluster = context.settings.removed_storage_on, view.cluster.id
    for entry in (*named(cluster, volumes=False), *named(cluster, volumes=True)):
        decision = _volume(context, entry) if entry.is_volume else _bucket(context, entry)
        there = view.volumes if entry.is_volume else view.buckets
        if decision is not None:
            decisions.append(decision)
        elif there is not None:
            notes.append(_spent(context, entry))
    return Removals(tuple(decisions), notes=tuple(notes))


def _spent(context: Context, entry: RemovedStorage) -> str:
    kind = "volume" if entry.is_volume else "bucket"
    return (
        f"warning: {entry.origin}: {kind} {entry.which.name} does not exist on "
        f"{context.facts.view.cluster.id}: the entry is spent, or its name is misspelt"
    )


def _words(entry: RemovedStorage) -> str:
    if entry.origin is None:
        return "named by the command"
    because = f', "{entry.because}"' if entry.because else ""
    return f"removed, erase: true{because}"


def _bucket(context: Context, entry: RemovedStorage) -> Decision | None:
    bucket = BucketName(entry.which.name)
    facts = context.facts.bucket(bucket)
    if facts is None:
        return None
    key = bucket_key(context, bucket)
    item = context.erased(bucket, "", _words(entry))
    waits_for = removals_of(context, item)
    reason = erase_reason(context, key, bucket)
    if reason is not None:
        action = erase_action(key, (item,), entry.origin, waits_for)
        return Decision(action, reason=reason)
    return decide_erase(context, key, (item,), entry.origin, waits_for)


def _volume(context: Context, entry: RemovedStorage) -> Decision | None:
    name, view = entry.which.name, context.facts.view
    if NO_VOLUMES.holds(view.release):
        return None
    there = context.facts.volume(name)
    if there is None or there.is_deleting:
        return None
    key = context.service_key(f"{VOLUME_PREFIX}{name}")
    users = _users(context, name, there.attached_to)
    item = Erased(f"{VOLUME_PREFIX}{name}", shared_with=users, consent=_words(entry))
    action = Action(
        id=action_id(ActionKind.ERASE, key),
        key=key,
        kind=ActionKind.ERASE,
        reason="named by erase",
        steps=(Step(Do.DELETE_VOLUME, name),),
        erases=(item,),
        depends_on=tuple(
            action_id(ActionKind.REMOVE, live.key)
            for live in view.every_service
            if named_volume(live.form) == name and live.key.name in context.planned.gone
        ),
        preconditions=Preconditions(there.size),
        origin=entry.origin,
        notes=(f"{there.size or 'unknown size'}; what it holds cannot be counted from here",),
    )
    reason = first_of(
        unread_reason(context),
        _use_reason(name, users),
        declared_reason(name, context.settings.volumes_on(key.cluster)),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    return Decision(action, EraseMaterial(view.cluster, view.release, own_store=view.own_store))


def _users(context: Context, name: str, attached_to: tuple[str, ...]) -> tuple[str, ...]:
    """Return who uses the volume beside the services that the plan removes."""
    live = {one.key.name for one in context.facts.view.every_service
            if named_volume(one.form) == name}  # fmt: skip
    wanted = {
        one.key.name
        for one in (*context.desired.values(), *context.others)
        if named_volume(one.form) == name and one.key.cluster == context.facts.view.cluster.id
    }
    left = {*map(str, live), *attached_to} - {*context.planned.gone}
    return tuple(sorted({*left, *wanted}))


def _use_reason(name: str, users: tuple[str, ...]) -> Reason | None:
    if not users:
        return None
    return Reason(
        "volume-in-use",
        f"volume {name} is used by {', '.join(users)}",
        ("let them use another volume, or remove them first", "delete the entry"),
    )
