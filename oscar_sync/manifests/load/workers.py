"""Many files read by more than one process: each is made by itself, and making fills a core.

A worker is a fork of this process. All of them, this one too, take from one queue; what a worker
has made it leaves in memory that both hold. What no worker brings is made here: it was killed, or
has made what must not be written down, as a secret.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, Generic, NoReturn, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_FEW: Final = 200
"""Of fewer items a worker takes none before this process has made them all."""
_MOST_PROCESSES: Final = 4
_CHUNK: Final = 16
_MOST_CHUNKS: Final = 256
"""The number of a chunk is one byte of the queue, and a pipe takes so many at once."""
_HEAD_BYTES: Final = 8
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def each_made(items: Sequence[Item], make: Callable[[Item], Made]) -> list[Made]:
    """Return what *make* returns for each item, in their order.

    It must depend on the item alone, and change nothing: it may be called in another process.
    """
    workers = _workers_for(len(items))
    if not workers:
        return [make(item) for item in items]
    size = max(_CHUNK, -(-len(items) // _MOST_CHUNKS))
    chunks = [items[first : first + size] for first in range(0, len(items), size)]
    made: dict[int, list[Made]] = {}
    with suppress(OSError):  # no process, no memory for one
        _Crew(chunks, make, made).work(workers)
    return [
        one
        for number, chunk in enumerate(chunks)
        for one in (made[number] if number in made else map(make, chunk))
    ]


def _workers_for(count: int) -> int:
    """Return how many workers are worth their start.

    None beside other threads: a lock that one of them holds would stay closed in a fork for ever.
    """
    if count < _FEW or sys.platform != "linux" or threading.active_count() > 1:
        return 0
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES) - 1


class _Crew(Generic[Item, Made]):
    """This process and its workers, with what they have made so far by the number of its chunk."""

    def __init__(
        self,
        chunks: Sequence[Sequence[Item]],
        make: Callable[[Item], Made],
        made: dict[int, list[Made]],
    ) -> None:
        self._chunks = chunks
        self._make = make
        self._made = made
        self._queue, end = os.pipe()
        os.write(end, bytes(range(len(chunks))))
        os.close(end)

    def work(self, count: int) -> None:
        """Make all chunks, with *count* workers; what a worker was to make may be missing."""
        with ExitStack() as stack:
            stack.callback(os.close, self._queue)
            workers = [stack.enter_context(self._worker()) for _ in range(count)]
            for number in self._taken():
                self._made[number] = [self._make(item) for item in self._chunks[number]]
                for worker in workers:  # as it comes, so that they take more meanwhile
                    self._made.update(worker.brought())
            for worker in workers:
                worker.wait()
                self._made.update(worker.brought())

    def _taken(self) -> Iterator[int]:
        while number := os.read(self._queue, 1):
            yield number[0]

    @contextmanager
    def _worker(self) -> Iterator["_Worker[Made]"]:
        results = os.memfd_create("made")
        parent = os.getpid()
        # A signal that comes between here and there is for one of the two, not for both as one.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        try:
            pid = os.fork()
            if not pid:
                self._work_and_exit(parent, results)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
        worker: _Worker[Made] = _Worker(pid, results)
        try:
            yield worker
        finally:
            worker.end()
            os.close(results)

    def _work_and_exit(self, parent: int, results: int) -> NoReturn:
        import pickle

        try:
            for ending in _ENDINGS:
                signal.signal(ending, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
            for number in self._taken():
                made = [self._make(item) for item in self._chunks[number]]
                with suppress(TypeError):  # what must not be pickled is made by the parent
                    content = pickle.dumps((number, made), pickle.HIGHEST_PROTOCOL)
                    os.write(results, len(content).to_bytes(_HEAD_BYTES, "big") + content)
                if os.getppid() != parent:
                    break
        finally:
            os._exit(0)


class _Worker(Generic[Made]):
    """A fork, and the memory where it leaves what it has made."""

    def __init__(self, pid: int, results: int) -> None:
        self._pid = pid
        self._results = results
        self._offset = 0
        self._has_ended = False

    def brought(self) -> Iterator[tuple[int, list[Made]]]:
        """Yield what has come since it was asked last; a chunk that is not whole has not come."""
        import pickle

        while len(head := os.pread(self._results, _HEAD_BYTES, self._offset)) == _HEAD_BYTES:
            size = int.from_bytes(head, "big")
            content = os.pread(self._results, size, self._offset + _HEAD_BYTES)
            if len(content) < size:
                break
            self._offset += _HEAD_BYTES + size
            yield pickle.loads(content)  # noqa: S301 - nobody but our own fork can write there

    def wait(self) -> None:
        """Wait until it has made what it took."""
        with suppress(ChildProcessError):  # somebody who hosts us does not keep the dead
            os.waitpid(self._pid, 0)
        self._has_ended = True

    def end(self) -> None:
        """End it now: nobody will ask for the rest."""
        if not self._has_ended:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self.wait()
