"""``oscar-sync apply``: plans, shows, asks, carries out exactly that, and reads it back."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import replace

from oscar_sync.cli import options as given
from oscar_sync.cli.applying import ApplyRun, carry_out
from oscar_sync.cli.border import end_events, guarded
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.request import connections_of, plan_options, request_of, with_flags
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import APPLY_FORMATS, show_documents, show_plan
from oscar_sync.errors import StaleError
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import plan_exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.once import Pass, plan_once
from oscar_sync.reconcile.subject import subject_of

_WAIT_S = 300.0


_EXPECT: Final = "OSCAR_SYNC_EXPECT"


def _not_blank(ctx: click.Context, param: click.Parameter, given: str | None) -> str | None:
    """Return what is expected; blank is not "anything": a job may have failed to name the plan."""
    written = os.environ.get(_EXPECT) if given is None else given
    if written is not None and not written.strip():
        words = f"it is blank, or {_EXPECT} is: name the reviewed plan, or leave both out"
        raise click.BadParameter(words, ctx, param)
    return given


@given.command("apply", "oscar-sync apply", "oscar-sync apply services/ --yes --expect plan.json")
@given.PATHS
@given.formats(*APPLY_FORMATS)
@given.common
@given.measured
@given.HISTORY
@given.planning
@given.YES
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--expect", metavar="DIGEST|FILE", envvar=_EXPECT, callback=_not_blank,
    help="Apply only the plan with this digest, or the plan in this file.",
)  # fmt: skip
def command(**options: Any) -> int:
    """Apply the changes of the plan after confirmation, and verify them."""
    outputs = outputs_of(options["outputs"], APPLY_FORMATS)
    record = RunRecord("apply", options["metrics"] or "", given.history_of(options))

    def run() -> Exit:
        desired = with_flags(desire(request_of(options), os.environ), options)
        connections = connections_of(options)
        planned = plan_once(desired, plan_options(options), connections)
        record.planned(planned)
        if options["expect"]:
            _hold_to(options["expect"], planned, outputs)
        if options["dry_run"]:
            show_plan(planned, outputs, options["color"], "apply --dry-run")
            code = plan_exit(planned.draft.plan, detailed=False)
            end_events(outputs, code)
            return code
        how = ApplyRun(
            outputs,
            record,
            options["color"],
            is_yes=options["yes"],
            is_quiet=options["quiet"],
            verbose=options["verbose"],
            again=_again(),
            parallelism=options["parallelism"],
            wait_s=_WAIT_S if options["wait"] else None,
            is_waiting=options["wait"] is not False,
        )
        return carry_out(planned, how, connections)

    return record.end(guarded(run, outputs, options["color"]))


def _hold_to(expected: str, planned: Pass, outputs: Sequence[Output]) -> None:
    """Return if the plan is the expected one; else every document says how it differs.

    Raises:
        StaleError: it is another one.
    """
    from oscar_sync.reconcile.expectation import check_expectation

    try:
        check_expectation(planned.draft.plan, expected)
    except StaleError as error:
        plan = planned.draft.plan
        plan = replace(
            plan, notes=(f"not carried out: {error.sentence}", *error.differences, *plan.notes)
        )
        show_documents(replace(subject_of(planned, "apply (not carried out)"), plan=plan), outputs)
        raise


def _again() -> str:
    program = Path(sys.argv[0]).name if sys.argv else "oscar-sync"
    name = "oscar-sync" if program in ("__main__.py", "pytest") else program
    return shlex.join([name, *sys.argv[1:], "--yes"])
