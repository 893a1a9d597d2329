"""Work that begins now and is asked for later: requests that need not wait for each other."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Made = TypeVar("Made")


def started(make: Callable[[], Made]) -> Future[Made]:
    """Begin *make* in a thread of its own; return what holds its result, or raises its error."""
    # Nobody waits for the thread where nobody asks: Ctrl-C ends a run at once.
    future: Future[Made] = Future()

    def run() -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
