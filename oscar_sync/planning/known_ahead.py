"""What a plan is certain to ask, known from the services before its first draft."""

from collections.abc import Mapping, Sequence

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.semantics.buckets import kept_buckets


def lookups_ahead(
    desired: DesiredState, views: Sequence[ClusterView], options: PlanOptions
) -> Mapping[ClusterId, Lookups]:
    """Return what the first draft would ask each cluster, as far as it is plain before.

    A draft of a thousand services takes longer than the list of their buckets.
    """
    # Whether a bucket is missing is asked of each service that is there and uses one.
    if options.scope not in {Scope.ALL, Scope.DRIFT}:
        return {}
    unknown = {view.cluster.id: view for view in views if view.is_read and view.buckets is None}
    asked: dict[ClusterId, Lookups] = {}
    for service in desired.services:
        view = unknown.get(service.key.cluster)
        if view is None or service.key.cluster in asked:
            continue
        live = view.services.get(service.key.name)
        if live is not None and kept_buckets(live.form, service.form):
            asked[service.key.cluster] = Lookups(buckets=True)
    return asked
