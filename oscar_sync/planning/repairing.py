"""Notifications repaired on a service that does not differ (safety 2)."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.model.action import Action, ActionKind, Preconditions
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.material import HookMaterial
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.arrival import makers_of
from oscar_sync.planning.blocking import Judgement, Reason, attach_reason, judged, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.hook_steps import attach_work, in_order, stale_work
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import kept_buckets, used_buckets
from oscar_sync.semantics.capabilities import NO_BUCKET_BY_NAME, NO_LIST_OF_BUCKETS
from oscar_sync.semantics.stamp import fingerprint_of, hooks_of

_AGAIN: Final = "present (`oscar-sync apply` makes it again, empty)"


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
        depends_on=makers_of(context, _set_on(steps)),
        origin=desired.locate(()),
    )
    view = context.facts.view
    verdict = judged(*(_foreign(context, live.key, bucket) for bucket in _set_on(steps)))
    if verdict.reason is not None:
        return Decision(action, None, verdict.reason, verdict.used)
    material = HookMaterial(view.cluster, view.release, live.owner, live=live, form=live.form)
    return Decision(action, material, used=verdict.used)


def _set_on(steps: Iterable[Step]) -> list[BucketName]:
    """Return the buckets that *steps* write to; a notification may always be taken off."""
    writes = (step.target for step in steps if step.do in {Do.MARKER, Do.HOOK})
    return sorted({BucketName(target.partition("/")[0]) for target in writes})


def _foreign(context: Context, key: ServiceKey, bucket: BucketName) -> Judgement:
    """Return why nothing may be set on a bucket that another user made again under its name."""
    # The store would allow it: rights on a name outlive its bucket (225, 226). A user's list does
    # not show whose it is, its tag does; one that an update made has none, and is ours.
    view = context.facts.view
    if view.is_admin or NO_BUCKET_BY_NAME.holds(view.release):
        return Judgement()
    owner = context.facts.tag_owner(bucket)
    if not owner or owner in view.me:
        return Judgement()
    consents = context.consents_to(Consent(Word.ATTACH, key.name, bucket, key.cluster))
    reason = None if consents else attach_reason(key.name, bucket, whose_words(owner))
    return Judgement(reason, consents)


def missing_buckets(context: Context, live: LiveService, wanted: Form) -> tuple[BucketName, ...]:
    """Return the buckets that somebody took from a service, of those that it is to keep.

    Also one that another action makes again: the service's folder and notification went with it. A
    PUT makes bucket and both again (oscar-server 4.4).
    """
    looked_at = kept_buckets(live.form, wanted)
    if not looked_at:
        return ()
    facts = context.facts
    if facts.view.buckets is None:
        facts.missing.buckets = True
        return ()
    if NO_LIST_OF_BUCKETS.holds(facts.view.release) and not facts.has_store():
        return ()
    return tuple(name for name in looked_at if facts.bucket(name) is None)


def missing_changes(names: Iterable[BucketName], *, is_by_hand: bool) -> tuple[FieldChange, ...]:
    """Return what a plan shows of missing buckets; *is_by_hand*: no update can make them again."""
    after = "present" if is_by_hand else _AGAIN
    return tuple(
        FieldChange(f"bucket.{name}", Op.CHANGE, "missing", after, Cause.CLUSTER) for name in names
    )


def missing_reason(live: LiveService, names: Iterable[BucketName], why: str) -> Reason:
    """Return why buckets stay missing of a service that no PUT can change, as *why* says."""
    names = tuple(names)
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
    hook_marks = hooks_of(live.annotations)
    marked = {mark.bucket for mark in hook_marks if not mark.is_gone}
    if context.checks_all_hooks:
        marked |= set(used_buckets(live.form))
    # What is made again has nothing of the service's on it, also where the run was then cut off.
    ours = {one for one in used_buckets(live.form) if context.answers_for_hooks(one)}
    if not (hook_marks or marked or ours) or not context.facts.has_store():
        return ()
    name = live.key.name
    gone = {mark.bucket for mark in hook_marks if mark.is_gone}
    stale = stale_work(context, name, gone | marked, live.form)
    return in_order([*stale.steps, *attach_work(context, name, live.form, marked | ours).steps])
