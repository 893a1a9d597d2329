"""One request and what came of it, in values that know no HTTP library. Pure."""

from collections.abc import Mapping
from typing import IO, Any

from msgspec import Struct

from oscar_sync.model.secret import Secret


class Request(Struct, frozen=True):
    """What to send: ``path`` is quoted and is below the endpoint.

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
    """``response`` is the ``urllib3.HTTPResponse`` that it is of, ``url`` what answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    response: Any = None
    url: str = ""
    seconds: float = 0.0

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((self.headers[key] for key in self.headers if key.lower() == wanted), "")

    def __repr__(self) -> str:
        """Show the status alone: the rest may hold secrets."""
        return f"RawAnswer({self.status})"
