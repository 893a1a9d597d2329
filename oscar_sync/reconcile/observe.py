"""Reading clusters: three requests each, at once."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from oscar_sync.errors import BadAnswerError, ClusterError, NullListError, RefusedError
from oscar_sync.model.cluster import BasicLogin, Cluster, ReadingState
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import ClusterView, LiveService, OwnStore
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.release import release_found
from oscar_sync.reconcile.started import started
from oscar_sync.semantics.capabilities import (
    EMPTY_IS_HIDDEN,
    NULL_FOR_NO_SERVICE,
    READ_ONLY,
    named_release,
    release_of,
)
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.live_shape import lacks_buckets
from oscar_sync.semantics.operator import SERVICES_NAMESPACE
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.failures import PoisonedListError


def observe(
    clusters: Sequence[Cluster], connections: Connections, memory: WatchMemory | None = None
) -> tuple[ClusterView, ...]:
    """Return what each cluster shows, read side by side; one that cannot be read says why."""
    # With a *memory* services that the server shows as before are those of the pass before.
    if len(clusters) == 1:
        return (_observe(clusters[0], connections, memory),)
    views = [started(partial(_observe, cluster, connections, memory)) for cluster in clusters]
    return tuple(view.result() for view in views)


def _observe(cluster: Cluster, connections: Connections, memory: WatchMemory | None) -> ClusterView:
    try:
        connection = connections.to(cluster)
        config_read = started(connection.api.config)
        services_read = started(partial(_services, cluster.id, connection.api, memory))
        info, config = connection.api.info(), config_read.result()
    except ClusterError as error:
        return _unread(ClusterView(cluster), error)
    provider = mapping_of(config.get("minio_provider"))
    connection.open_store(provider, connections.environ)
    settings = mapping_of(config.get("config"))
    is_admin = isinstance(cluster.login, BasicLogin)
    me = "cluster_admin" if is_admin else str(provider.get("access_key", ""))
    images = config.get("allowed_image_repositories")
    version = str(info["version"])
    view = ClusterView(
        cluster,
        release=release_of(version),
        version=version,
        me=frozenset({me}),
        is_admin=is_admin,
        services_namespace=str(settings.get("services_namespace", SERVICES_NAMESPACE)),
        allowed_images=tuple(map(str, images)) if isinstance(images, list) else (),
        store_problem=connection.store_problem,
        store_warning=connection.store_warning,
        upload_hindrance=connection.upload_hindrance,
        own_store=own_store_of(cluster, provider),
    )
    try:
        if not me:
            # What is owned by nobody would then be mine.
            raise connection.api.bad("/system/config does not say which user the log-in is")
        return _with_services(view, _listed(view, services_read.result), connection.api)
    except ClusterError as error:
        return _unread(view, error)


def _listed(view: ClusterView, read: Callable[[], Sequence[LiveService]]) -> Sequence[LiveService]:
    """Return the services that were *read*; ``null`` is none where the release writes that."""
    try:
        return read()
    except NullListError:
        release = named_release(view.version)
        if release is None or not NULL_FOR_NO_SERVICE.holds(release):
            raise
        return ()


def own_store_of(cluster: Cluster, provider: Mapping[str, object]) -> OwnStore:
    addresses = (str(provider.get("endpoint", "")), cluster.s3_endpoint)
    return OwnStore(
        tuple(filter(None, addresses)),
        Secret(str(provider.get("access_key", ""))),
        Secret(str(provider.get("secret_key", ""))),
    )


def _services(
    cluster: ClusterId, api: OscarApi, memory: WatchMemory | None
) -> Sequence[LiveService]:
    if memory is not None:
        return memory.services(cluster, api)
    return [live_service(cluster, raw) for raw in api.list_services()]


def _with_services(
    view: ClusterView, services: Sequence[LiveService], api: OscarApi
) -> ClusterView:
    """Return *view* with its release, and each name once: of several, mine comes first."""
    release, problem = release_found(view.version, services, api)
    view = replace(view, release=release, release_problem=problem)
    api.is_empty_hidden = EMPTY_IS_HIDDEN.holds(release)
    if not READ_ONLY.holds(release) and any(lacks_buckets(service.raw) for service in services):
        raise api.bad(
            f"the list of services shows one as releases before 3.6 do, not {view.version}"
        )
    # Before 3.6.5 there is one namespace, and no service says so.
    # A server lists in the order it likes; sorted here, no plan depends on it.
    services = sorted(
        (
            service if service.namespace else replace(service, namespace=view.services_namespace)
            for service in services
        ),
        key=lambda service: (service.key, service.namespace),
    )
    named: dict[ServiceName, LiveService] = {}
    for service in services:
        shown = named.get(service.key.name)
        if shown is None or (service.owner in view.me and shown.owner not in view.me):
            named[service.key.name] = service
    others = [service for service in services if named[service.key.name] is not service]
    return replace(view, services=named, namesakes=tuple(others))


def _unread(view: ClusterView, error: ClusterError) -> ClusterView:
    poisoned = ServiceName(error.service) if isinstance(error, PoisonedListError) else None
    return replace(
        view,
        problem=error.message + (f"; {error.remedy}" if error.remedy else ""),
        reading=reading_of(error),
        unreadable=(poisoned,) if poisoned else (),
    )


def reading_of(error: ClusterError) -> ReadingState:
    match error:
        case RefusedError():
            return ReadingState.REFUSED
        case BadAnswerError():
            return ReadingState.UNREADABLE
        case _:
            return ReadingState.UNREACHABLE
