"""Updating a service by one PUT, and the notifications that OSCAR leaves undone (safety 2, 3)."""

from dataclasses import dataclass

from oscar_sync.model.field import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import Material, StampWish
from oscar_sync.model.plan import Action, ActionKind, Cause, Do, FieldChange, Preconditions, Step
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.attribution import attributed
from oscar_sync.planning.blocking import Reason, replace_reason, take_over_reason
from oscar_sync.planning.compare import differences
from oscar_sync.planning.context import Context, Standing
from oscar_sync.planning.creating import (
    bucket_reason,
    image_reason,
    makers_of,
    missing_values,
    release_reason,
    store_reason,
    wait_of,
)
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.hook_steps import (
    HookWork,
    attach_work,
    detach_work,
    hooks_value,
    in_order,
    stale_work,
)
from oscar_sync.planning.ignore import with_ignored
from oscar_sync.planning.secrets import SecretFindings, secret_findings
from oscar_sync.semantics.bodies import keeps_user_level
from oscar_sync.semantics.buckets import in_out_buckets, inputs, mount_bucket, outputs
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.immutable import replace_reasons
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.stamp import hooks_of, live_fingerprint


@dataclass(frozen=True, slots=True)
class _Case:
    """One service that is there and wanted: what the decision is made from."""

    context: Context
    desired: DesiredService
    live: LiveService
    wanted: Form
    secrets: SecretFindings
    changes: tuple[FieldChange, ...]
    is_adopted: bool


def decide_update(
    context: Context, desired: DesiredService, live: LiveService
) -> tuple[Decision | None, SecretFindings]:
    """Return the update of *live* to *desired*, None if nothing differs, and what of its secrets.

    A difference that cannot be made is blocked with its reason, and so is any difference of a
    service that is somebody else's.
    """
    standing = context.standing(live)
    wanted = with_ignored(desired.form, live.form, _ignored(context, desired))
    secrets = secret_findings(desired, live, context.key)
    changes = (
        *attributed(
            differences(live.form, wanted, owner=live.owner), desired, live, wanted,
            is_ours=standing is Standing.OURS,
        ),
        *secrets.changes,
    )  # fmt: skip
    if standing not in (Standing.OURS, Standing.UNSTAMPED):
        return (_foreign(desired, live, changes, standing) if changes else None), secrets
    if not changes:
        return _repair(context, desired, live), secrets
    is_adopted = standing is Standing.UNSTAMPED and bool(context.settings.set_name)
    case = _Case(context, desired, live, wanted, secrets, changes, is_adopted)
    return _update(case), secrets


def _ignored(context: Context, desired: DesiredService) -> tuple[str, ...]:
    return tuple(
        path for entry in context.settings.of_service(desired.key) for path in entry.ignore
    )


def _foreign(
    desired: DesiredService,
    live: LiveService,
    changes: tuple[FieldChange, ...],
    standing: Standing,
) -> Decision:
    action = Action(
        id=action_id(ActionKind.UPDATE, live.key),
        key=live.key,
        kind=ActionKind.UPDATE,
        reason="differs",
        steps=(Step(Do.PUT, live.key.name),),
        changes=changes,
        preconditions=Preconditions(True, fingerprint_of(live)),
        origin=desired.locate(()),
    )
    return Decision(action, reason=_foreign_reason(live, standing))


def _foreign_reason(live: LiveService, standing: Standing) -> Reason:
    name = live.key.name
    match standing:
        case Standing.WORKER:
            return Reason(
                "federation-worker",
                "it is a federation worker: its origin on another cluster writes it",
                ("change the origin", "take it out of the manifests"),
            )
        case Standing.OWNER_LOST:
            return Reason(
                "owner-lost",
                f"its owner was lost, and it lies in the namespace {live.namespace} of a user",
                ("ask the cluster's operator to put the owner back",),
            )
        case Standing.OTHER_OWNER:
            return take_over_reason(name, f"owned by {live.owner}")
        case _:
            return take_over_reason(name, "managed by another set")


def fingerprint_of(live: LiveService) -> str:
    """Return the fingerprint of *live* that the plan's premise rests on."""
    return live_fingerprint(live.form, live.owner, live.bucket_list)


def _update(case: _Case) -> Decision:
    context, live, wanted = case.context, case.live, case.wanted
    name = live.key.name
    dropped = _dropped(live, wanted)
    attached = _attached(context, live, wanted)
    works = _hook_works(context, live, wanted, attached, dropped)
    action = Action(
        id=action_id(ActionKind.UPDATE, live.key),
        key=live.key,
        kind=ActionKind.UPDATE,
        reason=_reason_word(case.changes),
        steps=(
            Step(Do.PUT, name, restarts_store=_restarts(live, wanted)),
            *in_order(step for work in works for step in work.steps),
            *_restart_step(live, wanted, case.changes, name),
        ),
        changes=case.changes,
        keeps=tuple(context.kept(bucket, name) for bucket in dropped),
        preconditions=Preconditions(True, fingerprint_of(live)),
        depends_on=makers_of(context, attached),
        origin=case.desired.locate(()),
        notes=_notes(case, works),
        unchanged_fields=_unchanged(live, case.changes),
        adds_stamp=case.is_adopted,
    )
    reason = _reason(case, attached)
    if reason is not None:
        return Decision(action, reason=reason)
    context.note_made(in_out_buckets(wanted), action)
    return Decision(action, _material(case, works))


def _reason_word(changes: tuple[FieldChange, ...]) -> str:
    causes = {change.cause for change in changes}
    return causes.pop().value if len(causes) == 1 else Cause.BOTH.value


def _dropped(live: LiveService, wanted: Form) -> tuple[BucketName, ...]:
    now = in_out_buckets(wanted)
    return tuple(bucket for bucket in in_out_buckets(live.form) if bucket not in now)


def _attached(context: Context, live: LiveService, wanted: Form) -> tuple[BucketName, ...]:
    """Return the buckets that the service takes up by this PUT and that exist already."""
    had = in_out_buckets(live.form)
    return tuple(
        bucket
        for bucket in in_out_buckets(wanted)
        if bucket not in had and context.bucket_exists(bucket)
    )


def _hook_works(
    context: Context,
    live: LiveService,
    wanted: Form,
    attached: tuple[BucketName, ...],
    dropped: tuple[BucketName, ...],
) -> tuple[HookWork, ...]:
    """Return what the store needs beside the PUT.

    OSCAR sets a notification only on a bucket that it makes itself, so every input in a bucket
    that is there already is looked at: a moved folder in a bucket the service has, as well (040).
    """
    name = live.key.name
    if not context.facts.has_store():
        return ()
    had = in_out_buckets(live.form)
    mine = {bucket for bucket, _ in inputs(wanted) if bucket in had}
    vouched = {duty.bucket for duty in hooks_of(live.annotations) if not duty.is_gone}
    return (
        attach_work(context, name, wanted, {*attached, *mine}, {*attached, *vouched}),
        stale_work(context, name, wanted),
        detach_work(context, name, dropped),
    )


def _restarts(live: LiveService, wanted: Form) -> bool:
    """Tell whether this PUT makes the server restart the store (oscar-server 4.4)."""
    is_adding = any(bucket not in in_out_buckets(live.form) for bucket in in_out_buckets(wanted))
    mount = mount_bucket(wanted)
    return is_adding or (mount is not None and mount not in in_out_buckets(wanted))


def _restart_step(
    live: LiveService, wanted: Form, changes: tuple[FieldChange, ...], name: str
) -> tuple[Step, ...]:
    """Return the restart that a script or secret change of an exposed service takes (safety 5)."""
    fields = {change.path.split(".")[0].split("[")[0] for change in changes}
    only_secrets = all(
        change.path == "script" or change.path.startswith("environment.secrets")
        for change in changes
    )
    if is_exposed(live.form) and is_exposed(wanted) and only_secrets and fields:
        return (Step(Do.RESTART, name),)
    return ()


def _unchanged(live: LiveService, changes: tuple[FieldChange, ...]) -> int:
    touched = {change.path.split(".")[0].split("[")[0] for change in changes}
    return len([name for name in live.form if name not in touched])


def _notes(case: _Case, works: tuple[HookWork, ...]) -> tuple[str, ...]:
    wanted = case.wanted
    notes = [note for work in works for note in work.notes]
    if case.secrets.not_compared:
        names = ", ".join(case.secrets.not_compared)
        notes.append(f"sends {names}, whose value on the cluster could not be compared")
    synchronous = wanted.get("synchronous")
    warm = isinstance(synchronous, dict) and bool(synchronous.get("min_scale"))
    if warm and not is_exposed(wanted):
        notes.append("running instances keep the old values until they are replaced")
    if any(change.path == "visibility" for change in case.changes) and in_out_buckets(wanted):
        notes.append(f"its buckets become {wanted['visibility']} too")
    notes.extend(_chain_notes(case.context, case.live, wanted))
    return tuple(dict.fromkeys(notes))


def _chain_notes(context: Context, live: LiveService, wanted: Form) -> list[str]:
    """Return who is started once by the marker that the PUT rewrites (record 126)."""
    own = {bucket for bucket, _ in inputs(wanted)}
    given = {(bucket, f"{folder}/") for bucket, folder in outputs(wanted) if bucket in own}
    services = context.facts.view.services
    others = {
        key.name
        for bucket, _ in given
        for key in context.users.get(bucket, {})
        if key.name in services and key != live.key
    }
    return [
        f"starts {name} once with the key {prefix}"
        for name in sorted(others)
        for bucket, prefix in sorted(wanted_hooks(services[name].form))
        if (bucket, prefix) in given
    ]


def _reason(case: _Case, attached: tuple[BucketName, ...]) -> Reason | None:
    context, live, wanted = case.context, case.live, case.wanted
    fields = replace_reasons(live.form, wanted)
    checks = (
        replace_reason(live.key.name, fields) if fields else None,
        release_reason(context, wanted),
        image_reason(context, wanted),
        missing_values(case.secrets.unknown_values),
        stopped_reason(context, live),
        _isolation_reason(context, live, wanted),
        bucket_reason(context, case.desired, _widened(live, wanted, attached)),
        store_reason(context, wanted, attached),
    )
    return next((reason for reason in checks if reason is not None), None)


def _widened(
    live: LiveService, wanted: Form, attached: tuple[BucketName, ...]
) -> tuple[BucketName, ...]:
    """Return the buckets whose visibility this PUT sets anew."""
    if live.form["visibility"] != wanted["visibility"]:
        return in_out_buckets(wanted)
    return attached


def stopped_reason(context: Context, live: LiveService) -> Reason | None:
    """Return why a stopped exposed service cannot be updated or detached (oscar-server 4.3)."""
    if not is_exposed(live.form):
        return None
    state = context.facts.deployment(live.key.name)
    if state is None or state.state != "stopped":
        return None
    return Reason(
        "stopped",
        "it is an exposed service that is stopped, and the server cannot update one",
        (f"start it: POST /system/services/{live.key.name}/start",),
    )


def _isolation_reason(context: Context, live: LiveService, wanted: Form) -> Reason | None:
    """Return why per-user buckets stand in the way (safety 2; records 121, 209, 222)."""
    if context.facts.view.is_admin and keeps_user_level(wanted) and inputs(wanted):
        return Reason(
            "unsupported-update",
            "the server fails on an update with Basic credentials that keeps isolation_level USER "
            "with users and a MinIO input",
            ("log in as the service's owner", "set isolation_level to SERVICE"),
        )
    if not live.bucket_list or not keeps_user_level(wanted):
        return None
    lost = _users_lost(live, wanted)
    if not lost:
        return None
    return Reason(
        "erases-user-buckets",
        f"the server would erase the per-user buckets {', '.join(lost)}",
        ("keep the users and inputs", "set isolation_level to blank first: the buckets then stay"),
    )


def _users_lost(live: LiveService, wanted: Form) -> tuple[str, ...]:
    """Return the stored per-user buckets that the server's new list would not hold."""
    users = wanted.get("allowed_users")
    new = {
        f"{bucket}-{str(user)[:10]}"
        for bucket, _ in inputs(wanted)
        for user in (users if isinstance(users, list) else ())
    }
    return tuple(sorted(bucket for bucket in live.bucket_list if bucket not in new))


def _material(case: _Case, works: tuple[HookWork, ...]) -> Material:
    view = case.context.facts.view
    return Material(
        cluster=view.cluster,
        release=view.release,
        owner=owner_to_write(case.live),
        live=case.live,
        form=case.wanted,
        secrets=case.desired.secrets,
        stamp=StampWish(case.context.settings.set_name, hooks=hooks_value(*works)),
        image_prefetch=bool(case.wanted.get("image_prefetch")),
        wait_s=wait_of(case.context, case.desired),
    )


def owner_to_write(live: LiveService) -> str:
    """Return the owner that a PUT carries: the live one, or ``cluster_admin`` for a lost one."""
    return live.owner or "cluster_admin"


def _repair(context: Context, desired: DesiredService, live: LiveService) -> Decision | None:
    """Return the notifications to mend on a service that does not differ, None if all stand."""
    steps = _repair_steps(context, live)
    if not steps:
        return None
    action = Action(
        id=action_id(ActionKind.HOOK, live.key),
        key=live.key,
        kind=ActionKind.HOOK,
        reason="uploads do not start what they should",
        steps=steps,
        preconditions=Preconditions(True, fingerprint_of(live)),
        origin=desired.locate(()),
    )
    view = context.facts.view
    return Decision(
        action, Material(view.cluster, view.release, live.owner, live=live, form=live.form)
    )


def _repair_steps(context: Context, live: LiveService) -> tuple[Step, ...]:
    duties = hooks_of(live.annotations)
    vouched = {duty.bucket for duty in duties if not duty.is_gone}
    if context.checks_all_hooks:
        vouched |= {bucket for bucket, _ in inputs(live.form)}
    if not context.facts.has_store():
        return ()
    name = live.key.name
    wanted = wanted_hooks(live.form)
    gone = {duty.bucket for duty in duties if duty.is_gone}
    leftovers = [
        Step(Do.UNHOOK, f"{bucket}/{rule.prefix}")
        for bucket in sorted(BucketName(name) for name in gone | vouched)
        for rule in context.facts.hooks(bucket) or ()
        if rule.service == name and (bucket, rule.prefix) not in wanted
    ]
    return in_order([*leftovers, *attach_work(context, name, live.form, vouched).steps])
