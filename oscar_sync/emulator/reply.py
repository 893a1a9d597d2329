"""The answer of a handler while it is written: the first status wins, texts are appended."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from oscar_sync.emulator.go_json import encode
from oscar_sync.emulator.wire import Answer

__all__ = ["JSON", "PLAIN", "Panic", "Reply"]

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"


class Panic(Exception):
    """The handler panics: 500 without a body, unless something was written already."""


@dataclass(slots=True)
class Reply:
    """What was written so far (oscar-server 0, double writes)."""

    status: int = 200
    body: bytearray = field(default_factory=bytearray)
    content_type: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    is_written: bool = False
    work: "Callable[[], Reply] | None" = None
    """What is still to be done, outside the state's lock, for the real answer."""

    def text(self, status: int, text: str) -> "Reply":
        """Append a text; the status counts if it is the first one written."""
        self._write(status, PLAIN)
        self.body += text.encode("utf-8", errors="replace")
        return self

    def json(self, status: int, value: Any) -> "Reply":
        return self.encoded(status, encode(value))

    def encoded(self, status: int, document: bytes) -> "Reply":
        self._write(status, JSON)
        self.body += document
        return self

    def bare(self, status: int) -> "Reply":
        if not self.is_written:
            self.status = status
        return self

    def _write(self, status: int, content_type: str) -> None:
        if not self.is_written:
            self.status, self.content_type, self.is_written = status, content_type, True

    def answer(self) -> Answer:
        return Answer(self.status, bytes(self.body), self.content_type, tuple(self.headers))
