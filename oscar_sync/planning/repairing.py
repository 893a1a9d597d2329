"""Notifications mended on a service that does not differ (safety 2)."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import HookMaterial
from oscar_sync.model.plan import (
    Action,
    ActionKind,
    Cause,
    FieldChange,
    Op,
    Preconditions,
    Step,
)
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.hook_steps import attach_work, in_order, stale_work
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import needed_buckets, used_buckets
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import HOOKS, fingerprint_of, hooks_of

_AGAIN: Final = "present (made again, empty, by `oscar-sync apply --hooks`)"


def decide_repair(context: Context, desired: DesiredService, live: LiveService) -> Decision | None:
    steps = _steps(context, live)
    if not steps:
        return None
    action = Action(
        id=action_id(ActionKind.HOOK, live.key),
        key=live.key,
        kind=ActionKind.HOOK,
        reason="uploads do not start what they should",
        steps=steps,
        preconditions=Preconditions(fingerprint_of(live)),
        origin=desired.locate(()),
    )
    view = context.facts.view
    return Decision(
        action, HookMaterial(view.cluster, view.release, live.owner, live=live, form=live.form)
    )


def missing_buckets(context: Context, live: LiveService) -> tuple[FieldChange, ...]:
    """Return the buckets that somebody took from a service, as far as its buckets are looked at.

    A PUT of what stands makes them again, with folder and notification (oscar-server 4.4).
    """
    if context.checks_all_hooks:
        looked_at = set(needed_buckets(live.form))
    else:
        looked_at = {BucketName(step.target.partition("/")[0]) for step in _steps(context, live)}
    if looked_at and context.facts.view.buckets is None:
        context.facts.missing.buckets = True
        return ()
    after = "present" if takes_no_put(live.form, context.facts.view.release) else _AGAIN
    return tuple(
        FieldChange(f"bucket.{name}", Op.CHANGE, "missing", after, Cause.CLUSTER)
        for name in sorted(looked_at)
        if not context.bucket_exists(name)
    )


def missing_reason(live: LiveService, missing: Iterable[FieldChange], why: str) -> Reason:
    """Return why buckets stay missing of a service that no PUT can change, as *why* says."""
    names = [change.path.removeprefix("bucket.") for change in missing]
    command = operator.make_buckets(live.key.cluster, *names)
    return Reason(
        "bucket-gone",
        f"bucket {', '.join(names)} is missing, and no update can make it again: {why}",
        (
            f"make it on the store: `{command}`; then: oscar-sync apply --hooks",
            "name another bucket, or none",
        ),
    )


def _steps(context: Context, live: LiveService) -> tuple[Step, ...]:
    if HOOKS not in live.annotations and not context.checks_all_hooks:
        return ()
    duties = hooks_of(live.annotations)
    vouched = {duty.bucket for duty in duties if not duty.is_gone}
    if context.checks_all_hooks:
        vouched |= set(used_buckets(live.form))
    if not context.facts.has_store():
        return ()
    name = live.key.name
    gone = {duty.bucket for duty in duties if duty.is_gone}
    stale = stale_work(context, name, gone | vouched, live.form)
    return in_order([*stale.steps, *attach_work(context, name, live.form, vouched).steps])
