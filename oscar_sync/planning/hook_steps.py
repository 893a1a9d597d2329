"""Which notifications and folder markers a service's buckets lack or have too many of."""

from collections.abc import Iterable

from msgspec import Struct

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.context import Context
from oscar_sync.semantics.buckets import inputs, outputs
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.stamp import HOOKS, HookMark, hooks_stamp


class HookWork(Struct, frozen=True):
    steps: tuple[Step, ...] = ()
    hook_marks: tuple[HookMark, ...] = ()
    notes: tuple[str, ...] = ()


def attach_work(
    context: Context,
    name: str,
    form: Form,
    buckets: Iterable[str],
    marked: Iterable[str] = (),
    *,
    made: Iterable[tuple[BucketName, str]] = (),
    is_anew: bool = False,
) -> HookWork:
    """Return what makes uploads fire in *buckets* that exist: marker, then notification.

    And at the places of *made*, bucket and folder, in buckets that the request itself makes.

    The marker is written first, with our own hook still off, so that it starts no job (safety 2).
    The stamp names a notification that we set, and those in the *marked* buckets.
    ``is_anew``: those that stand now are taken off before.
    """
    steps: list[Step] = []
    hook_marks: list[HookMark] = []
    notes: list[str] = []
    fresh = {(bucket, f"{folder}/") for bucket, folder in made}
    for bucket, prefix in sorted(wanted_hooks(form)):
        is_made = (bucket, prefix) in fresh
        if not is_made and bucket not in buckets:
            continue
        is_new = is_made or bucket in context.planned.made
        rules = () if is_new else context.facts.hooks(bucket)
        if rules is None:
            continue  # not read yet, or no store to read it from
        is_missing = is_anew or not any(
            (rule.service, rule.prefix) == (name, prefix) for rule in rules
        )
        if is_missing and (is_new or not context.facts.has_marker(bucket, prefix.rstrip("/"))):
            steps.append(Step(Do.MARKER, f"{bucket}/{prefix}"))
        if is_missing:
            steps.append(Step(Do.HOOK, f"{bucket}/{prefix}"))
        if is_missing or bucket in marked:
            hook_marks.append(HookMark(bucket, prefix))
        notes.extend(
            f"{rule.service} also starts on uploads to {bucket}/{prefix}: each upload runs both"
            for rule in rules
            if rule.prefix == prefix and rule.service not in {"", name, *context.planned.gone}
        )
    return HookWork(tuple(steps), tuple(hook_marks), tuple(notes))


def chain_notes(context: Context, wanted: Form) -> list[str]:
    """Return who is started once by the marker that a PUT of *wanted* writes (record 126)."""
    own = {bucket for bucket, _ in inputs(wanted)}
    given = {place for place in outputs(wanted) if place[0] in own}
    started = sorted((name, *place) for place in given for name in context.started_by(*place))
    return [
        f"starts {name} once with the key {folder}/"
        for name, _, folder in started
        if name != wanted.name
    ]


def stale_work(
    context: Context, name: str, buckets: Iterable[str], form: Form | None = None
) -> HookWork:
    """Return what takes off *buckets* the notifications of *name* that *form* does not want."""
    # Without a *form* it wants none. A hook left behind sleeps when its service is gone and fires
    # again the day a service of that name is created (record 128).
    wanted = wanted_hooks(form) if form else frozenset()
    stale = [
        (bucket, rule.prefix)
        for bucket in map(BucketName, sorted(set(buckets)))
        if bucket not in context.planned.made
        for rule in context.facts.hooks(bucket) or ()
        if rule.service == name and (bucket, rule.prefix) not in wanted
    ]
    return HookWork(
        tuple(Step(Do.UNHOOK, f"{bucket}/{prefix}") for bucket, prefix in stale),
        tuple(HookMark(bucket, prefix, is_gone=True) for bucket, prefix in stale),
    )


def hooks_value(*works: HookWork) -> str:
    return hooks_stamp(mark for work in works for mark in work.hook_marks)


def hooks_to_write(context: Context, live: LiveService, *works: HookWork) -> str:
    """Return the value of the hooks annotation: the standing one where the store was not read."""
    return hooks_value(*works) if context.facts.has_store() else live.annotations.get(HOOKS, "")


_RANK = {Do.UNHOOK: 0, Do.MARKER: 1, Do.HOOK: 2, Do.TAG_KEPT: 3}


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return store steps so that a marker is written while none of our hooks sees it."""
    return tuple(sorted(dict.fromkeys(steps), key=lambda step: _RANK[step.do]))
