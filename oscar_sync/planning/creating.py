"""Creating a service; on buckets that exist by attach (safety 2; 116, 126, 127, 130, 140)."""

from collections.abc import Iterator
from typing import assert_never

from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.state import DesiredService, Probe
from oscar_sync.planning.arrival import arrival, makes_of
from oscar_sync.planning.blocking import Reason, judged
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.members import made_members
from oscar_sync.planning.sent import additions
from oscar_sync.planning.service_guards import shared_by_users
from oscar_sync.planning.volumes import taken_up, volume_notes
from oscar_sync.semantics.buckets import (
    in_out_buckets,
    mounted_alone,
)


def decide_create(context: Context, desired: DesiredService) -> Decision:
    name = desired.key.name
    stored, desired = desired, taken_up(context, desired)
    members = made_members(context, desired.key, desired.form)
    arriving = arrival(context, desired)
    taken = _name_reason(context, desired)
    action = Action(
        id=action_id(ActionKind.CREATE, desired.key),
        key=desired.key,
        kind=ActionKind.CREATE,
        reason=taken.message if taken else "never created, or deleted on the cluster",
        steps=(*members.steps, *arriving.steps),
        changes=additions(desired, context.key),
        keeps=tuple(
            context.kept(bucket, name)
            for bucket in arriving.existing
            if bucket not in context.planned.made
        ),
        depends_on=arriving.depends_on,
        origin=desired.locate(()),
        notes=(
            *volume_notes(context, stored),
            *arriving.notes,
            *members.notes,
            *_rename_notes(context, desired),
        ),
        members=members.effects,
    )
    verdict = judged(taken, arriving.verdict, members.verdict)
    if verdict.reason is not None:
        effects = Effects(workers=members.made)
        return Decision(action, None, verdict.reason, verdict.used, effects)
    material = replace(arriving.material, members=members.watched)
    effects = Effects(
        makes_of(desired.form),
        arriving.given,
        mounts=mounted_alone(desired.form),
        workers=members.made,
    )
    return Decision(action, material, used=verdict.used, effects=effects)


def _rename_notes(context: Context, desired: DesiredService) -> Iterator[str]:
    """Yield what to write where a service has left that may be this one, by another name."""
    used = in_out_buckets(desired.form) if context.departed else ()
    for live in context.departed:
        shared = [bucket for bucket in in_out_buckets(live.form) if bucket in used]
        if shared:
            yield (
                f"{live.key.name} is no longer in the manifests, and this service uses its bucket "
                f"{', '.join(shared)}: if it is the same service under a new name, write "
                f"`moved: [{{from: {live.key.name}, to: {desired.key.name}}}]` in oscar-sync.yaml"
            )


def _name_reason(context: Context, desired: DesiredService) -> Reason | None:
    probe = context.facts.probe(desired.key.name)
    match probe:
        case Probe.FREE:
            return None
        case Probe.EXISTS:
            return Reason(
                "name-taken",
                "a service of that name exists, and this log-in cannot see it",
                ("give the service another name",),
            )
        case Probe.UNKNOWN:
            return Reason(
                "name-unknown",
                "the cluster answers with an error when it is asked whether the name is free",
                ("plan again when the cluster answers without errors",),
            )
        case Probe.SHARED:
            return shared_by_users(desired.key.name)
        case Probe.HIDDEN:
            return Reason(
                "name-hidden",
                "a service of that name exists and belongs to another user",
                (
                    "give the service another name",
                    "if it was yours: the cluster's operator gives it back (oscar-sync doctor)",
                ),
            )
        case _:
            assert_never(probe)
