"""Putting the stamp on and taking it off: the only PUTs that change nothing else (safety 3)."""

from oscar_sync.model.action import Action, ActionKind, Preconditions
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.material import StampMaterial, StampWish
from oscar_sync.model.origin import Origin
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.blocking import Reason, judged, union
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.guards import level_reason, missing_values, mount_reason, stopped_reason
from oscar_sync.planning.members import written_members
from oscar_sync.planning.ownership import Standing
from oscar_sync.planning.put_steps import put_steps, token_notes, waking_consents, waking_step
from oscar_sync.planning.secrets import stamped_secrets
from oscar_sync.planning.service_guards import standing_reason
from oscar_sync.planning.visibility import bucket_notes, bucket_verdict
from oscar_sync.semantics.access import given_by_puts
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import mounted_alone
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import HOOKS, fingerprint_of, parked_stamp, unparked
from oscar_sync.semantics.tokens import forms_before

_WARNING = "the server may roll its pods or restart the store for it"


def decide_adopt(context: Context, live: LiveService) -> Decision | None:
    if context.standing(live) is Standing.OURS and not context.former_identity(live):
        return None
    desired = context.desired.get(ServiceName(live.key.name))
    origin = desired.locate(()) if desired else None
    reason = None
    if desired is None:
        reason = Reason(
            "no-manifest",
            "no manifest names it, so it would be a candidate for removal at once",
            ("write its manifest first: oscar-sync export",),
        )
    elif not context.settings.set_name:
        reason = Reason(
            "no-set", "the settings have no `set:` to mark it with", ("oscar-sync init",)
        )
    return _stamp_only(
        context,
        live,
        StampWish(context.settings.set_name),
        origin=origin,
        reason=reason,
        desired=desired,
    )


def decide_forget(context: Context, live: LiveService, origin: Origin | None) -> Decision | None:
    if context.standing(live) is not Standing.OURS:
        return None
    desired = context.desired.get(ServiceName(live.key.name))
    return _stamp_only(
        context, live, StampWish(is_taken_off=True), origin=origin, reason=None, desired=desired
    )


def _stamp_only(
    context: Context,
    live: LiveService,
    stamp: StampWish,
    *,
    origin: Origin | None,
    reason: Reason | None,
    desired: DesiredService | None,
) -> Decision:
    secrets = dict(desired.secrets) if desired else {}
    kind = ActionKind.FORGET if stamp.is_taken_off else ActionKind.ADOPT
    form = unparked(live.form, live.annotations) if stamp.is_taken_off else live.form
    before = forms_before(live.form, form, live.bucket_list, context.facts.view.release)
    given = given_by_puts((live.form, *before, form), owner_to_write(live))
    members = written_members(context, live.key, form)
    waking = waking_consents(context, live, form)
    action = Action(
        id=action_id(kind, live.key),
        key=live.key,
        kind=kind,
        reason="mark only",
        steps=(
            *(waking_step(live) if waking else ()),
            *put_steps(live.form, form, before, "mark only"),
        ),
        changes=stamped_secrets(desired, live, context.key) if desired else (),
        preconditions=Preconditions(fingerprint_of(live)),
        origin=origin,
        notes=(
            _WARNING,
            *token_notes(context, form, before),
            *bucket_notes(context, live, (), given),
            *members.notes,
        ),
        members=members.effects,
    )
    verdict = judged(
        reason,
        standing_reason(context, live),
        _put_reason(context, live, kind),
        level_reason(context, form),
        mount_reason(context, form),
        _secrets_reason(live, secrets),
        stopped_reason(context, live),
        bucket_verdict(context, live, (), given),
        members.verdict,
    )
    used = union((verdict.used, waking))
    if verdict.reason is not None:
        return Decision(action, None, verdict.reason, used)
    view = context.facts.view
    wish = StampWish(
        stamp.set_name, hooks=live.annotations.get(HOOKS, ""), is_taken_off=stamp.is_taken_off
    )
    return Decision(
        action,
        StampMaterial(
            view.cluster, view.release, owner_to_write(live), live=live, form=form,
            forms_before=before,
            stamp_before=_stamp_before(context, live, wish) if before else None,
            secrets=secrets if live.secret_names else {}, stamp=wish, members=members.watched,
        ),
        used=used,
        effects=Effects(gives=given, mounts=mounted_alone(form)),
    )  # fmt: skip


def _stamp_before(context: Context, live: LiveService, wish: StampWish) -> StampWish:
    """Return the annotations while the inputs are out of the definition."""
    # A service is forgotten last of all. What it has lost until then is in its annotations, so
    # that a run which was cut short is finished by the next `forget`.
    if not wish.is_taken_off:
        return wish
    hooks = live.annotations.get(HOOKS, "")
    return StampWish(context.settings.set_name, hooks=hooks, detached=parked_stamp(live.form))


def _put_reason(context: Context, live: LiveService, kind: ActionKind) -> Reason | None:
    why = takes_no_put(live.form, context.facts.view.release)
    if not why:
        return None
    way_out = (
        f"change its manifest: oscar-sync apply --allow replace:{live.key.name} marks it too"
        if kind is ActionKind.ADOPT
        else "keep the mark and remove it from the manifests: without `prune` it is not removed"
    )
    return Reason("unsupported-update", f"an update cannot change it: {why}", (way_out,))


def _secrets_reason(live: LiveService, secrets: dict[str, Secret]) -> Reason | None:
    """Return which secrets the PUT would lose: the service forgets their names (record 030)."""
    return missing_values(
        tuple(sorted(name for name in live.secret_names if not secrets.get(name))), secrets
    )
