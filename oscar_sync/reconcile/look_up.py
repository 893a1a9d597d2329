"""What a plan asks of a cluster beyond its services: only what it needs, by the lookups."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from oscar_sync.errors import ClusterError, StoreDeniedError, StoreError, StoreNotAllowedError
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import (
    BucketCount,
    BucketFacts,
    ClusterView,
    HookRule,
    Probe,
    SeedDifference,
)
from oscar_sync.reconcile.connect import ClusterConnection, Connections
from oscar_sync.reconcile.observe import reading_of
from oscar_sync.reconcile.own_files import OwnFiles
from oscar_sync.semantics.answers import is_shared_name
from oscar_sync.semantics.capabilities import NO_LIST_OF_BUCKETS
from oscar_sync.storage.store import ObjectStore

Asked = TypeVar("Asked", BucketName, tuple[BucketName, str])
Answered = TypeVar("Answered")


def look_up(view: ClusterView, lookups: Lookups, connections: Connections) -> ClusterView:
    """Return *view* with the answers to *lookups*."""
    # A cluster that stops answering is a problem of the view; a store that cannot be reached is one
    # of the store alone.
    connection = connections.to(view.cluster)
    try:
        view = _from_cluster(view, lookups, connection)
    except ClusterError as error:
        return replace(view, problem=error.message, reading=reading_of(error))
    view = _from_providers(view, lookups, connections)
    try:
        return _from_store(view, lookups, connection, connections.own_files)
    except StoreError as error:
        connection.lose_store(error)
        return replace(view, store_problem=connection.store_problem)


def _from_cluster(
    view: ClusterView, lookups: Lookups, connection: ClusterConnection
) -> ClusterView:
    api = connection.api
    if lookups.buckets:
        view = _with_buckets(view, connection)
    if lookups.volumes:
        view = replace(view, volumes=api.list_volumes())
    if lookups.quota:
        view = replace(view, quota=api.own_quota())
    unlisted = {name: api.find_bucket(name) for name in sorted(lookups.unlisted)}
    tag_owners = {name: api.tag_owner(name) for name in sorted(lookups.tag_owners)}
    probes = {name: _probe(connection, name) for name in sorted(lookups.probes)}
    deployments = {name: api.deployment(name) for name in sorted(lookups.deployments)}
    return replace(
        view,
        unlisted={**view.unlisted, **unlisted},
        tag_owners={**view.tag_owners, **tag_owners},
        probes={**view.probes, **probes},
        deployments={**view.deployments, **deployments},
    )


def _with_buckets(view: ClusterView, connection: ClusterConnection) -> ClusterView:
    """Return *view* with its buckets, by the store's own list where OSCAR has none."""
    # Of a store that cannot be reached none are known, and that is said as for notifications: such
    # a cluster is only read.
    if not (NO_LIST_OF_BUCKETS.holds(view.release) or view.release_problem):
        return replace(view, buckets={one.name: one for one in connection.api.list_buckets()})
    names: tuple[str, ...] = ()
    try:
        connection.reach_store()
        names = connection.store.bucket_names() if connection.store else ()
    except StoreError as error:
        connection.lose_store(error)
    buckets = (BucketFacts(BucketName(name), is_tagged=False) for name in names)
    return replace(
        view,
        buckets={bucket.name: bucket for bucket in buckets},
        store_problem=connection.store_problem,
    )


def _probe(connection: ClusterConnection, name: ServiceName) -> Probe:
    """Return whether *name* is free: 404 alone says so (safety 3)."""
    answer = connection.api.get_service(name)
    match answer.status:
        case 404:
            return Probe.FREE
        case 403:
            return Probe.HIDDEN
        case 200:
            return Probe.EXISTS
        case _ if is_shared_name(answer.text):
            return Probe.SHARED
        case _:
            return Probe.UNKNOWN


def _from_providers(view: ClusterView, lookups: Lookups, connections: Connections) -> ClusterView:
    elsewhere = {
        seed: _elsewhere(seed, credentials, connections)
        for seed, credentials in lookups.seeds.items()
        if seed.is_elsewhere
    }
    return replace(view, seeds={**view.seeds, **elsewhere}) if elsewhere else view


def _elsewhere(
    seed: Seed, credentials: Mapping[str, object], connections: Connections
) -> SeedDifference:
    """Return what the seed lacks on its provider; one that fails is a problem of that seed."""
    from oscar_sync.reconcile.seed_files import seed_difference  # a plan without seeds does without

    try:
        provider = connections.provider(seed.provider, credentials)
        return seed_difference(seed, provider, connections.own_files)
    except StoreNotAllowedError as error:
        return SeedDifference(not_allowed=str(error))
    except StoreError as error:
        return SeedDifference(problems=(str(error),))


def _from_store(
    view: ClusterView, lookups: Lookups, connection: ClusterConnection, own: OwnFiles
) -> ClusterView:
    seeds = [seed for seed in lookups.seeds if not seed.is_elsewhere]
    if not (lookups.hooks or lookups.markers or lookups.counts or seeds or lookups.store):
        return view
    connection.reach_store()
    store = connection.store
    if store is None:
        return replace(view, store_problem=connection.store_problem)
    hooks, no_hooks = _each(lookups.hooks, lambda bucket: _hooks(store, bucket))
    markers, no_markers = _each(lookups.markers, lambda place: store.has_marker(*place))
    counts, no_counts = _each(lookups.counts, lambda bucket: _count(store, bucket))
    return replace(
        view,
        is_store_reached=True,
        hooks={**view.hooks, **hooks},
        markers={**view.markers, **markers},
        counts={**view.counts, **counts},
        denied=view.denied | no_hooks | no_counts | {bucket for bucket, _ in no_markers},
        seeds={**view.seeds, **{seed: _on_own_store(seed, store, own) for seed in seeds}},
    )


def _each(
    asked: Iterable[Asked], answer: Callable[[Asked], Answered]
) -> tuple[dict[Asked, Answered], frozenset[Asked]]:
    """Return what is found for each of *asked*, and those that our keys are not allowed to see."""
    answers: dict[Asked, Answered] = {}
    denied: set[Asked] = set()
    for one in sorted(asked):
        try:
            answers[one] = answer(one)
        except StoreDeniedError:
            denied.add(one)
    return answers, frozenset(denied)


def _on_own_store(seed: Seed, store: ObjectStore, own: OwnFiles) -> SeedDifference:
    from oscar_sync.reconcile.seed_files import seed_difference
    from oscar_sync.storage.buckets import BucketProvider

    provider = BucketProvider(store)
    try:
        return seed_difference(seed, provider, own)
    except StoreDeniedError:
        # Keys of a user may not ask for what is not there either.
        why = "is closed to the keys that the cluster names, or does not exist"
    except StoreError:
        if store.bucket_exists(seed.bucket):
            raise
        why = "does not exist"
    return replace(seed_difference(seed, provider, own, is_empty=True), no_bucket=why)


def _count(store: ObjectStore, bucket: BucketName) -> BucketCount:
    """Return what *bucket* holds; nothing where somebody took it away."""
    try:
        return store.count(bucket)
    except StoreError:
        if store.bucket_exists(bucket):
            raise
        return BucketCount(0, 0)


def _hooks(store: ObjectStore, bucket: BucketName) -> tuple[HookRule, ...]:
    """Return the notifications of *bucket*; none where somebody took it away."""
    try:
        return store.hooks(bucket)
    except StoreError:
        if store.bucket_exists(bucket):
            raise
        return ()
