"""The first request with a new token goes alone.

OSCAR's cache of tokens is an unguarded map: parallel requests with a token that it has not seen can
end the server (oscar-server 12 item 21; safety 6).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from oscar_sync.model.secret import Secret


class WarmUp:
    """Lets any number of requests go at once, but the first one with a new token alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._seen: Secret | None = None
        self._passing = 0
        self._is_closed = False

    @contextmanager
    def passing(self, login: Secret) -> Iterator[None]:
        is_new = self._entered(login)
        try:
            yield
        finally:
            with self._changed:
                self._passing -= 1
                if is_new:
                    self._is_closed = False
                self._changed.notify_all()

    def _entered(self, login: Secret) -> bool:
        with self._changed:
            while self._is_closed or (login != self._seen and self._passing):
                self._changed.wait()
            is_new = login != self._seen
            self._seen = login
            self._is_closed = is_new
            self._passing += 1
            return is_new
