"""Who may read the board, and who may ask it for something: a token, or a cookie made from it."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from oscar_sync.documents.secret_file import SecretFileError, read_secret
from oscar_sync.errors import UsageError

COOKIE_S: Final = 12 * 3600
SHORTEST: Final = 16
"""A token has so many characters at least."""
_WRITE: Final = f"write {SHORTEST} characters or more, such as those of `openssl rand -hex 32`"


class TokenCheck:
    """The secrets are read from their files each time, so that they can be changed.

    ``token_file`` is None for a board that only this machine reaches: it is read without.

    Raises:
        UsageError: a file cannot be read, or its secret is too short.
    """

    def __init__(
        self,
        token_file: Path | None,
        hook_file: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = token_file
        self._hook_file = hook_file
        self._now = now
        self._ended: dict[str, int] = {}
        if token_file is not None:
            self._token()
        if hook_file is not None:
            self.hook_secret()

    @property
    def has_token(self) -> bool:
        return self._file is not None

    @property
    def has_hook_secret(self) -> bool:
        return self._hook_file is not None

    def hook_secret(self) -> bytes:
        assert self._hook_file is not None  # noqa: S101 - asked only of one that has it
        return secret_in(self._hook_file, "--hook-secret-file")

    def is_token(self, given: str) -> bool:
        """Tell whether *given* is the token."""
        if self._file is None:
            return False
        return hmac.compare_digest(_mac(self._token(), "token"), _mac(given.encode(), "token"))

    @property
    def cookie_name(self) -> str:
        """Return a name by the token: browsers send a cookie to each port of a host.

        So the log-in at one board does not end that at another one.
        """
        return f"oscar_sync_board_{_mac(self._token(), 'name').hex()[:12]}"

    def cookie(self) -> str:
        """Return a cookie that stands for the token until it ends, or the token is another one."""
        session = f"{int(self._now()) + COOKIE_S}.{secrets.token_hex(8)}"
        return f"{session}.{_mac(self._token(), f'cookie {session}').hex()}"

    def is_cookie(self, given: str) -> bool:
        session, _, mac = given.rpartition(".")
        until = session.partition(".")[0]
        if self._file is None or not (until.isascii() and until.isdecimal()) or len(until) > 12:
            return False
        good = _mac(self._token(), f"cookie {session}").hex().encode()
        is_ours = hmac.compare_digest(good, mac.encode(errors="replace"))
        return is_ours and int(until) >= self._now() and session not in self._ended

    def end(self, cookie: str) -> None:
        """Take *cookie* no longer, whoever has a copy of it; until this board is started again."""
        if self.is_cookie(cookie):
            left = {one: until for one, until in self._ended.items() if until >= self._now()}
            session = cookie.rpartition(".")[0]
            self._ended = {**left, session: int(session.partition(".")[0])}

    def _token(self) -> bytes:
        assert self._file is not None  # noqa: S101 - asked only of one that has a token
        return secret_in(self._file, "--listen-token-file")


def secret_in(path: Path, option: str) -> bytes:
    """Return the secret that a file holds.

    Raises:
        UsageError: it cannot be read, or is too short to keep anybody out.
    """
    try:
        secret = read_secret(path)
    except SecretFileError as error:
        raise UsageError(f"{option} {path}: {error}; {_WRITE}") from error
    if len(secret) < SHORTEST:
        raise UsageError(f"{option} {path}: {_WRITE}")
    return secret.encode()


def _mac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), hashlib.sha256)
