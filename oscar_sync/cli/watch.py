"""``oscar-sync watch``: plans again on each saved change, and with ``--apply`` carries it out."""

from contextlib import closing
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.follow import following
from oscar_sync.cli.listen import OF_LISTEN, listening
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch_feed import WatchFeed
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.model.exits import Exit


@given.command(
    "watch", "oscar-sync watch", "oscar-sync watch services/ --apply --yes --interval 300"
)
@given.PATHS
@given.formats("text", "events")
@given.common
@given.planning
@given.measured
@click.option(
    "--apply",
    "is_applying",
    is_flag=True,
    help="Apply creates, updates and seeds. Nothing is ever removed.",
)
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation of the first apply.")
@click.option(
    "--interval",
    type=given.SECONDS,
    default=60,
    metavar="SECONDS",
    envvar="OSCAR_SYNC_INTERVAL",
    help="Time between plans while no file changes, in seconds: they find drift.",
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
    help="Check the files every so many seconds (1 if no number is given), for file systems that "
    "do not report changes, such as NFS.",
)
@given.HISTORY
@following
@listening
def command(**options: Any) -> int:
    """Plan again after each saved change, and every --interval seconds. Ctrl-C stops."""
    outputs = outputs_of(options["outputs"], ("text", "events"))
    record = RunRecord("watch", options["metrics"] or "", given.history_of(options))
    screen = Screen.of_terminal(is_quiet=options["quiet"])
    problem = WatchProblem(float(options["interval"]), screen.say)

    def run() -> Exit:
        with closing(_feed(options, record)) as feed:
            return Watching(options, outputs, record, screen, problem, feed).run()

    return guarded(run, outputs, options["color"])


def _feed(options: dict[str, Any], record: RunRecord) -> WatchFeed:
    """Return whom the watch tells: the board that ``--listen`` asks for, else nobody."""
    if options["listen"]:
        from oscar_sync.cli.watch_board import BoardFeed

        return BoardFeed(options, record)
    given.refuse_alone(options, OF_LISTEN, "--listen HOST:PORT")
    return WatchFeed()
