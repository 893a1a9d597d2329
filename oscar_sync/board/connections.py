"""The connections of a board: how many there are, for how long, and which one goes for another."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from oscar_sync.errors import UsageError

MOST: Final = 300
"""The watch needs open files too."""
HEAD_S: Final = 10.0

Peer = tuple[str, int]


class HeldConnections:
    """The connections that are held, the oldest first.

    For one more than ``MOST`` the oldest is closed that nobody known asks on: a stranger who opens
    many closes only those of strangers, and a probe or a reader is still answered.
    """

    def __init__(self) -> None:
        self._held: dict[Peer, socket.socket] = {}
        self._known: set[Peer] = set()

    @contextmanager
    def kept(self, peer: Peer) -> Iterator[None]:
        """Keep the connection of *peer* within: somebody known asks on it."""
        self._known.add(peer)
        try:
            yield
        finally:
            self._known.discard(peer)

    def take(self, peer: Peer, connection: socket.socket) -> bool:
        """Hold *connection*; False where all others are kept, and it has to go."""
        self._held = {name: one for name, one in self._held.items() if one.fileno() >= 0}
        if len(self._held) >= MOST:
            oldest = next((name for name in self._held if name not in self._known), None)
            if oldest is None:
                return False
            with suppress(OSError):  # the other side has gone
                self._held.pop(oldest).shutdown(socket.SHUT_RDWR)
        self._held[peer] = connection
        return True


class Listener(socket.socket):
    """Takes each connection that *held* has room for, also one that has not said a word yet."""

    def __init__(self, family: int, kind: int, held: HeldConnections) -> None:
        super().__init__(family, kind)
        self._held = held

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        if not self._held.take(address[:2], connection):
            connection.close()
            raise ConnectionAbortedError
        return connection, address


class PatientProtocol(H11Protocol):
    """Closes a connection that no whole request comes on: so none is held open for nothing."""

    _before: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(HEAD_S, self._look)

    def _look(self) -> None:
        cycle: Any = self.cycle
        if self.transport.is_closing():
            return
        if cycle is self._before and (cycle is None or cycle.response_complete):
            self.transport.close()
            return
        self._before = cycle
        self.loop.call_later(HEAD_S, self._look)


def bound(host: str, port: int, held: HeldConnections) -> Listener:
    """Return a socket that listens.

    Raises:
        UsageError: the address is taken or not ours.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = Listener(family, kind, held)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(128)
        except OSError:
            made.close()
            raise
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"--listen {host}:{port}: {why}") from error
    return made
