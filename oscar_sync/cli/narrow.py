"""What ``seed``, ``remove``, ``adopt`` and ``forget`` share: a narrow plan, then the same path."""

import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.applying import ApplyRun, carry_out
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import APPLY_FORMATS, show_plan
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import plan_exit
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.selecting import refuse_none_live
from oscar_sync.reconcile.once import Pass, plan_once
from oscar_sync.render.usage import command_on


def run_narrow(
    options: dict[str, Any],
    asked: PlanOptions,
    *,
    needs_manifests: bool = True,
    is_dry: bool = False,
) -> int:
    outputs = outputs_of(options["outputs"], APPLY_FORMATS)
    record = RunRecord(str(asked.scope), history=given.history_of(options))

    def run() -> Exit:
        desired = desire(request_of(options, needs_manifests=needs_manifests), os.environ)
        connections = connections_of(options)
        planned = plan_once(desired, asked, connections)
        if not needs_manifests:
            refuse_none_live(desired, planned.views)
        refuse_unknown(planned, asked)
        if is_dry:
            show_plan(planned, outputs, options["color"], f"{record.command} --dry-run")
            return plan_exit(planned.draft.plan, detailed=False)
        return carry_out(planned, _apply_run(options, outputs, record), connections)

    return record.end(guarded(run, outputs, options["color"]))


def _apply_run(options: dict[str, Any], outputs: Sequence[Output], record: RunRecord) -> ApplyRun:
    return ApplyRun(
        outputs,
        record,
        options["color"],
        is_yes=options["yes"],
        is_quiet=options["quiet"],
        verbose=options["verbose"],
        again=shlex.join(["oscar-sync", *sys.argv[1:], "--yes"]),
    )


def refuse_unknown(planned: Pass, asked: PlanOptions) -> None:
    """Return only if each of the given names is on a cluster, or may be on one that was not read.

    A removal that was cut off is asked for again where its service is gone and its buckets are not.

    Raises:
        UsageError: a service is nowhere.
    """
    narrowing = planned.desired.narrowing
    live = [
        service.key
        for view in planned.views
        for service in view.services.values()
        if asked.scope is Scope.ADOPT or narrowing.selects(service.key, service.form.labels)
    ]
    known = {str(key) for key in live} | {str(key.name) for key in live}
    is_all_read = all(view.is_read for view in planned.views)
    erasing = {action.key for action in planned.draft.plan.all_actions if action.erases}
    known |= {str(key) for key in erasing} | {str(key.name) for key in erasing}
    for name in asked.names:
        if name in known or not is_all_read:
            continue
        clusters = [view.cluster for view in planned.views]
        ids = [str(cluster.id) for cluster in clusters]
        cluster, slash, _ = name.partition("/")
        if slash and cluster not in ids:
            hint = did_you_mean(cluster, ids) or f"this run is for: {', '.join(ids)}"
            raise UsageError(f"{name}: no cluster is called {cluster}; {hint}")
        places = [f"{one.id} ({one.endpoint})" for one in clusters]
        where = ", ".join(places) or "no cluster"
        lists = " and ".join(command_on(one, "service list") for one in clusters)
        shows = "show" if len(clusters) > 1 else "shows"
        hint = did_you_mean(name, sorted(known)) or (lists and f"{lists} {shows} those there are")
        among = f", {narrowing.words}" if narrowing.words else ""
        words = f"there is no service {name} on {where}{among}"
        raise UsageError(f"{words}; {hint}" if hint else words)
