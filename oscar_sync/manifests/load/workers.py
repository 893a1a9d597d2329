"""Many files read by more than one process: each is made by itself, and making fills a core.

A worker is a fork of this process. All of them, this one too, take from one queue; what a worker
has made it leaves in memory that both hold. What no worker brings is made here: it was killed, or
has made what must not be written down, as a secret.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, Generic, NoReturn, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_FEW: Final = 200
"""Fewer items are made before a worker has begun."""
_MOST_PROCESSES: Final = 4
_CHUNK: Final = 16
_MOST_CHUNKS: Final = 256
"""The number of a chunk is one byte of the queue, and a pipe takes so many at once."""
_HEAD_BYTES: Final = 8
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def each_made(
    items: Sequence[Item], make: Callable[[Item], Made], meanwhile: Callable[[], None]
) -> list[Made]:
    """Return what *make* returns for each item, in their order.

    It must depend on the item alone, and change nothing: it may be called in another process.
    *meanwhile* is called here once workers are at work, if there are any.
    """
    made: dict[int, Made] = {}
    workers = _workers_for(len(items))
    if workers:
        with suppress(OSError):  # no process, or no memory for one
            _Crew(items, make, made).work(workers, meanwhile)
    return [
        made[place] if place in made else make(item)  # None may be what is made
        for place, item in enumerate(items)
    ]


def _workers_for(count: int) -> int:
    """Return how many workers are worth their start.

    None beside other threads: a lock that one of them holds would stay closed in a fork for ever.
    """
    if count < _FEW or sys.platform != "linux" or threading.active_count() > 1:
        return 0
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES) - 1


class _Crew(Generic[Item, Made]):
    """This process and its workers. *made* takes what they make, by the place of its item."""

    def __init__(
        self, items: Sequence[Item], make: Callable[[Item], Made], made: dict[int, Made]
    ) -> None:
        self._items = items
        self._make = make
        self._made = made
        self._size = max(_CHUNK, -(-len(items) // _MOST_CHUNKS))
        self._queue, end = os.pipe()
        os.write(end, bytes(range(-(-len(items) // self._size))))
        os.close(end)

    def work(self, count: int, meanwhile: Callable[[], None]) -> None:
        """Make all items, with *count* workers; what a worker was to make may be missing."""
        with ExitStack() as stack:
            stack.callback(os.close, self._queue)
            workers = [stack.enter_context(self._worker()) for _ in range(count)]
            meanwhile()
            for made in self._chunks():
                self._made.update(made)
                for worker in workers:  # as it comes, so that they take more meanwhile
                    worker.bring(self._made)
            for worker in workers:
                worker.wait()
                worker.bring(self._made)

    def _chunks(self) -> Iterator[dict[int, Made]]:
        """Take chunks from the queue as long as there are any, and yield what is made of each."""
        while number := os.read(self._queue, 1):
            first = number[0] * self._size
            items = self._items[first : first + self._size]
            yield {first + place: self._make(item) for place, item in enumerate(items)}

    @contextmanager
    def _worker(self) -> Iterator["_Worker[Made]"]:
        results = os.memfd_create("made")
        try:
            worker: _Worker[Made] = _Worker(self._forked(results), results)
            try:
                yield worker
            finally:
                worker.end()
        finally:
            os.close(results)

    def _forked(self, results: int) -> int:
        """Return the process id of a fork that is at work."""
        parent = os.getpid()
        # One that comes before the fork knows who it is would be answered by both as one.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        try:
            pid = os.fork()
            if not pid:
                self._work_and_exit(parent, results, blocked)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return pid

    def _work_and_exit(self, parent: int, results: int, blocked: Iterable[int]) -> NoReturn:
        try:
            for ending in _ENDINGS:
                if signal.getsignal(ending) is not signal.SIG_IGN:
                    signal.signal(ending, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            for made in self._chunks():
                content = _packed(made)
                whole = len(content).to_bytes(_HEAD_BYTES, "big") + content
                if os.write(results, whole) < len(whole) or os.getppid() != parent:
                    break  # no memory for more, or nobody who waits
        finally:
            os._exit(0)


class _Worker(Generic[Made]):
    """A fork, and the memory where it leaves what it has made."""

    def __init__(self, pid: int, results: int) -> None:
        self._pid = pid
        self._results = results
        self._offset = 0
        self._has_ended = False

    def bring(self, made: dict[int, Made]) -> None:
        """Add to *made* what has come since; a chunk that is not whole has not come."""
        import pickle

        while len(head := os.pread(self._results, _HEAD_BYTES, self._offset)) == _HEAD_BYTES:
            size = int.from_bytes(head, "big")
            content = os.pread(self._results, size, self._offset + _HEAD_BYTES)
            if len(content) < size:
                break
            self._offset += _HEAD_BYTES + size
            made.update(pickle.loads(content))  # noqa: S301 - our own fork alone writes there

    def wait(self) -> None:
        """Wait until it has made what it took."""
        with suppress(ChildProcessError):  # a program around ours keeps none of the dead
            os.waitpid(self._pid, 0)
        self._has_ended = True

    def end(self) -> None:
        """End it now: nobody asks for the rest."""
        if not self._has_ended:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self.wait()


def _packed(made: Mapping[int, object]) -> bytes:
    """Return *made* as bytes, without what may not be written down."""
    import pickle  # a run of few files does without

    try:
        return pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
    except TypeError:
        rest = {place: one for place, one in made.items() if _may_leave(one)}
        return pickle.dumps(rest, pickle.HIGHEST_PROTOCOL)


def _may_leave(made: object) -> bool:
    import pickle

    try:
        pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
    except TypeError:
        return False
    return True
