"""Looking again and again until Ctrl-C, at an interval; what fails in between is said once."""

import gc
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.errors import ClusterError, RefusedError, StoreError
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.pace import pause_s

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

INTERVAL_S: Final = 5.0


def watching(function: Decorated) -> Decorated:
    """Add ``--watch`` and ``--interval``."""
    watch = click.option(
        "-w", "--watch", is_flag=True, help="Look again at each --interval, and show what changed."
    )
    interval = click.option(
        "--interval", "interval_s", type=given.SECONDS, default=INTERVAL_S, metavar="SECONDS",
        help="Time between looks, in seconds.",
    )  # fmt: skip
    return watch(interval(function))


def polled(look: Callable[[], bool], interval_s: float) -> Exit:
    """Call *look* until it returns True; a failure after the first look is tried again, later.

    Raises:
        OscarSyncError: the first look failed, or the question itself is wrong.
    """
    gc.enable()  # a short command does without
    is_over, failures, said = look(), 0, ""
    is_refused = False
    while not is_over:
        pause(pause_s(failures, interval_s, is_refused=is_refused))
        try:
            is_over = look()
        except (ClusterError, StoreError) as error:
            failures, is_refused = failures + 1, isinstance(error, RefusedError)
            if str(error) != said:
                next_s = pause_s(failures, interval_s, is_refused=is_refused)
                say(f"error: {error} (next try in {next_s:.0f} s, then less often)")
            said = str(error)
            continue
        if said:
            say("it answers again")
        failures, said = 0, ""
    return Exit.OK


def pause(seconds: float) -> None:
    time.sleep(seconds)
