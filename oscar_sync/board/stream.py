"""The stream of events of each page: what goes on now, at most a few times a second."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from oscar_sync.board.state import Board
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.html.board_rows import row_id
from oscar_sync.render.words import safe

MOST: Final = 100
"""So many pages are served at once."""
_PAUSE_S: Final = 0.1
_BEAT_S: Final = 20.0
_AGAIN: Final = b"retry: 1000\n\n"
"""A page whose stream ends asks for another after so many milliseconds."""


class Streams:
    """Streams to pages that are open, until ``end``."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._changes: set[asyncio.Event] = set()
        self._is_over = False

    @property
    def count(self) -> int:
        return len(self._changes)

    def end(self) -> None:
        """End all; called in the loop that serves them."""
        self._is_over = True
        self.look()

    def look(self) -> None:
        """Let each stream look whether it goes on; called in the loop that serves them."""
        for changed in self._changes:
            changed.set()

    async def events(self, is_known: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield a message at each change; and now and then a sign that somebody is there.

        Ends once *is_known* says no: its reader has logged out, or the token is another one.
        """
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def on_change() -> None:
            with suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(changed.set)

        stop = self._board.listen(on_change)
        self._changes.add(changed)
        try:
            yield _AGAIN
            while not self._is_over and is_known():
                changed.clear()
                self._board.seen()
                yield _message(self._board.picture)
                await asyncio.sleep(_PAUSE_S)
                while not changed.is_set():
                    try:
                        async with asyncio.timeout(_BEAT_S):
                            await changed.wait()
                    except TimeoutError:
                        if not is_known():
                            return
                        self._board.seen()
                        yield b": still here\n\n"
        finally:
            self._changes.remove(changed)
            stop()


def _message(picture: BoardPicture) -> bytes:
    told = {
        "number": picture.number,
        "phase": safe(picture.now),
        "facts": picture.facts,
        "steps": {safe(row_id(key)): step.words for key, step in picture.steps.items()},
    }
    return f"data: {json.dumps(told)}\n\n".encode()
