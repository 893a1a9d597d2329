"""One access token for many threads: fetched once, kept until it ends, replaced when refused."""

import threading
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from oscar_sync.model.secret import Secret

LEEWAY_S: Final = 60.0
"""A token that ends sooner than this is replaced: a request may take a while."""

Fetch = Callable[[float], "Fetched"]


class Fetched(Struct, frozen=True):
    """An access token and the seconds that it has left, None where nobody says."""

    token: Secret
    lifetime_s: float | None


class TokenSource:
    """Hands out an access token to any number of threads, and has it fetched by one."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        """Fetch nothing yet. *fetch* gets how many seconds the token must hold."""
        self._fetch = fetch
        self._clock = clock
        self._guard = threading.Lock()
        self._token: Secret | None = None
        self._ends_at: float | None = None
        self._renew_at: float | None = None

    def token(self) -> Secret:
        """Raises UnusableLoginError: none can be had."""
        with self._guard:
            if self._token is None or self._is_due():
                return self._fetched(LEEWAY_S)
            return self._token

    def renewed(self, refused: Secret) -> Secret:
        """Raises UnusableLoginError: none can be had."""
        with self._guard:
            if self._token is not None and self._token != refused:
                return self._token
            left = self._ends_at - self._clock() if self._ends_at is not None else 0.0
            return self._fetched(max(left, 0.0) + LEEWAY_S)

    def _is_due(self) -> bool:
        return self._renew_at is not None and self._clock() >= self._renew_at

    def _fetched(self, wanted_s: float) -> Secret:
        fetched = self._fetch(wanted_s)
        now, span = self._clock(), fetched.lifetime_s
        self._token = fetched.token
        self._ends_at = None if span is None else now + span
        # Of a short life, half: else each request would fetch again.
        self._renew_at = None if span is None else now + span - min(LEEWAY_S, span / 2)
        return self._token
