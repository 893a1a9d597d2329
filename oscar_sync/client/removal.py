"""Removing a service without a byte of its data: detach its buckets, read back, delete."""

import time
from typing import Any, cast

from oscar_sync.client.values import Removed
from oscar_sync.errors import ClusterError, StoreError
from oscar_sync.execution.execute import execute
from oscar_sync.execution.ports import ClusterPorts, Parts, Store
from oscar_sync.model.action import Action, ActionKind, Kept, Preconditions
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import RemoveMaterial, StampWish
from oscar_sync.model.plan import Plan, Source
from oscar_sync.model.report import Status
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import detached, in_out_buckets, named_by_delete, used_buckets
from oscar_sync.semantics.capabilities import Release
from oscar_sync.semantics.federation import without_members
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import detached_stamp, fingerprint_of
from oscar_sync.semantics.volumes import deleted_volume
from oscar_sync.storage.store import ObjectStore
from oscar_sync.wire.api import OscarApi


def remove(api: OscarApi, store: ObjectStore, live: LiveService, release: Release) -> Removed:
    """Remove *live* and keep every bucket that it uses (safety 2; records 127, 131, 220).

    Raises:
        ClusterError: it cannot be removed without erasing data, or the cluster refuses; the
            service is then as it was, or without its inputs and outputs.
    """
    cluster = api.session.cluster
    _refuse_to_erase(cluster, live, release)
    hooks, reachable, warnings = _hooks(store, live)
    action = _action(live, hooks)
    plan = Plan("", Source("", 0, 1), (), (action,))
    material = _material(cluster, live, release)
    parts = _parts(api, store if reachable else None)
    report = execute(plan, {action.id: material}, parts)
    result = report.results[0]
    if result.status is not Status.DONE:
        raise ClusterError(
            cluster.id, cluster.endpoint, f"{live.key.name} is not removed: {result.message}"
        )
    return Removed(
        name=live.key.name,
        kept=(*used_buckets(live.form), *live.bucket_list),
        warnings=(*warnings, *result.warnings),
    )


def _refuse_to_erase(cluster: Cluster, live: LiveService, release: Release) -> None:
    buckets = named_by_delete(live.form, live.bucket_list)
    why = takes_no_put(live.form, release)
    volume = deleted_volume(live.form)
    if why and buckets:
        message = f"{live.key.name} cannot be detached from {', '.join(buckets)}: {why}"
    elif volume:
        message = f"the volume {volume} would be deleted with {live.key.name}"
    else:
        return
    raise ClusterError(cluster.id, cluster.endpoint, message, "copy the data elsewhere first")


def _hooks(store: ObjectStore, live: LiveService) -> tuple[list[Step], bool, list[str]]:
    """Return the steps that take the service's hooks off, whether the store can be reached."""
    steps: list[Step] = []
    for bucket in in_out_buckets(live.form):
        try:
            rules = store.hooks(bucket)
        except StoreError as error:
            if "does not exist" in str(error):
                continue
            return [], False, [f"the notifications of its buckets stay: {error}"]
        steps += [
            Step(Do.UNHOOK, f"{bucket}/{rule.prefix}")
            for rule in rules
            if rule.service == live.key.name
        ]
    return steps, True, []


def _action(live: LiveService, hooks: list[Step]) -> Action:
    name = live.key.name
    buckets = named_by_delete(live.form, live.bucket_list)
    let_go = [Step(Do.PUT, name, f"detaches {', '.join(buckets)}")] if buckets else []
    return Action(
        id=f"remove {live.key}",
        key=live.key,
        kind=ActionKind.REMOVE,
        reason="asked for",
        steps=(*let_go, *hooks, Step(Do.DELETE, name, restarts=1)),
        keeps=tuple(
            Kept(BucketName(name)) for name in (*used_buckets(live.form), *live.bucket_list)
        ),
        preconditions=Preconditions(fingerprint_of(live)),
    )


def _material(cluster: Cluster, live: LiveService, release: Release) -> RemoveMaterial:
    buckets = named_by_delete(live.form, live.bucket_list)
    return RemoveMaterial(
        cluster=cluster,
        release=release,
        owner=owner_to_write(live),
        live=live,
        # Whose the services of a federation's members are is not known here: nothing is sent there.
        form=without_members(detached(live.form, live.bucket_list)) if buckets else live.form,
        stamp=StampWish(detached=detached_stamp("remove", buckets)),
    )


def _parts(api: OscarApi, store: ObjectStore | None) -> Parts:
    # It lacks what seeds need, which a removal never asks for.
    ports = ClusterPorts(cast(Any, api), cast(Store | None, store), "it cannot be reached")
    return Parts(
        clusters={api.session.cluster.id: ports},
        holds=_holds,
        key=lambda: None,
        on_event=lambda event: None,
        is_stopping=lambda: False,
        now=time.monotonic,
        sleep=time.sleep,
    )


def _holds(live: Form, wanted: Form, owner: str) -> bool:
    """Tell whether the buckets are detached: all that a DELETE would look at."""
    del owner
    names = ("input", "output", "isolation_level", "mount")
    return all(getattr(live, name) == getattr(wanted, name) for name in names)
