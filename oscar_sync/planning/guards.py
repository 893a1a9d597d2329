"""Why a request is not sent as it is: its release, image, providers, secrets, store or mount."""

from collections.abc import Collection

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.masks import Masks
from oscar_sync.model.state import ClusterView, LiveService
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.service_guards import protect_reason
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
    NEWEST,
    NO_MOUNT_UNDER_BASIC,
    READ_ONLY,
    shown_release,
    why_read_only,
)
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.release_fields import unsupported
from oscar_sync.semantics.stores import is_refused_input


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
