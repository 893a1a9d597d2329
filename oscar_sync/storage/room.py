"""Room in memory for a few pieces of files, whatever the files weigh."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue


class Room:
    """Buffers that are handed out and taken back, from any number of threads.

    They are used again, since memory that is freed by many threads hardly goes back to the system.
    """

    def __init__(self, count: int) -> None:
        """Make none of the *count* buffers yet."""
        self._free: LifoQueue[bytearray] = LifoQueue()
        for _ in range(count):
            self._free.put(bytearray())

    def take(self, size_bytes: int) -> bytearray:
        """Return a buffer of at least *size_bytes*, when one is free."""
        buffer = self._free.get()
        return buffer if len(buffer) >= size_bytes else bytearray(size_bytes)

    def give_back(self, buffer: bytearray) -> None:
        """Take a buffer back that nobody reads any more."""
        self._free.put(buffer)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Keep the room of one buffer free during the block, for content that lies elsewhere."""
        buffer = self.take(0)
        try:
            yield
        finally:
            self.give_back(buffer)
