"""Updating a service: what differs, and by which action that is made (safety 2, 3)."""

from oscar_sync.model.action import Action, ActionKind, Preconditions
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.attribution import attributed
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.compare import differences
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.ignore import with_ignored
from oscar_sync.planning.members import members_apart
from oscar_sync.planning.ownership import WRITABLE, Standing
from oscar_sync.planning.repairing import (
    decide_repair,
    missing_buckets,
    missing_changes,
    missing_reason,
)
from oscar_sync.planning.secrets import SecretFindings, pushed, secret_findings
from oscar_sync.planning.service_guards import standing_reason
from oscar_sync.planning.update_action import UpdateCase, decide_put
from oscar_sync.planning.volumes import as_attached
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import fingerprint_of


def decide_update(
    context: Context, desired: DesiredService, live: LiveService
) -> tuple[Decision | None, SecretFindings]:
    """Return the update of *live* to *desired*, None if nothing differs, and its secrets."""
    # A difference that cannot be made is blocked with its reason, and so is any difference of a
    # service that is somebody else's.
    standing = context.standing(live)
    wanted = with_ignored(desired.form, live.form, _ignored(context, desired))
    wanted = as_attached(context, wanted, live)
    secrets = _secrets(context, desired, live, standing)
    changes = (
        *attributed(
            differences(live.form, wanted, live.owner), desired, live, wanted,
            is_ours=standing is Standing.OURS, key=context.key,
        ),
        *secrets.changes,
    )  # fmt: skip
    if standing not in WRITABLE:
        reason = standing_reason(context, live)
        return (_held(desired, live, changes, reason) if changes else None), secrets
    changes += _owner_changes(context, live) + _worker_changes(context, live)
    why = takes_no_put(live.form, context.facts.view.release)
    # A service that is made again makes its buckets.
    missing = () if changes and why else missing_buckets(context, live, wanted)
    if why:
        missing = tuple(name for name in missing if not context.bucket_exists(name))
    changes += missing_changes(missing, is_by_hand=bool(why))
    if missing and why:
        return _held(desired, live, changes, missing_reason(live, missing, why)), secrets
    if not changes:
        return decide_repair(context, desired, live), secrets
    case = UpdateCase(context, desired, live, wanted, secrets, changes, missing)
    return decide_put(case), secrets


def _owner_changes(context: Context, live: LiveService) -> tuple[FieldChange, ...]:
    # Another client's PUT takes the owner away, and each of ours gives it back (036). Without one
    # no user sees the service, and a DELETE leaves its buckets (047).
    if live.owner or takes_no_put(live.form, context.facts.view.release):
        return ()
    return (FieldChange("owner", Op.ADD, None, owner_to_write(live), Cause.CLUSTER),)


def _worker_changes(context: Context, live: LiveService) -> tuple[FieldChange, ...]:
    return members_apart(context, live) if live.form.federation else ()


def _secrets(
    context: Context, desired: DesiredService, live: LiveService, standing: Standing
) -> SecretFindings:
    findings = secret_findings(desired, live, context.key)
    if standing not in WRITABLE or not findings.not_compared:
        return findings
    used = context.consents_to(Consent(Word.PUSH_SECRETS, live.key.name, cluster=live.key.cluster))
    return pushed(desired, findings, used) if used else findings


def _ignored(context: Context, desired: DesiredService) -> tuple[str, ...]:
    if not context.settings.services:
        return ()
    return tuple(
        path for entry in context.settings.of_service(desired.key) for path in entry.ignore
    )


def _held(
    desired: DesiredService,
    live: LiveService,
    changes: tuple[FieldChange, ...],
    reason: Reason | None,
) -> Decision:
    action = Action(
        id=action_id(ActionKind.UPDATE, live.key),
        key=live.key,
        kind=ActionKind.UPDATE,
        reason="differs",
        steps=(Step(Do.PUT, live.key.name),),
        changes=changes,
        preconditions=Preconditions(fingerprint_of(live)),
        origin=desired.locate(()),
    )
    return Decision(action, reason=reason)
