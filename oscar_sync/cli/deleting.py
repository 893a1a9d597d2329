"""Deleting a bucket or a volume by hand: a plan of that alone, shown, asked about, carried out."""

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from oscar_sync.cli.applying import ApplyRun
from oscar_sync.cli.output import Output
from oscar_sync.cli.reaching import hint_of, wanted_of
from oscar_sync.cli.request import request_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.client.choosing import chosen
from oscar_sync.errors import UsageError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import RemovedStorage, Which
from oscar_sync.planning.guards import written_reason
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import clusters_meant, desire
from oscar_sync.reconcile.once import Pass, plan_once

_NOT_OF_ONE_CLUSTER: Final = {
    "overlay": (), "env_file": None, "only": (), "label": (), "secret_env": (),
}  # fmt: skip


def deletion_of(
    name: str, options: dict[str, Any], connections: Connections, *, is_volume: bool = False
) -> Pass:
    """Return the plan that deletes one bucket or volume of one cluster, and nothing else.

    Raises:
        UsageError: there is none of that name.
    """
    cluster, _ = chosen(wanted_of(options), os.environ)
    request = request_of(options | _NOT_OF_ONE_CLUSTER, needs_manifests=False)
    # An address of the environment or of -c has no entry that could be named.
    if any(
        entry.id == cluster.id and entry.places
        for entry in clusters_meant(request, os.environ).entries
    ):
        request = replace(request, clusters=(cluster.id,))
    desired = desire(request, os.environ)
    entry = RemovedStorage(Which(name, cluster.id), None, is_volume)
    settings = replace(desired.settings, removed_storage=(entry,))
    asked = PlanOptions(scope=Scope.ERASE)
    planned = plan_once(replace(desired, settings=settings), asked, connections)
    if not planned.draft.plan.all_actions and all(view.is_read for view in planned.views):
        raise _unknown(planned, cluster, name, is_volume=is_volume)
    return planned


def _unknown(planned: Pass, on: Cluster, name: str, *, is_volume: bool) -> UsageError:
    kind, known = "volume" if is_volume else "bucket", set[str]()
    for view in planned.views:
        if reason := written_reason(view):
            return UsageError(f"{view.cluster.id}: {reason.message}")
        names: Iterable[str] = (view.volumes if is_volume else view.buckets) or ()
        known.update(names)
    return UsageError(f"there is no {kind} {name} on {on.id}; {hint_of(kind, name, known, on)}")


def deletion_run(
    options: dict[str, Any], outputs: Sequence[Output], record: RunRecord, confirmed: str
) -> ApplyRun:
    """Return how it is carried out; *confirmed* are the options that skip the question."""
    words = [word for word in sys.argv[1:] if word not in {"-y", "--yes"}]
    return ApplyRun(
        outputs,
        record,
        options["color"],
        is_quiet=options["quiet"],
        again=f"{shlex.join(['oscar-sync', *words])} {confirmed}",
    )
