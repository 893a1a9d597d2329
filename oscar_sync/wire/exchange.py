"""One request and what came of it, in values that know no HTTP library. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from oscar_sync.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: ``path`` is quoted and lies below the endpoint.

    ``login`` is the ``Authorization`` value instead of the cluster's own; blank: none is sent.
    ``headers`` go with it, and win over what is sent by itself. A good answer's body is written
    ``into`` a file, whatever its size, and is then no part of the answer.
    """

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    read_timeout_s: float | None = None
    login: Secret | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    into: IO[bytes] | None = field(default=None, repr=False)


class Exchange(NamedTuple):
    """One attempt, for progress and for counting: ``status`` is 0 where no answer came."""

    method: str
    path: str
    status: int
    seconds: float
    attempt: int


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Status, headers and whole body of an answer."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class NoExchangeError(Exception):
    """No answer; ``words`` hold no secret, ``may_pass`` says that asking again may help."""

    def __init__(self, words: str, *, was_sent: bool, may_pass: bool) -> None:
        """Keep what happened."""
        super().__init__(words)
        self.words = words
        self.was_sent = was_sent
        self.may_pass = may_pass


class TooLargeError(Exception):
    """The answer is larger than the cap; reading stopped."""
