"""PUTs that leave uploads without an answer, and what is sent instead (oscar-releases, 3.6.0).

Until 4.0 each PUT makes a new token for the service. The store calls the service with the token of
its webhook, which a PUT registers only where a bucket is new to the service: without one, uploads
are answered 401 from then on (035 of 3.7.1). With one they are accepted again (115, 127 of 3.7.1);
a bucket of an output will do (042 restarts the store for it, as it does to register a webhook).
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.semantics.access import access_of_service
from oscar_sync.semantics.buckets import (
    created_by_post,
    further_inputs,
    in_out_buckets,
    inputs,
    mount_bucket,
    without_buckets,
)
from oscar_sync.semantics.capabilities import FAILED_POST_ERASES, TOKEN_CHANGES, Release


def put_stops_uploads(before: Form, after: Form, release: Release) -> bool:
    has_new = not set(in_out_buckets(after)).issubset(in_out_buckets(before))
    return TOKEN_CHANGES.holds(release) and bool(inputs(after)) and not has_new


def forms_before(
    before: Form, after: Form, bucket_list: Sequence[str], release: Release
) -> tuple[Form, ...]:
    """Return what is PUT, in turn, ahead of *after* so that uploads go on; or nothing."""
    # The last of them names no bucket of an input, so that each is new to the PUT of *after*. Where
    # who has access changes, it changes while the buckets are named: OSCAR takes access away only
    # from those (issue 19, B7). Per-user buckets of *bucket_list* stay (222, 224).
    if not put_stops_uploads(before, after, release):
        return ()
    without = _keeping(without_inputs(after), bucket_list)
    if access_of_service(before) == access_of_service(after):
        return (without,)
    return (_keeping(after, bucket_list), without)


def left_out_of_post(
    form: Form, existing: Collection[BucketName], release: Release
) -> tuple[BucketName, ...]:
    """Return the buckets that a POST of *form* must not name: a PUT that follows names them."""
    # Those that exist (6.2), which are new to that PUT. Where none does and two inputs share a
    # bucket (140), that one: a PUT without a new bucket would stop uploads. And every bucket where
    # a POST that fails deletes those that it names (024 of 3.6.4): somebody may make one then.
    if FAILED_POST_ERASES.holds(release):
        mount = mount_bucket(form)
        return tuple(dict.fromkeys((*created_by_post(form), *((mount,) if mount else ()))))
    if existing or not TOKEN_CHANGES.holds(release):
        return tuple(existing)
    return tuple(dict.fromkeys(bucket for bucket, _ in further_inputs(form)))


def without_inputs(form: Form) -> Form:
    """Return *form* without its inputs on the own store, and whatever else is in their buckets."""
    return without_buckets(form, {bucket for bucket, _ in inputs(form)})


def _keeping(form: Form, bucket_list: Sequence[str]) -> Form:
    return replace(form, isolation_level="") if bucket_list else form
