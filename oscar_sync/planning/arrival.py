"""How a service comes: by a POST, and on buckets that exist by a PUT and notifications as well."""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from oscar_sync.model.action import ActionKind
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import CreateMaterial, StampWish
from oscar_sync.model.state import DesiredService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Judgement, Reason, first_of, judged
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import action_id
from oscar_sync.planning.guards import (
    image_reason,
    level_reason,
    missing_values,
    mount_reason,
    provider_reason,
    release_reason,
    store_reason,
)
from oscar_sync.planning.hook_steps import (
    HookWork,
    attach_work,
    chain_notes,
    hooks_value,
    in_order,
    stale_work,
)
from oscar_sync.planning.notes import restart_notes
from oscar_sync.planning.secrets import blank_names
from oscar_sync.planning.visibility import bucket_notes, bucket_verdict
from oscar_sync.planning.volumes import volume_reason
from oscar_sync.semantics.access import Access, given_by_create
from oscar_sync.semantics.buckets import (
    created_by_post,
    further_inputs,
    in_out_buckets,
    mount_bucket,
    used_buckets,
    without_buckets,
    without_further_inputs,
)
from oscar_sync.semantics.capabilities import (
    FAILED_POST_ERASES,
    NO_DEPLOYMENT,
    STATE_NOT_TOLD,
    Release,
    shown_release,
)
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.paths import provider_of
from oscar_sync.semantics.restarts import restarts_of_put
from oscar_sync.semantics.stamp import HookMark
from oscar_sync.semantics.tokens import left_out_of_post
from oscar_sync.semantics.volumes import attached_volume, made_volume


class Arrival(Struct, frozen=True):
    """How a service comes: POST, and on buckets that *existing* names PUT and notifications."""

    existing: tuple[BucketName, ...]
    steps: tuple[Step, ...]
    depends_on: tuple[str, ...]
    notes: tuple[str, ...]
    material: CreateMaterial
    verdict: Judgement
    given: Mapping[BucketName, Access]


def arrival(
    context: Context,
    desired: DesiredService,
    *,
    lost: Collection[str] = (),
    lost_volume: str = "",
    is_anew: bool = False,
) -> Arrival:
    """Return how *desired* is created, when nothing of that name is there any more.

    ``is_anew``: a service of that name goes first, with its hooks off, the *lost* buckets and
    *lost_volume*.
    """
    form, name = desired.form, desired.key.name
    existing = tuple(
        bucket
        for bucket in in_out_buckets(form)
        if bucket not in lost and context.bucket_exists(bucket)
    )
    release = context.facts.view.release
    left_out = left_out_of_post(form, existing, release)
    further = tuple(place for place in further_inputs(form) if place[0] not in existing)
    works = _hook_works(context, name, form, existing, further, is_anew=is_anew)
    first = without_further_inputs(without_buckets(form, left_out))
    later = (*left_out, *("/".join(place) for place in further if place[0] not in left_out))
    restarts = restarts_of_put(first, form)
    given = given_by_create(first, form if later else first, _owner(context))
    return Arrival(
        existing,
        _steps(name, later, existing, works, restarts),
        (*makers_of(context, existing), *_volume_makers(context, desired)),
        (
            *_notes(desired, () if is_anew else existing),
            *restart_notes(restarts if later else 0),
            *_release_notes(release, left_out),
            *wait_notes(context, desired),
            *bucket_notes(context, desired, existing, given),
            *(note for work in works for note in work.notes),
            *(chain_notes(context, form) if later else ()),
        ),
        _material(context, desired, first, works),
        judged(
            _reason(context, desired, later, lost_volume),
            bucket_verdict(context, desired, existing, given),
            store_reason(context, form, existing),
        ),
        given,
    )


def _owner(context: Context) -> str:
    view = context.facts.view
    return "cluster_admin" if view.is_admin else next(iter(view.me), "")


def makes_of(form: Form) -> tuple[BucketName, ...]:
    """Return the buckets that a POST of *form* makes where they do not exist."""
    mount = mount_bucket(form)
    return (*created_by_post(form), *((mount,) if mount else ()))


_Places = tuple[tuple[BucketName, str], ...]
"""Bucket and folder of inputs that a POST leaves out, since an input before them has the bucket."""


def _hook_works(
    context: Context,
    name: str,
    form: Form,
    existing: tuple[BucketName, ...],
    further: _Places,
    *,
    is_anew: bool,
) -> tuple[HookWork, ...]:
    """Return what the store needs: hooks in *existing* buckets, and off those that slept there."""
    # A hook of an earlier service of that name comes back with this one (record 128), so all
    # buckets that the service uses are looked at.
    attached = attach_work(context, name, form, existing, existing, made=further, is_anew=is_anew)
    if is_anew:
        return (attached,)
    there = [bucket for bucket in used_buckets(form) if context.bucket_exists(bucket)]
    return (attached, _of_remade(context, form), stale_work(context, name, there, form))


def _of_remade(context: Context, form: Form) -> HookWork:
    """Return the marks of inputs in buckets that the POST makes again for other services too.

    A run that is cut off after it would leave nothing else that says so: theirs are lost.
    """
    services = context.facts.view.services
    remade = {
        bucket
        for bucket in used_buckets(form)
        if not context.bucket_exists(bucket)
        and any(key.name in services for key in context.users_of(bucket))
    }
    places = sorted(wanted_hooks(form))
    marks = (HookMark(bucket, prefix) for bucket, prefix in places if bucket in remade)
    return HookWork(hook_marks=tuple(marks))


def makers_of(context: Context, buckets: Iterable[BucketName]) -> tuple[str, ...]:
    """Return the actions that make *buckets*: without them there is nothing to attach to."""
    made = context.planned.made
    return tuple(dict.fromkeys(made[name] for name in buckets if name in made))


def _volume_makers(context: Context, desired: DesiredService) -> tuple[str, ...]:
    volume = attached_volume(desired.form)
    declared = context.planned.volumes.get(volume)
    if declared:
        return (declared,)
    return tuple(
        action_id(ActionKind.CREATE, other.key)
        for name, other in sorted(context.desired.items())
        if volume
        and made_volume(other.form) == volume
        and name not in (desired.key.name, *context.facts.view.services)
    )


def _steps(
    name: str,
    later: tuple[str, ...],
    existing: tuple[BucketName, ...],
    works: tuple[HookWork, ...],
    restarts: int,
) -> tuple[Step, ...]:
    on_store = in_order(step for work in works for step in work.steps)
    if not later:
        return (Step(Do.POST, name, restarts=1), *on_store)
    names = ", ".join(later)
    full = "the full definition"
    note = full if later == existing else f"attach: a second request names {names}"
    return (
        Step(Do.POST, name, f"without {names}", restarts=1),
        Step(Do.PUT, name, note, restarts=restarts),
        *on_store,
    )


def _release_notes(release: Release, left_out: tuple[BucketName, ...]) -> tuple[str, ...]:
    if not left_out or not FAILED_POST_ERASES.holds(release):
        return ()
    shown = f"OSCAR {shown_release(release)}"
    return (f"{shown} deletes the buckets that a failed create names, so this create names none",)


def _material(
    context: Context, desired: DesiredService, first: Form, works: tuple[HookWork, ...]
) -> CreateMaterial:
    view = context.facts.view
    return CreateMaterial(
        cluster=view.cluster,
        release=view.release,
        owner=_owner(context),
        first_form=first,
        form=desired.form,
        secrets=desired.secrets,
        stamp=StampWish(context.settings.set_name, hooks=hooks_value(*works)),
        image_prefetch=desired.form.image_prefetch,
        wait_s=wait_of(context, desired),
        masks=desired.masks,
    )


def wait_of(context: Context, desired: DesiredService) -> float | None:
    """Return the seconds within which the service must be ready, None if nobody waits."""
    waits = [entry.wait_s for entry in context.settings.of_service(desired.key)]
    return next((wait for wait in reversed(waits) if wait is not None), None)


def wait_notes(context: Context, desired: DesiredService) -> tuple[str, ...]:
    is_asked = wait_of(context, desired) is not None
    if not is_asked or not NO_DEPLOYMENT.holds(context.facts.view.release):
        return ()
    return (f"`wait` of the settings has no effect: {STATE_NOT_TOLD}",)


def _reason(
    context: Context, desired: DesiredService, later: tuple[str, ...], lost_volume: str
) -> Reason | None:
    return first_of(
        release_reason(context, desired.form, has_secrets=bool(desired.secrets)),
        image_reason(context, desired.form, desired.masks),
        provider_reason(context, desired.form),
        missing_values(blank_names(desired.secrets, frozenset()), desired.secrets),
        _put_reason(context, desired.form, later),
        level_reason(context, desired.form) if later else None,
        volume_reason(context, desired.form, lost=lost_volume),
        mount_reason(context, desired.form),
        _mark_reason(context, desired.form),
    )


def _mark_reason(context: Context, form: Form) -> Reason | None:
    """Return why a POST may not mount a bucket: it tags it as its own, without the mark (6.2)."""
    mount = mount_bucket(form)
    facts = context.facts.bucket(mount) if mount else None
    if facts is None or facts.set_name in ("", context.settings.set_name):
        return None
    return Reason(
        "not-ours",
        f"bucket {facts.name} is managed by set {facts.set_name}, and a create that mounts it "
        "takes its mark off",
        ("mount another bucket", f"create the service in set {facts.set_name}"),
    )


def _put_reason(context: Context, form: Form, later: tuple[str, ...]) -> Reason | None:
    release = context.facts.view.release
    why = takes_no_put(form, release)
    if not later or not why:
        return None
    if FAILED_POST_ERASES.holds(release):
        words = f"OSCAR {shown_release(release)} may delete bucket {later[0]} in a create"
        return Reason(
            "cannot-attach",
            f"{words}, and an update cannot attach it: {why}",
            ("do not use a bucket of the cluster's own store", "upgrade the cluster"),
        )
    return Reason(
        "cannot-attach",
        f"{later[0]} needs a second request, and an update cannot attach it: {why}",
        ("use a bucket that does not exist yet, and one input in a bucket",),
    )


def _notes(desired: DesiredService, existing: tuple[BucketName, ...]) -> tuple[str, ...]:
    notes = [
        f"uses the existing bucket {bucket}. Deleting this service with another tool would "
        f"delete {bucket} for everyone."
        for bucket in existing
    ]
    if any(
        provider_of(entry.storage_provider).type in ("s3", "onedata")
        for entry in desired.form.output
    ):
        notes.append("the server contacts the output's store while it creates the service")
    return tuple(notes)
