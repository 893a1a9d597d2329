"""What a watch reports to a board; this one has none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from oscar_sync.model.event import Event
from oscar_sync.reconcile.once import Pass


class WatchFeed:
    """What the loop of a watch calls as it goes; ``watch_board`` has the one with a board."""

    def close(self) -> None:
        """Give back what was taken for ``serving``."""

    @contextmanager
    def serving(self, wake: Callable[[], None], settings_folder: Path) -> Iterator[None]:
        """Serve within; *wake* ends the wait of the watch, from any thread."""
        del wake, settings_folder
        yield

    def planning(self) -> None:
        """Tell that a pass begins."""

    def planned(self, planned: Pass) -> None:
        """Tell what was planned."""

    def held(self, window: str) -> str:
        """Return why nothing is applied now, blank for no reason; *window* says when one opens."""
        return window

    def on_event(self, event: Event) -> None:
        """Tell a step of an apply."""

    def waiting(self, problem: str, pause_s: float) -> None:
        """Tell that the pass is over, what is wrong, and when the next one begins."""
