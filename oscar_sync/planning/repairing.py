"""Notifications mended on a service that does not differ (safety 2)."""

from collections.abc import Iterable

from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import HookMaterial
from oscar_sync.model.plan import Action, ActionKind, Preconditions, Step
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.hook_steps import attach_work, in_order, stale_work
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.stamp import HOOKS, fingerprint_of, hooks_of


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
    reason = _lost_reason(context, live, steps)
    if reason is not None:
        return Decision(action, reason=reason)
    view = context.facts.view
    return Decision(
        action, HookMaterial(view.cluster, view.release, live.owner, live=live, form=live.form)
    )


def _lost_reason(context: Context, live: LiveService, steps: Iterable[Step]) -> Reason | None:
    buckets = {BucketName(step.target.partition("/")[0]) for step in steps}
    lost = sorted(bucket for bucket in buckets if not context.bucket_exists(bucket))
    if not lost:
        return None
    return Reason(
        "bucket-gone",
        f"bucket {', '.join(lost)} of {live.key.name} is not there: a create that runs now makes "
        "it some seconds after the service; else somebody deleted it, with what was in it",
        (
            "plan again in a minute",
            "change anything in the service: its update makes the bucket again",
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
