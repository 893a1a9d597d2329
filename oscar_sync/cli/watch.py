"""``oscar-sync watch``: plans again on each saved change, and with ``--apply`` carries it out."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.trouble import Trouble
from oscar_sync.cli.watching import Watching


@click.command("watch")
@given.PATHS
@given.common
@given.planning
@given.measured
@click.option(
    "--apply",
    "is_applying",
    is_flag=True,
    help="Carry out creates, updates and seeds; never a removal.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the first apply.")
@click.option(
    "--interval",
    type=given.SECONDS,
    default=60.0,
    metavar="SECONDS",
    show_default=True,
    envvar="OSCAR_SYNC_INTERVAL",
    help="Plan again at least so often, for drift.",
)
@click.option(
    "--poll",
    "poll_s",
    type=given.SECONDS,
    is_flag=False,
    flag_value=1.0,
    default=None,
    metavar="[SECONDS]",
    envvar="OSCAR_SYNC_POLL",
    help="Look at the files so often (1 s) where the system tells of no change, as on NFS.",
)
def command(**options: Any) -> int:
    """Plan again 300 ms after each saved change, and every --interval; Ctrl-C ends."""
    outputs = outputs_of(options["outputs"], ("text", "events"))
    record = RunRecord("watch", options["metrics"] or "")
    screen = Screen.of_terminal(is_quiet=options["quiet"])
    trouble = Trouble(float(options["interval"]), screen.say)
    watching = Watching(options, outputs, record, screen, trouble)
    return guarded(watching.run, outputs, options["color"])
