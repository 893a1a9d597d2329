"""Which buckets a service names, and what POST, PUT and DELETE make, keep and erase of them.

Sources: oscar-server 4.4, 5, 6.1, 6.2; records 026, 041, 045, 049, 101, 113, 127, 131, 133, 140,
224.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.form import Form, InputOutput, Mount
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.state import BucketFacts, OwnStore
from oscar_sync.semantics.names import service_name_fault
from oscar_sync.semantics.paths import (
    BUCKET_OUTPUT_TYPES,
    LOCAL_INPUT_TYPES,
    bucket_of,
    place_of,
    provider_of,
)
from oscar_sync.semantics.stores import is_own_store, leads_across


def inputs(form: Form) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each input on the cluster's own store, in order."""
    return _places(form.input, LOCAL_INPUT_TYPES)


def further_inputs(form: Form) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each input whose bucket an input before it has."""
    # The server makes a bucket for each input, so that a POST fails at these (record 026). A PUT
    # takes them, and leaves out their folder and notification (140).
    seen: set[BucketName] = set()
    further = []
    for place in inputs(form):
        if place[0] in seen:
            further.append(place)
        seen.add(place[0])
    return tuple(further)


def without_further_inputs(form: Form) -> Form:
    """Return *form* without :func:`further_inputs`: what a POST takes."""
    further = {*further_inputs(form)}
    kept = tuple(
        entry
        for entry in form.input
        if provider_of(entry.storage_provider).type not in LOCAL_INPUT_TYPES
        or place_of(entry.path) not in further
    )
    return replace(form, input=kept)


def outputs(form: Form) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each output that touches a bucket of the cluster's own store."""
    # An output on ``s3.*`` or ``minio.other`` counts: DELETE empties the bucket of that name in the
    # cluster's own store (oscar-server 5; record 133).
    return _places(form.output, BUCKET_OUTPUT_TYPES)


def in_out_buckets(form: Form) -> tuple[BucketName, ...]:
    places = _places(form.input, LOCAL_INPUT_TYPES)
    places += _places(form.output, BUCKET_OUTPUT_TYPES)
    return tuple({bucket: None for bucket, _ in places})


def mount_bucket(form: Form) -> BucketName | None:
    place = mount_place(form)
    return place[0] if place else None


def mount_place(form: Form) -> tuple[BucketName, str] | None:
    mount = form.mount
    if not mount.path or str(provider_of(mount.storage_provider)) != "minio.default":
        return None
    return place_of(mount.path)


MOUNTABLE_OWNERS: Final = frozenset({"", "oscar"})
"""Whose buckets an administrator's service may mount (oscar-server 7.4): by the tag ``owner``."""


def mounted_alone(form: Form) -> BucketName | None:
    """Return the bucket that is mounted and no input or output: its tags must allow it (056)."""
    mount = mount_bucket(form)
    return None if mount in in_out_buckets(form) else mount


def places_elsewhere(form: Form) -> tuple[tuple[str, str], ...]:
    """Return side and ``provider:path`` of each input and output that touches no own bucket."""
    sides = (("input", form.input, LOCAL_INPUT_TYPES), ("output", form.output, BUCKET_OUTPUT_TYPES))
    return tuple(
        (side, f"{provider}:{entry.path}")
        for side, entries, types in sides
        for entry in entries
        if (provider := provider_of(entry.storage_provider)).type not in types
    )


def used_buckets(form: Form, store: OwnStore | None = None) -> tuple[BucketName, ...]:
    """Return every bucket that the service uses: inputs, outputs, mount."""
    # With the cluster's own *store* a mount counts that leads there under another provider's name.
    mount = mount_bucket(form) or (_mounted_by_alias(form, store) if store else None)
    buckets = in_out_buckets(form)
    return buckets if mount is None or mount in buckets else (*buckets, mount)


def _mounted_by_alias(form: Form, store: OwnStore) -> BucketName | None:
    mount = form.mount
    if not mount.path or not is_own_store(form, mount.storage_provider, store):
        return None
    return bucket_of(mount.path)


def buckets_across(form: Form, store: OwnStore, home: OwnStore) -> frozenset[BucketName]:
    """Return the buckets of *store* that a service of another cluster, with *home*, uses."""
    places: list[InputOutput | Mount] = [*form.output, form.mount]
    return frozenset(
        bucket_of(place.path)
        for place in places
        if leads_across(form, place.storage_provider, store, home)
    )


def needed_buckets(form: Form) -> tuple[BucketName, ...]:
    """Return the buckets of the cluster's own store that must be there for the service to work."""
    # Unlike :func:`used_buckets` without outputs on other stores, whatever bucket they name.
    own = _places(form.output, BUCKET_OUTPUT_TYPES, is_own=True)
    places = [*inputs(form), *own]
    mount = mount_bucket(form)
    return tuple(dict.fromkeys([*(bucket for bucket, _ in places), *([mount] if mount else [])]))


def kept_buckets(before: Form, after: Form) -> tuple[BucketName, ...]:
    """Return the buckets that a service needs both *before* an update and *after* it, in order."""
    still = needed_buckets(after)
    return tuple(sorted(bucket for bucket in needed_buckets(before) if bucket in still))


def created_by_post(form: Form) -> tuple[BucketName, ...]:
    """Return the buckets that a POST makes, and that must not exist (oscar-server 6.2; 024)."""
    return in_out_buckets(form)


def named_by_delete(form: Form, bucket_list: Iterable[str]) -> tuple[BucketName, ...]:
    """Return the buckets that forbid a DELETE: those it would erase, or might (safety 2)."""
    # Inputs and outputs, and the per-user buckets under a level that reads USER in any case. A
    # bucket that is mounted as well is kept by the server (049), and is named here all the same.
    per_user = tuple(BucketName(name) for name in bucket_list) if is_per_user(form) else ()
    return tuple(dict.fromkeys((*in_out_buckets(form), *per_user)))


def is_per_user(form: Form) -> bool:
    """Tell whether the isolation level reads USER in any case (oscar-server 4.4; 209)."""
    return form.isolation_level.upper() == "USER"


def keeps_user_level(form: Form) -> bool:
    """Tell whether the server makes the list of per-user buckets again from *form*."""
    # Only then may a PUT leave the stored list out: else it erases every bucket in it, with its
    # data (oscar-server 4.4; records 222, 224).
    return form.isolation_level == "USER" and bool(form.allowed_users)


def lost_user_buckets(stored: Iterable[str], wanted: Form) -> tuple[BucketName, ...]:
    """Return which *stored* per-user buckets a PUT of *wanted* at level USER would erase."""
    # The server makes the list again: one bucket for each input bucket and user, named by the first
    # ten characters of the user, and erases what is no longer in it (oscar-server 3.1, 4.4; 209,
    # 222).
    if not keeps_user_level(wanted):
        return ()  # the stored list is carried, and stays
    new = {f"{bucket}-{user[:10]}" for bucket, _ in inputs(wanted) for user in wanted.allowed_users}
    return tuple(sorted(BucketName(bucket) for bucket in stored if bucket not in new))


def without_buckets(form: Form, buckets: Iterable[str]) -> Form:
    gone = frozenset(buckets)
    return replace(
        form,
        input=_without(form.input, LOCAL_INPUT_TYPES, gone),
        output=_without(form.output, BUCKET_OUTPUT_TYPES, gone),
        mount=Mount() if mount_bucket(form) in gone else form.mount,
    )


def detached(form: Form, bucket_list: Sequence[str]) -> Form:
    """Return *form* so that a DELETE erases nothing: the one that a removal's PUT sends."""
    # It names no bucket, mounts none, and has no level under which the per-user buckets of
    # *bucket_list* are erased (safety 2; records 127, 220).
    without = without_buckets(form, named_by_delete(form, bucket_list))
    level = "" if bucket_list else form.isolation_level
    return replace(without, mount=Mount(), isolation_level=level)


@lru_cache(maxsize=1 << 14)  # the decision about one update asks fifty times
def _places(
    entries: tuple[InputOutput, ...], types: frozenset[str], *, is_own: bool = False
) -> tuple[tuple[BucketName, str], ...]:
    return tuple(
        place_of(entry.path)
        for entry in entries
        if (provider := provider_of(entry.storage_provider)).type in types
        and (not is_own or str(provider) == "minio.default")
    )


def _without(
    entries: Iterable[InputOutput], types: frozenset[str], gone: frozenset[str]
) -> tuple[InputOutput, ...]:
    return tuple(
        entry
        for entry in entries
        if not (provider_of(entry.storage_provider).type in types and bucket_of(entry.path) in gone)
    )


def unlisted_makers(
    bucket: BucketFacts | None,
    buckets: Iterable[BucketFacts],
    listed: Collection[ServiceName],
    service: ServiceName = ServiceName(""),
) -> tuple[ServiceName, ...]:
    """Return the services to ask for by name before *bucket* goes, since the list lacks them."""
    # POST tags each bucket that it makes with its service (6.1). A maker that a GET shows and the
    # list lacks proves that the list is not whole; where nothing is *listed*, that of each bucket.
    # PUT tags none (4.4): of such a bucket the *service* is asked for with which it goes.
    asked = [*((bucket,) if bucket else ()), *(() if listed else buckets)]
    makers = {ServiceName(one.from_service) for one in asked if one.from_service}
    if bucket is not None and not bucket.from_service and service:
        makers.add(service)
    return tuple(name for name in sorted(makers.difference(listed)) if not service_name_fault(name))
