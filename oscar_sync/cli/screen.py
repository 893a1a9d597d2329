"""How a watch looks: on a terminal a line below that tells how things stand, else plain lines."""

import os
import sys
import time
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.cli.border import say
from oscar_sync.cli.keys import Keys
from oscar_sync.cli.log_lines import LogFormat
from oscar_sync.cli.output import BOTTOM
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.plan import Plan
from oscar_sync.render.news import WatchState, standing_line

KEYS: Final = "p plan  r now  q quit"
_A_YEAR_S: Final = 366 * 86400.0


def is_live(environ: Mapping[str, str], *, is_quiet: bool) -> bool:
    is_plain = is_quiet or LogFormat.is_json or bool(environ.get("NO_COLOR"))
    if is_plain or environ.get("TERM", "dumb") == "dumb":
        return False
    return sys.stdout.isatty() and not _is_behind()


def _is_behind() -> bool:
    """Tell whether the shell has the terminal: a line of ours would disturb it."""
    try:
        return os.tcgetpgrp(sys.stdout.fileno()) != os.getpgrp()
    except (AttributeError, OSError):  # not a terminal after all, or Windows
        return False


class Screen(Struct):
    """Shows how a watch stands; says sentences. Without ``is_live`` it only says."""

    is_live: bool = False
    keys: Keys = field(default_factory=Keys)
    _standing: WatchState = field(default_factory=WatchState)

    @classmethod
    def of_terminal(cls, *, is_quiet: bool) -> "Screen":
        return cls(is_live(os.environ, is_quiet=is_quiet))

    def open(self) -> None:
        if self.is_live and self.keys.take():
            self._standing = replace(self._standing, keys=KEYS)

    def close(self) -> None:
        BOTTOM.put(None)
        self.keys.give_back()

    def say(self, text: str) -> None:
        say(f"{_clock(time.time())}  {text}" if self.is_live else f"watch: {text}")

    def begin(self, doing: str) -> None:
        self._show(replace(self._standing, doing=doing))

    def stand(self, plan: Plan | None, trouble: str, pause_s: float) -> None:
        now = time.time()
        self._show(
            replace(
                self._standing,
                plan=plan,
                trouble=trouble,
                planned_at=self._standing.planned_at if trouble else _clock(now),
                next_at=_clock(now + pause_s) if pause_s < _A_YEAR_S else "",
                doing="",
            )
        )

    def on_event(self, event: Event) -> None:
        if event.happening is Happening.STEP_START and event.action and event.step:
            self.begin(f"applying: {event.action.key} {event.step.do}")

    def pressed(self) -> str:
        BOTTOM.refresh()
        return self.keys.pressed()

    def _show(self, standing: WatchState) -> None:
        self._standing = standing
        if self.is_live:
            BOTTOM.put(lambda columns: standing_line(standing, columns))


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))
