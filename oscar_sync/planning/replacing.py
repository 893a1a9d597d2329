"""Replacing a service that no PUT can change: detach, DELETE, create, attach (safety 2).

No byte is copied: the buckets stay where they are, and the new service takes them up.
"""

from msgspec.structs import asdict, replace

from oscar_sync.model.action import Action, ActionKind, Preconditions
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field_change import FieldChange
from oscar_sync.model.material import MemberWatch, ReplaceMaterial
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.arrival import arrival, makes_of
from oscar_sync.planning.blocking import Judgement, judged, replace_reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.departure import buckets_of, departure
from oscar_sync.planning.erasure_words import Named, named_erasures
from oscar_sync.planning.members import made_members
from oscar_sync.planning.sent import unchanged
from oscar_sync.planning.service_guards import unseen_namesake_reason
from oscar_sync.planning.volumes import taken_up, volume_notes
from oscar_sync.semantics.buckets import mounted_alone
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import detached_of, fingerprint_of
from oscar_sync.semantics.volumes import deleted_volume

_TOKEN_NOTE = "the service gets a new token: calls with the old one are refused"


def decide_replace(
    context: Context,
    desired: DesiredService,
    live: LiveService,
    changes: tuple[FieldChange, ...],
    fields: tuple[str, ...],
) -> Decision:
    why = takes_no_put(live.form, context.facts.view.release)
    named, lost = _named(context, live), deleted_volume(live.form)
    stored, desired = desired, taken_up(context, desired, lost)
    departing = departure(context, live, "replace", named, desired.form)
    arriving = arrival(
        context,
        desired,
        lost={item.bucket for item in departing.erases},
        lost_volume=lost,
        is_anew=True,
    )
    made = made_members(context, desired.key, desired.form)
    members = departing.members.followed_by(made)
    kept = {item.bucket: item for item in departing.keeps}
    for bucket in arriving.existing:
        kept.setdefault(bucket, context.kept(bucket, live.key.name))
    action = Action(
        id=action_id(ActionKind.REPLACE, live.key),
        key=live.key,
        kind=ActionKind.REPLACE,
        reason=f"no update can change {', '.join(fields)}{f': {why}' if why else ''}",
        steps=(*departing.steps, *arriving.steps),
        changes=(*changes, *unchanged(changes, desired, context.key)),
        keeps=tuple(kept.values()),
        erases=departing.erases,
        preconditions=Preconditions(fingerprint_of(live)),
        depends_on=arriving.depends_on,
        origin=desired.locate(()),
        notes=(
            _TOKEN_NOTE,
            *volume_notes(context, stored, lost),
            *departing.closing.notes,
            *arriving.notes,
            *members.notes,
        ),
        members=members.effects,
    )
    verdict = judged(
        unseen_namesake_reason(context, live),
        departing.verdict,
        arriving.verdict,
        members.verdict,
        _consent_verdict(context, live, fields, why),
        Judgement(used=named.used),
    )
    if verdict.reason is not None:
        effects = Effects(workers=members.made)
        return Decision(action, None, verdict.reason, verdict.used, effects)
    after = replace(arriving.material, members=tuple(map(_gone, made.watched)))
    before = replace(departing.material, members=members.watched)
    material = ReplaceMaterial(**asdict(after), before=before)
    effects = Effects(
        makes_of(desired.form),
        arriving.given,
        departing.closing.buckets,
        mounts=mounted_alone(desired.form),
        workers=members.made,
    )
    return Decision(action, material, used=verdict.used, effects=effects)


def _gone(watch: MemberWatch) -> MemberWatch:
    return replace(watch, live=None)


def _named(context: Context, live: LiveService) -> Named:
    """Return what may be erased on the way: only where the DELETE would take it along."""
    buckets = buckets_of(live) if takes_no_put(live.form, context.facts.view.release) else ()
    volume = deleted_volume(live.form)
    return replace(named_erasures(context, live.key.name, buckets, volume=volume), empty="")


def _consent_verdict(
    context: Context, live: LiveService, fields: tuple[str, ...], why: str
) -> Judgement:
    used = context.consents_to(Consent(Word.REPLACE, live.key.name, cluster=live.key.cluster))
    if used or detached_of(live.annotations)[0] == "replace":  # cut short: it goes on (safety 6)
        return Judgement(used=used)
    return Judgement(replace_reason(live.key.name, fields, why))
