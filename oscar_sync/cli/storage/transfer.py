"""What transfers share: whose provider, the bar on a terminal, names that are safe on a disk."""

import sys
import threading
import time
from types import TracebackType
from typing import Final, Self

import click

from oscar_sync.cli.output import redraw
from oscar_sync.cli.reaching import service_of
from oscar_sync.cli.storage.places import StoragePlace
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.model.settings import OWN_STORE
from oscar_sync.render.words import safe, size
from oscar_sync.storage.stored import Provider

SERVICE: Final = click.option(
    "--service", metavar="NAME", default="", show_default=False,
    help="Use the storage providers of this service.",
)  # fmt: skip
_WIDTH: Final = 24
_TICK_S: Final = 0.2
_COLUMNS: Final = 79


class Bar:
    def __init__(self, total_bytes: int | None, *, is_quiet: bool) -> None:
        self._total = total_bytes
        self._done = 0
        self._name = ""
        self._began = time.monotonic()
        self._is_shown = not is_quiet and sys.stderr.isatty()
        self._is_over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if self._is_shown:
            self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._is_shown:
            self._is_over.set()
            self._ticker.join()
            redraw()

    def name(self, name: str) -> None:
        self._name = name

    def add(self, count: int) -> None:
        self._done += count

    def _tick(self) -> None:
        while True:
            redraw(self.text()[:_COLUMNS])
            if self._is_over.wait(_TICK_S):
                return

    def text(self) -> str:
        seconds = f"{time.monotonic() - self._began:.0f} s"
        if not self._total:
            return safe(f"{size(self._done)}  {seconds}  {self._name}")
        filled = round(_WIDTH * min(1.0, self._done / self._total))
        bar = "#" * filled + "-" * (_WIDTH - filled)
        return safe(f"[{bar}] {size(self._done)} of {size(self._total)}  {seconds}  {self._name}")


def opened(oscar: Oscar, place: StoragePlace, service: str) -> Provider:
    """Raises UsageError: there is no such service, or it does not know the provider."""
    if service:
        service_of(oscar, service)
    elif place.provider != OWN_STORE:
        raise UsageError(f"{place.provider} is a provider of a service: name it by --service NAME")
    try:
        return oscar.provider(place.provider, service)
    except ValueError as error:
        raise UsageError(str(error)) from error


def file_name(key: str) -> str:
    """Raises UsageError: the file would be a folder, or leave the one it is written to."""
    name = key.rpartition("/")[2]
    if name in {"", ".", ".."} or "\0" in name:
        raise UsageError(f"{key!r} does not end with a file name: name the file to write")
    return name
