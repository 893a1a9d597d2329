"""One request and what came of it, in values that know no HTTP library. Pure."""

from collections.abc import Mapping
from typing import IO, Any

from msgspec import Struct

from oscar_sync.model.secret import Secret


class Request(Struct, frozen=True):
    """What to send: ``path`` is quoted and lies below the endpoint.

    ``login`` is the ``Authorization`` value instead of the cluster's own; blank: none is sent.
    ``headers`` go with it, and win over what is sent by itself. A good answer's body is written
    ``into`` a file, whatever its size, and is then no part of the answer.
    """

    method: str
    path: str
    body: bytes | None = None
    read_timeout_s: float | None = None
    login: Secret | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}
    into: IO[bytes] | None = None

    def __repr__(self) -> str:
        """Show nothing of bodies and headers, which may hold secrets."""
        return f"Request({self.method} {self.path})"


class Exchange(Struct, frozen=True):
    """One attempt, for progress and for counting: ``status`` is 0 where no answer came."""

    method: str
    path: str
    status: int
    seconds: float
    attempt: int


class RawAnswer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    content: bytes
    response: Any = None

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((text for key, text in self.headers.items() if key.lower() == wanted), "")

    def __repr__(self) -> str:
        """Show the status alone: the rest may hold secrets."""
        return f"RawAnswer({self.status})"


def raw_answer(response: Any, *, is_in_file: bool) -> RawAnswer:
    has_content = response.status_code >= 400 or not is_in_file
    content = response.content if has_content else b""
    return RawAnswer(response.status_code, response.headers, content, response)
