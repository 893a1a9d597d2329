"""Which services use a bucket, and which start on uploads to it."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.state import ClusterView, DesiredService, LiveService
from oscar_sync.semantics.buckets import inputs, used_buckets

Users: TypeAlias = Mapping[ServiceKey, DesiredService | None]
"""Who uses a bucket; live services that no manifest names have no place."""


Started: TypeAlias = Mapping[tuple[BucketName, str], Collection[ServiceName]]
"""Who has an input, by its bucket and folder."""


def users_of_buckets(
    desired: Mapping[ServiceName, DesiredService], view: ClusterView
) -> dict[BucketName, dict[ServiceKey, DesiredService | None]]:
    """Return who uses each bucket, live or wanted: input, output, mount, or one user's own."""
    users: dict[BucketName, dict[ServiceKey, DesiredService | None]] = {}
    used_by: dict[ServiceName, tuple[BucketName, ...]] = {}
    for service in view.every_service:
        used = used_buckets(service.form, view.own_store)
        used_by.setdefault(service.key.name, used)
        for bucket in (*used, *map(BucketName, service.bucket_list)):
            users.setdefault(bucket, {})[service.key] = None
    for name, wanted in desired.items():
        shown = view.services.get(name)
        is_same = shown is not None and _name_the_same(shown.form, wanted.form)
        for bucket in used_by[name] if is_same else used_buckets(wanted.form, view.own_store):
            users.setdefault(bucket, {})[wanted.key] = wanted
    return users


def started_by_input(live: Iterable[LiveService]) -> Started:
    started: dict[tuple[BucketName, str], dict[ServiceName, None]] = {}
    for service in live:
        for place in inputs(service.form):
            started.setdefault(place, {})[service.key.name] = None
    return started


def _name_the_same(one: Form, other: Form) -> bool:
    return (one.input, one.output, one.mount) == (other.input, other.output, other.mount)
