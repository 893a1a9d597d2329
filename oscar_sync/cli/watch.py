"""``oscar-sync watch``: plans again on each saved change, and with ``--apply`` carries it out."""

import math
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.telling import Telling
from oscar_sync.cli.watching import Watching


class _Seconds(click.FloatRange):
    """A number of seconds above 0."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or say where else a PATH must stand."""
        try:
            found = float(value)
        except (TypeError, ValueError):
            hint = "; a PATH stands before --poll, or write --poll=1 PATH"
            hint = hint if param is not None and param.name == "poll_s" else ""
            self.fail(f"{value!r} is no number of seconds{hint}", param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return float(super().convert(found, param, ctx))


_SECONDS: Final = _Seconds(0, min_open=True)


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
    type=_SECONDS,
    default=60.0,
    metavar="SECONDS",
    show_default=True,
    envvar="OSCAR_SYNC_INTERVAL",
    help="Plan again at least so often, for drift.",
)
@click.option(
    "--poll",
    "poll_s",
    type=_SECONDS,
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
    telling = Telling("watch", options["metrics"] or "")
    screen = Screen.of_terminal(is_quiet=options["quiet"])
    watching = Watching(options, outputs, telling, screen)
    return guarded(watching.run, outputs, options["color"])
