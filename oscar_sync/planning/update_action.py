"""One update: its PUTs, what the store needs beside them, and what may stand against them."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.paths import field_of
from oscar_sync.model.action import Action, ActionKind, Preconditions
from oscar_sync.model.field_change import Cause, FieldChange
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import StampWish, UpdateMaterial
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.arrival import makers_of, wait_notes, wait_of
from oscar_sync.planning.blocking import Judgement, judged, union
from oscar_sync.planning.closing import Closing, closing_of
from oscar_sync.planning.context import Context
from oscar_sync.planning.credentials import credential_reason
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.erasure_words import Named, named_erasures
from oscar_sync.planning.guards import (
    image_reason,
    isolation_reason,
    level_reason,
    missing_values,
    mount_reason,
    provider_reason,
    release_reason,
    stopped_reason,
    store_reason,
)
from oscar_sync.planning.hook_steps import (
    HookWork,
    attach_work,
    chain_notes,
    hooks_to_write,
    in_order,
    stale_work,
)
from oscar_sync.planning.members import updated_members
from oscar_sync.planning.notes import restart_notes
from oscar_sync.planning.put_steps import put_steps, token_notes, waking_consents, waking_step
from oscar_sync.planning.replacing import decide_replace
from oscar_sync.planning.secrets import SecretFindings
from oscar_sync.planning.sent import unchanged, unchanged_count
from oscar_sync.planning.service_guards import unseen_namesake_reason
from oscar_sync.planning.visibility import bucket_notes, bucket_verdict
from oscar_sync.semantics.access import (
    PUBLIC,
    RESTRICTED,
    Access,
    given_by_puts,
    is_closed_by,
    is_of_users,
)
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import (
    further_inputs,
    in_out_buckets,
    inputs,
    lost_user_buckets,
    mounted_alone,
    needed_buckets,
    used_buckets,
)
from oscar_sync.semantics.capabilities import NO_RESTART
from oscar_sync.semantics.immutable import replace_reasons, takes_no_put
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.stamp import dropped_of, dropped_stamp, fingerprint_of, hooks_of
from oscar_sync.semantics.tokens import forms_before


class UpdateCase(Struct, frozen=True):
    context: Context
    desired: DesiredService
    live: LiveService
    wanted: Form
    secrets: SecretFindings
    changes: tuple[FieldChange, ...]
    missing: tuple[BucketName, ...]


def decide_put(case: UpdateCase) -> Decision:
    context, live, wanted = case.context, case.live, case.wanted
    name = live.key.name
    fields = _replaced_fields(case)
    if fields:
        return decide_replace(
            context, replace(case.desired, form=wanted), live, case.changes, fields
        )
    had, has = in_out_buckets(live.form), in_out_buckets(wanted)
    closing = _closing(case)
    before = _forms_before(case, closing)
    # Ahead of the last of several PUTs no level stands that the server would delete buckets at.
    is_in_parts = bool(before or closing.form)
    lost = () if is_in_parts else lost_user_buckets(live.bucket_list, wanted)
    named = named_erasures(context, name, lost) if lost else Named({})
    waking = waking_consents(context, live, wanted)
    attached = _attached(context, had, has)
    forms = (live.form, *((closing.form,) if closing.form else ()), *before, wanted)
    given = given_by_puts(forms, owner_to_write(live))
    works = _hook_works(context, live, wanted, attached)
    members = updated_members(context, live, wanted)
    puts = (
        *closing.steps(live),
        *put_steps(closing.form or live.form, wanted, before, _last_note(closing)),
    )
    action = Action(
        id=action_id(ActionKind.UPDATE, live.key),
        key=live.key,
        kind=ActionKind.UPDATE,
        reason=_reason_word(case.changes),
        steps=(
            *(waking_step(live) if waking else ()),
            *members.steps,
            *puts,
            *in_order(step for work in works for step in work.steps),
            *_restart_step(case),
        ),
        changes=case.changes,
        keeps=closing.kept(context.kept(bucket, name) for bucket in had if bucket not in has),
        erases=tuple(context.erased(one, name, named.buckets.get(one, "")) for one in lost),
        preconditions=Preconditions(fingerprint_of(live)),
        depends_on=(*makers_of(context, (*attached, *case.missing)), *_mounters_of(context, given)),
        origin=case.desired.locate(()),
        notes=(
            *token_notes(context, wanted, before),
            *_notes(case, works),
            *restart_notes(max(step.restarts for step in puts)),
            *bucket_notes(context, case.desired, attached, given, _closed(live, wanted)),
            *closing.notes,
            *members.notes,
        ),
        members=members.effects,
        unchanged_fields=unchanged_count(case.changes, case.desired) if case.changes else 0,
        unchanged=unchanged(case.changes, case.desired, context.key)
        if case.changes and context.lists_unchanged
        else (),
    )
    verdict = judged(
        _verdict(case, attached, named, given, is_in_parts=is_in_parts),
        closing.reason,
        members.verdict,
    )
    used = union((verdict.used, named.used, waking))
    if verdict.reason is not None:
        return Decision(action, None, verdict.reason, used, Effects(workers=members.made))
    has_used = used_buckets(live.form)
    added = tuple(bucket for bucket in used_buckets(wanted) if bucket not in has_used)
    material = replace(_material(case, works), members=members.watched, forms_before=before)
    mounts = mounted_alone(wanted)
    closes = (*closing.buckets, *_made_private(context, live, wanted))
    effects = Effects((*added, *case.missing), given, closes, mounts=mounts, workers=members.made)
    return Decision(action, closing.before(material), used=used, effects=effects)


def _mounters_of(context: Context, given: Iterable[BucketName]) -> tuple[str, ...]:
    """Return the actions that mount a bucket to which access is *given*: they must come first."""
    # An update that restarts nothing would else be sent with the first of its like.
    mounted = context.planned.mounted
    return tuple(dict.fromkeys(one for bucket in given for one in mounted.get(bucket, ())))


def _replaced_fields(case: UpdateCase) -> tuple[str, ...]:
    if takes_no_put(case.live.form, case.context.facts.view.release):
        return tuple(dict.fromkeys(field_of(change.path) for change in case.changes))
    return replace_reasons(case.live.form, case.wanted)


def _forms_before(case: UpdateCase, closing: Closing) -> tuple[Form, ...]:
    live, release = case.live, case.context.facts.view.release
    return forms_before(closing.form or live.form, case.wanted, live.bucket_list, release)


def _closing(case: UpdateCase) -> Closing:
    has = needed_buckets(case.wanted)
    gone = [bucket for bucket in needed_buckets(case.live.form) if bucket not in has]
    return closing_of(case.context, case.live, gone)


def _last_note(closing: Closing) -> str:
    return f"detaches {', '.join(closing.buckets)}, with all other changes" if closing.form else ""


def _reason_word(changes: tuple[FieldChange, ...]) -> str:
    causes = {change.cause for change in changes}
    return causes.pop().value if len(causes) == 1 else Cause.BOTH.value


_Buckets = tuple[BucketName, ...]
"""Of a service's inputs and outputs: those that it had, and those that it has after the PUT."""


def _attached(context: Context, had: _Buckets, has: _Buckets) -> _Buckets:
    return tuple(bucket for bucket in has if bucket not in had and context.bucket_exists(bucket))


def _hook_works(
    context: Context, live: LiveService, wanted: Form, attached: tuple[BucketName, ...]
) -> tuple[HookWork, ...]:
    """Return what the store needs beside the PUT."""
    # OSCAR sets a notification only on a bucket that it makes itself, so every input in a bucket
    # that is there already is looked at: a moved folder in a bucket the service has, as well (040).
    name = live.key.name
    if not context.facts.has_store():
        return ()
    had = in_out_buckets(live.form)
    mine = {bucket for bucket, _ in inputs(wanted) if bucket in had}
    hook_marks = hooks_of(live.annotations)
    marked = {mark.bucket for mark in hook_marks if not mark.is_gone}
    made = [place for place in further_inputs(wanted) if place[0] not in {*attached, *mine}]
    looked_at = {bucket for bucket, _ in (*inputs(live.form), *inputs(wanted))}
    looked_at.update(BucketName(mark.bucket) for mark in hook_marks)
    return (
        attach_work(context, name, wanted, {*attached, *mine}, {*attached, *marked}, made=made),
        stale_work(context, name, looked_at, wanted),
    )


def _restart_step(case: UpdateCase) -> tuple[Step, ...]:
    is_possible = _needs_restart(case) and not _lacks_restart(case)
    return (Step(Do.RESTART, case.live.key.name),) if is_possible else ()


def _needs_restart(case: UpdateCase) -> bool:
    """Tell whether only a restart shows the containers a change of script or secrets (safety 5)."""
    only_secrets = all(
        change.path == "script" or change.path.startswith("environment.secrets")
        for change in case.changes
    )
    return is_exposed(case.live.form) and is_exposed(case.wanted) and only_secrets


def _lacks_restart(case: UpdateCase) -> bool:
    return NO_RESTART.holds(case.context.facts.view.release)


def _notes(case: UpdateCase, works: tuple[HookWork, ...]) -> tuple[str, ...]:
    wanted = case.wanted
    notes = [note for work in works for note in work.notes]
    if case.secrets.not_compared:
        names = ", ".join(case.secrets.not_compared)
        notes.append(f"sends {names}: the value on the cluster could not be compared")
    warm = bool(wanted.synchronous.min_scale)
    is_old = _needs_restart(case) and _lacks_restart(case)
    if (warm and not is_exposed(wanted)) or is_old:
        notes.append("running instances keep the old values until they are replaced")
    gives = is_of_users(case.live.owner) or wanted.visibility != RESTRICTED
    changes = any(change.path == "visibility" for change in case.changes)
    if changes and gives and in_out_buckets(wanted):
        notes.append(f"its buckets become {wanted.visibility} too")
    notes.extend(wait_notes(case.context, case.desired))
    notes.extend(chain_notes(case.context, wanted))
    return tuple(dict.fromkeys(notes))


def _verdict(
    case: UpdateCase,
    attached: tuple[BucketName, ...],
    named: Named,
    given: Mapping[BucketName, Access],
    *,
    is_in_parts: bool,
) -> Judgement:
    context, live, wanted = case.context, case.live, case.wanted
    return judged(
        unseen_namesake_reason(context, live),
        release_reason(context, wanted, has_secrets=bool(case.desired.secrets)),
        image_reason(context, wanted, case.desired.masks),
        provider_reason(context, wanted),
        credential_reason(live.form, wanted),
        missing_values(
            case.secrets.unknown_values,
            case.desired.secrets,
            "remove the service and apply: its data stays, and the secret is deleted",
        ),
        stopped_reason(context, live),
        level_reason(context, wanted),
        None if is_in_parts else isolation_reason(context, live, wanted, named.buckets),
        mount_reason(context, wanted),
        bucket_verdict(context, case.desired, attached, given),
        store_reason(context, wanted, (*attached, *in_out_buckets(live.form)), inputs(live.form)),
    )


def _closed(live: LiveService, wanted: Form) -> tuple[BucketName, ...]:
    had = needed_buckets(live.form) if is_closed_by(live.form, wanted) else ()
    return tuple(bucket for bucket in needed_buckets(wanted) if bucket in had)


def _made_private(context: Context, live: LiveService, wanted: Form) -> Iterator[BucketName]:
    """Yield the buckets that are public now, and private once the service is: not its mount."""
    for bucket in _closed(live, wanted):
        if bucket in in_out_buckets(live.form) and context.visibility_of(bucket) == PUBLIC:
            yield bucket


def _dropped(live: LiveService, wanted: Form) -> set[str]:
    had = {*in_out_buckets(live.form), *dropped_of(live.annotations)}
    return had - {*used_buckets(wanted)}


def _material(case: UpdateCase, works: tuple[HookWork, ...]) -> UpdateMaterial:
    view = case.context.facts.view
    return UpdateMaterial(
        cluster=view.cluster,
        release=view.release,
        owner=owner_to_write(case.live),
        live=case.live,
        form=case.wanted,
        secrets=case.desired.secrets,
        stamp=StampWish(
            case.context.settings.set_name,
            hooks=hooks_to_write(case.context, case.live, *works),
            detached=dropped_stamp(_dropped(case.live, case.wanted)),
        ),
        image_prefetch=case.wanted.image_prefetch,
        wait_s=wait_of(case.context, case.desired),
        masks=case.desired.masks,
    )
