"""Buffers in memory for a few pieces of files, whatever the files weigh."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue


class BufferPool:
    """Buffers that are handed out and taken back, from any number of threads.

    They are used again, since memory that is freed by many threads hardly goes back to the system.
    """

    def __init__(self, count: int) -> None:
        self._free: LifoQueue[bytearray] = LifoQueue()
        for _ in range(count):
            self._free.put(bytearray())

    @contextmanager
    def lent(self, size_bytes: int) -> Iterator[memoryview]:
        buffer = self._free.get()
        if len(buffer) < size_bytes:
            buffer = bytearray(size_bytes)
        try:
            yield memoryview(buffer)[:size_bytes]
        finally:
            self._free.put(buffer)
