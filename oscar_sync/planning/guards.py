"""The guards: why a step is blocked, each with a stable code and every remedy (safety 2, 3)."""

from collections.abc import Collection
from typing import assert_never

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.masks import Masks
from oscar_sync.model.state import ClusterView, LiveService, Probe
from oscar_sync.planning.blocking import Reason, take_over_reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.ownership import Standing
from oscar_sync.semantics import operator
from oscar_sync.semantics.access import PUBLIC, RESTRICTED
from oscar_sync.semantics.buckets import (
    MOUNTABLE_OWNERS,
    further_inputs,
    inputs,
    keeps_user_level,
    lost_user_buckets,
    mounted_alone,
)
from oscar_sync.semantics.capabilities import (
    NAMESAKES,
    NEWEST,
    NO_MOUNT_UNDER_BASIC,
    READ_ONLY,
    shown_release,
    why_read_only,
)
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.release_fields import unsupported
from oscar_sync.semantics.stamp import OWNER, owner_of
from oscar_sync.semantics.stores import is_refused_input


def first_of(*reasons: Reason | None) -> Reason | None:
    return next((reason for reason in reasons if reason is not None), None)


def standing_reason(context: Context, live: LiveService) -> Reason | None:
    standing = context.standing(live)
    match standing:
        case Standing.OURS | Standing.UNSTAMPED:
            return unseen_namesake_reason(context, live)
        case Standing.OTHER_OWNER:
            return _not_ours(context, live, f"owned by {live.owner}")
        case Standing.OTHER_SET:
            return _not_ours(context, live, _set_words(context, live))
        case Standing.WORKER:
            return Reason(
                "federation-worker",
                "it is a federation worker: its origin on another cluster writes it",
                ("change or remove its origin", "remove it from the manifests"),
            )
        case Standing.NAMESAKE:
            return namesake_reason(context.namesakes_of(live.key.name), "it")
        case Standing.OWNER_LOST:
            return Reason(
                "owner-lost",
                f"its owner was lost, and it is in the namespace {live.namespace} of a user",
                ("ask the cluster's operator to restore the owner",),
            )
        case _:
            assert_never(standing)


def namesake_reason(services: Collection[LiveService], what: str) -> Reason | None:
    """Return why nothing is written or deleted while *services* share a name (oscar-server 6.4)."""
    if not services:
        return None
    places = ", ".join(
        f"{live.namespace} (owner {live.owner or 'blank'})"
        for live in sorted(services, key=lambda live: live.namespace)
    )
    name = next(iter(services)).key.name
    return Reason(
        "name-not-unique",
        f"{what} is not touched: services called {name} are in more than one namespace, {places}, "
        "and requests by name cannot tell them apart",
        ("ask the cluster's operator to delete one: oscar-sync doctor has the command",),
    )


def unseen_namesake_reason(context: Context, live: LiveService) -> Reason | None:
    # A GET by name tells, which is made for what has a step.
    return shared_by_users(live.key.name) if has_unseen_namesake(context, live) else None


def has_unseen_namesake(context: Context, live: LiveService) -> bool:
    """Tell whether another user, whose services this one is not shown, has one of that name."""
    view = context.facts.view
    is_possible = not view.is_admin and NAMESAKES.holds(view.release)
    return is_possible and context.facts.probe(live.key.name) is Probe.SHARED


def shared_by_users(name: str) -> Reason:
    """Return why nothing can be done with a service called *name* by any request (record 211)."""
    return Reason(
        "name-not-unique",
        f"another user has a service called {name}, and the cluster answers every request by that "
        "name with 500",
        ("ask the cluster's operator to delete one: oscar-sync doctor has the command",),
    )


def shared_name_reason(context: Context, buckets: Collection[BucketName]) -> Reason | None:
    return first_of(
        *(namesake_reason(context.namesakes_with(bucket), f"bucket {bucket}") for bucket in buckets)
    )


def _set_words(context: Context, live: LiveService) -> str:
    mark = owner_of(live.annotations)
    if mark is None:
        return f"marked `{live.annotations[OWNER]}` by another set, and the mark cannot be read"
    words = [f"managed by set {mark.set_name}"]
    if mark.identity != context.identity:
        words.append(f"which names this cluster `{mark.identity}` (here: `{context.identity}`)")
    if mark.service != live.key.name:
        words.append(f"whose mark was made for service `{mark.service}`")
    return ", ".join(words)


def _not_ours(context: Context, live: LiveService, whose: str) -> Reason:
    if context.can_take_over(live, context.standing(live)):
        return take_over_reason(live.key.name, whose)
    if live.key.name in context.desired:
        ways_out = (f"log in as {live.owner}", "remove it from the manifests")
    else:
        taken = f"write its manifest (oscar-sync export), apply --allow take-over:{live.key.name}"
        ways_out = ("remove it from where it is managed", f"take it over first: {taken}")
    return Reason("not-ours", f"it is {whose}", ways_out)


def owner_reason(context: Context, live: LiveService) -> Reason | None:
    """Return why a service of another owner stays: the settings' ``owners`` allow updates only."""
    if not live.owner or live.owner in context.facts.view.me:
        return None
    return Reason(
        "not-mine",
        f"it is owned by {live.owner}: `owners` allows updates of it, not its removal",
        (f"remove it as {live.owner}",),
    )


def protect_reason(context: Context, service: ServiceKey) -> Reason | None:
    for entry in context.settings.of_service(service):
        if entry.protect:
            return Reason(
                "protected",
                f"it is protected ({entry.origin})",
                (f"remove `protect` from {entry.origin.file}",),
            )
    return None


def written_reason(view: ClusterView) -> Reason | None:
    if view.release_problem:
        return Reason(
            "release-unknown",
            f"the cluster does not say which release of OSCAR it runs (`{view.version}`), and it "
            f"cannot be found out: {view.release_problem}",
            ("ask the cluster's operator which release it is", "upgrade the cluster"),
        )
    if not READ_ONLY.holds(view.release):
        return None
    first = shown_release(READ_ONLY.until or NEWEST)
    judged = f"oscar-sync doctor --before-upgrade {shown_release(NEWEST)}"
    return Reason(
        "release-too-old",
        f"the cluster runs OSCAR {shown_release(view.release)}, which is read and never written "
        f"to: {why_read_only(view.release)}",
        (f"upgrade the cluster to OSCAR {first} or newer; what that loses: {judged}",),
    )


def release_reason(context: Context, form: Form, *, has_secrets: bool) -> Reason | None:
    view = context.facts.view
    missing = unsupported(form, view.release, has_secrets=has_secrets)
    if missing:
        fields = ", ".join(f"{path} (since {since})" for path, since in missing)
        return Reason(
            "unsupported-by-server",
            f"the cluster runs {view.version or 'an older release'} without {fields}",
            ("remove the field for this cluster (an overlay can)", "upgrade the cluster"),
        )
    return None


def image_reason(context: Context, form: Form, masks: Masks) -> Reason | None:
    """Return why the image is refused: the cluster allows some repositories only (record 008)."""
    allowed, image = context.facts.view.allowed_images, form.image
    if not allowed or any(part in image for part in allowed):
        return None
    return Reason(
        "image-not-allowed",
        f"image {masks.shown('image', image) or image} is not allowed on the cluster; allowed are "
        + ", ".join(allowed),
        ("use an allowed image", "ask the cluster's operator to allow it"),
    )


def provider_reason(context: Context, form: Form) -> Reason | None:
    view = context.facts.view
    for place, entry in enumerate(form.input):
        provider = entry.storage_provider
        if is_refused_input(form, provider, view.own_store, shows_its_keys=view.is_admin):
            return Reason(
                "input-elsewhere",
                f"input[{place}] is on {provider}, and the server accepts inputs of the "
                "cluster's own MinIO only",
                ("write minio.default", "remove the input for this cluster"),
            )
    return None


def missing_values(
    names: tuple[str, ...], declared: Collection[str], *others: str
) -> Reason | None:
    """Return why a request is blocked that needs values nobody gave (record 030)."""
    # A value is taken for a name that the manifest has *declared* alone; *others* are remedies
    # where it declares none of them.
    if not names:
        return None
    secrets = ", ".join(f"environment.secrets.{name}" for name in names)
    undeclared = ", ".join(name for name in names if name not in declared)
    if undeclared:
        return Reason(
            "secret-values-missing",
            f"no value is known for {secrets}, and no manifest declares {undeclared}",
            (f"declare {undeclared} again, with a value in env_file or an overlay", *others),
        )
    return Reason(
        "secret-values-missing",
        f"no value is known for {secrets}",
        (
            "give the value in env_file or an overlay",
            (
                f"set the environment variable {', '.join(names)} and list it under "
                "secrets_from_env, or name it by --secret-env"
            ),
        ),
    )


def store_reason(
    context: Context,
    form: Form,
    existing: Collection[BucketName],
    standing: Collection[tuple[str, str]] = (),
) -> Reason | None:
    """Return why an input in an *existing* bucket waits for the store: to set its hook."""
    # So must that of an input whose bucket the request makes for an input before it. *standing* are
    # inputs that the service has already.
    further = further_inputs(form)
    for bucket, folder in inputs(form):
        if (bucket, folder) in standing:
            continue
        if bucket in existing:
            is_reached = context.facts.has_store() and context.facts.is_readable(bucket)
        else:
            is_reached = (bucket, folder) not in further or context.facts.reaches_store()
        if not is_reached:
            problem = context.facts.view.store_problem or "its keys do not reach that bucket"
            return Reason(
                "hook-needs-store",
                f"uploads to {bucket}/{folder}/ start nothing until a notification is set on the "
                f"object store, which is not reachable from here ({problem})",
                (
                    "set s3_endpoint of the cluster to an address that works from here",
                    (
                        f"ask the cluster's operator to run: mc event add STORE/{bucket} "
                        f"arn:minio:sqs::{form.name}:webhook --event put --prefix {folder}/"
                    ),
                ),
            )
    return None


def mount_reason(context: Context, wanted: Form) -> Reason | None:
    # The server mounts no other bucket (oscar-server 7.4; 056, 214), and each PUT mounts it again
    # (4.4). DELETE leaves one that its service had made and mounted under owner ``cluster_admin``.
    bucket = mounted_alone(wanted)
    if bucket is None:
        return None
    view = context.facts.view
    if view.is_admin and NO_MOUNT_UNDER_BASIC.holds(view.release):
        return _release_mount_reason(view, bucket)
    visibility, facts = context.visibility_of(bucket), context.facts.bucket(bucket)
    if visibility in {PUBLIC, RESTRICTED}:
        is_so_now = facts is not None and facts.visibility == visibility
        how = visibility if is_so_now else f"{visibility} once this plan is applied"
        return Reason(
            "mount-not-private",
            f"the server mounts private buckets only, and bucket {bucket} is {how}",
            ("make the bucket private", "mount another bucket"),
        )
    if facts is None or not view.is_admin or facts.owner in MOUNTABLE_OWNERS:
        return None
    tag = operator.set_tags(view.cluster.id, bucket, owner="oscar")
    return Reason(
        "mount-not-private",
        f"the server does not mount a bucket whose owner tag is {facts.owner}, as on {bucket}",
        (f"ask the cluster's operator to run: {tag}", "mount another bucket"),
    )


def _release_mount_reason(view: ClusterView, bucket: BucketName) -> Reason:
    since = shown_release(NO_MOUNT_UNDER_BASIC.until or NEWEST)
    return Reason(
        "unsupported-by-server",
        f"OSCAR {shown_release(view.release)} refuses updates with Basic credentials of a service "
        f"that mounts a bucket, as this one {bucket} (accepted since v{since})",
        (
            "log in as a user, with a token",
            "remove the mount for this cluster (an overlay can)",
            "upgrade the cluster",
        ),
    )


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
        (f"start it: oscar-sync service start {live.key.name} -c {live.key.cluster}",),
    )


def level_reason(context: Context, wanted: Form) -> Reason | None:
    """Return why no PUT of *wanted* can be sent with these credentials (oscar-server 12; 121)."""
    if not (context.facts.view.is_admin and keeps_user_level(wanted) and inputs(wanted)):
        return None
    return Reason(
        "unsupported-update",
        "the server fails on an update with Basic credentials that keeps isolation_level USER "
        "with users and a MinIO input",
        ("log in as the service's owner", "set isolation_level to SERVICE"),
    )


def isolation_reason(
    context: Context, live: LiveService, wanted: Form, named: Collection[str]
) -> Reason | None:
    """Return why per-user buckets block it, unless each lost one is *named* (209, 222)."""
    lost = lost_user_buckets(live.bucket_list, wanted)
    missing = [bucket for bucket in lost if bucket not in named]
    if missing:
        words = [str(Consent(Word.ERASE, bucket=bucket)) for bucket in missing]
        return Reason(
            "erases-user-buckets",
            f"the server would delete the per-user buckets {', '.join(lost)}",
            (
                "keep the users and inputs",
                "set isolation_level to blank first: the buckets then stay",
                " ".join(f"--allow {word}" for word in words),
            ),
            consent=words[0],
        )
    return protect_reason(context, live.key) if lost else None
