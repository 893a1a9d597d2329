"""Which buckets a service names, and what POST, PUT and DELETE make, keep and erase of them.

Sources: oscar-server 4.4, 5, 6.1, 6.2; records 026, 041, 045, 049, 101, 113, 127, 131, 133, 140,
224.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from oscar_sync.model.field import Value
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


def blocks(form: Mapping[str, Value], name: str) -> list[dict[str, Value]]:
    """Return the blocks of the field *name* of a form: its inputs, outputs."""
    entries = form.get(name)
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def inputs(form: Mapping[str, Value]) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each input on the cluster's own store, in order."""
    return tuple(_places(form, "input", LOCAL_INPUT_TYPES))


def further_inputs(form: Mapping[str, Value]) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each input whose bucket an input before it has.

    The server makes a bucket for each input, so that a POST fails at these (record 026). A PUT
    takes them, and leaves out their folder and notification (140).
    """
    seen: set[BucketName] = set()
    found = []
    for place in inputs(form):
        if place[0] in seen:
            found.append(place)
        seen.add(place[0])
    return tuple(found)


def without_further_inputs(form: Mapping[str, Value]) -> dict[str, Value]:
    """Return *form* without :func:`further_inputs`: what a POST takes."""
    further = {*further_inputs(form)}
    kept: list[Value] = [
        entry
        for entry in blocks(form, "input")
        if provider_of(str(entry["storage_provider"])).type not in LOCAL_INPUT_TYPES
        or place_of(str(entry["path"])) not in further
    ]
    return {**form, "input": kept}


def outputs(form: Mapping[str, Value]) -> tuple[tuple[BucketName, str], ...]:
    """Return bucket and folder of each output that touches a bucket of the cluster's own store.

    An output on ``s3.*`` or ``minio.other`` counts: DELETE empties the bucket of that name in the
    cluster's own store (oscar-server 5; record 133).
    """
    return tuple(_places(form, "output", BUCKET_OUTPUT_TYPES))


def in_out_buckets(form: Mapping[str, Value]) -> tuple[BucketName, ...]:
    """Return the buckets of inputs and outputs, each once, inputs first."""
    places = _places(form, "input", LOCAL_INPUT_TYPES)
    places += _places(form, "output", BUCKET_OUTPUT_TYPES)
    return tuple({bucket: None for bucket, _ in places})


def mount_bucket(form: Mapping[str, Value]) -> BucketName | None:
    """Return the bucket of the cluster's own store that is mounted, if any."""
    place = mount_place(form)
    return place[0] if place else None


def mount_place(form: Mapping[str, Value]) -> tuple[BucketName, str] | None:
    """Return bucket and folder of the cluster's own store that are mounted, if any."""
    mount = form.get("mount")
    if not isinstance(mount, dict) or not mount.get("path"):
        return None
    if str(provider_of(str(mount["storage_provider"]))) != "minio.default":
        return None
    return place_of(str(mount["path"]))


MOUNTABLE_OWNERS: Final = frozenset({"", "oscar"})
"""Whose buckets an administrator's service may mount (oscar-server 7.4): by the tag ``owner``."""


def mounted_alone(form: Mapping[str, Value]) -> BucketName | None:
    """Return the bucket that is mounted and no input or output: its tags must allow it (056)."""
    mount = mount_bucket(form)
    return None if mount in in_out_buckets(form) else mount


def places_elsewhere(form: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Return side and ``provider:path`` of each input and output that touches no own bucket."""
    found = []
    for side, types in (("input", LOCAL_INPUT_TYPES), ("output", BUCKET_OUTPUT_TYPES)):
        for entry in blocks(form, side):
            provider = provider_of(str(entry["storage_provider"]))
            if provider.type not in types:
                found.append((side, f"{provider}:{entry['path']}"))
    return tuple(found)


def used_buckets(
    form: Mapping[str, Value], store: OwnStore | None = None
) -> tuple[BucketName, ...]:
    """Return every bucket that the service uses: inputs, outputs, mount.

    With the cluster's own *store* a mount counts that leads there under another provider's name.
    """
    mount = mount_bucket(form) or (_mounted_by_alias(form, store) if store else None)
    found = in_out_buckets(form)
    return found if mount is None or mount in found else (*found, mount)


def _mounted_by_alias(form: Mapping[str, Value], store: OwnStore) -> BucketName | None:
    mount = form.get("mount")
    if not isinstance(mount, dict) or not mount.get("path"):
        return None
    is_own = is_own_store(form, str(mount["storage_provider"]), store)
    return bucket_of(str(mount["path"])) if is_own else None


def buckets_across(
    form: Mapping[str, Value], store: OwnStore, home: OwnStore
) -> frozenset[BucketName]:
    """Return the buckets of *store* that a service of another cluster, with *home*, uses."""
    mount = form.get("mount")
    places = [*blocks(form, "output"), *([mount] if isinstance(mount, dict) else [])]
    return frozenset(
        bucket_of(str(place["path"]))
        for place in places
        if leads_across(form, str(place["storage_provider"]), store, home)
    )


def needed_buckets(form: Mapping[str, Value]) -> tuple[BucketName, ...]:
    """Return the buckets of the cluster's own store that must be there for the service to work.

    Unlike :func:`used_buckets` without outputs on other stores, whatever bucket they name.
    """
    own = _places(form, "output", BUCKET_OUTPUT_TYPES, is_own=True)
    places = [*inputs(form), *own]
    mount = mount_bucket(form)
    return tuple(dict.fromkeys([*(bucket for bucket, _ in places), *([mount] if mount else [])]))


def created_by_post(form: Mapping[str, Value]) -> tuple[BucketName, ...]:
    """Return the buckets that a POST makes, and that must not exist (oscar-server 6.2; 024)."""
    return in_out_buckets(form)


def named_by_delete(
    form: Mapping[str, Value], bucket_list: Iterable[str]
) -> tuple[BucketName, ...]:
    """Return the buckets that forbid a DELETE: those it would erase, or might (safety 2).

    Inputs and outputs, and the per-user buckets under a level that reads USER in any case. A
    bucket that is mounted as well is kept by the server (049), and is named here all the same.
    """
    per_user = tuple(BucketName(name) for name in bucket_list) if is_per_user(form) else ()
    return tuple(dict.fromkeys((*in_out_buckets(form), *per_user)))


def is_per_user(form: Mapping[str, Value]) -> bool:
    """Tell whether the isolation level reads USER in any case (oscar-server 4.4; 209)."""
    return str(form.get("isolation_level", "")).upper() == "USER"


def keeps_user_level(form: Mapping[str, Value]) -> bool:
    """Tell whether the server makes the list of per-user buckets anew from *form*.

    Only then may a PUT leave the stored list out: else it erases every bucket in it, with its data
    (oscar-server 4.4; records 222, 224).
    """
    return form.get("isolation_level") == "USER" and bool(form.get("allowed_users"))


def lost_user_buckets(stored: Iterable[str], wanted: Mapping[str, Value]) -> tuple[BucketName, ...]:
    """Return which *stored* per-user buckets a PUT of *wanted* at level USER would erase.

    The server makes the list anew: one bucket for each input bucket and user, named by the user's
    first ten characters, and erases what is no longer in it (oscar-server 3.1, 4.4; 209, 222).
    """
    if not keeps_user_level(wanted):
        return ()  # the stored list is carried, and stays
    users = wanted.get("allowed_users")
    new = {
        f"{bucket}-{str(user)[:10]}"
        for bucket, _ in inputs(wanted)
        for user in (users if isinstance(users, list) else ())
    }
    return tuple(sorted(BucketName(bucket) for bucket in stored if bucket not in new))


_NO_MOUNT: Final = {"storage_provider": "", "path": "", "options": ""}


def without_buckets(form: Mapping[str, Value], buckets: Iterable[str]) -> dict[str, Value]:
    """Return *form* without the inputs and outputs in *buckets*, and without a mount on them."""
    gone = frozenset(buckets)
    result = dict(form)
    result["input"] = _without(form, "input", LOCAL_INPUT_TYPES, gone)
    result["output"] = _without(form, "output", BUCKET_OUTPUT_TYPES, gone)
    if mount_bucket(form) in gone:
        result["mount"] = {**_NO_MOUNT}
    return result


def detached(form: Mapping[str, Value], bucket_list: Sequence[str]) -> dict[str, Value]:
    """Return *form* so that a DELETE erases nothing: the one that a removal's PUT sends.

    It names no bucket, mounts none, and has no level under which the per-user buckets of
    *bucket_list* are erased (safety 2; records 127, 220).
    """
    result = without_buckets(form, named_by_delete(form, bucket_list))
    result["mount"] = {**_NO_MOUNT}
    if bucket_list:
        result["isolation_level"] = ""
    return result


def _places(
    form: Mapping[str, Value], side: str, types: frozenset[str], *, is_own: bool = False
) -> list[tuple[BucketName, str]]:
    entries = form.get(side)
    if not isinstance(entries, list):
        return []
    return [
        place_of(str(entry["path"]))
        for entry in entries
        if isinstance(entry, dict)
        and (provider := provider_of(str(entry["storage_provider"]))).type in types
        and (not is_own or str(provider) == "minio.default")
    ]


def _without(
    form: Mapping[str, Value], side: str, types: frozenset[str], gone: frozenset[str]
) -> Value:
    return [
        entry
        for entry in blocks(form, side)
        if not (
            provider_of(str(entry["storage_provider"])).type in types
            and bucket_of(str(entry["path"])) in gone
        )
    ]


def unlisted_makers(
    bucket: BucketFacts | None,
    buckets: Iterable[BucketFacts],
    listed: Collection[ServiceName],
    service: ServiceName = ServiceName(""),
) -> tuple[ServiceName, ...]:
    """Return the services to ask for by name before *bucket* goes, since the list lacks them.

    POST tags each bucket that it makes with its service (6.1). A maker that a GET shows and the
    list lacks proves that the list is not whole; where nothing is *listed*, that of each bucket.
    PUT tags none (4.4): of such a bucket the *service* is asked for with which it goes.
    """
    asked = [*((bucket,) if bucket else ()), *(() if listed else buckets)]
    makers = {ServiceName(one.from_service) for one in asked if one.from_service}
    if bucket is not None and not bucket.from_service and service:
        makers.add(service)
    return tuple(name for name in sorted(makers.difference(listed)) if not service_name_fault(name))
