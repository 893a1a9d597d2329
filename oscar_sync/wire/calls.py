"""A request to OSCAR, and how its answer is judged."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from oscar_sync.errors import BadAnswerError, NotUnderstoodError, RefusedError, UsageError
from oscar_sync.net.root import is_page
from oscar_sync.semantics.answers import is_unknown_path
from oscar_sync.semantics.capabilities import since_words
from oscar_sync.semantics.echoes import masked
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.wire.answers import Answer, answer_of
from oscar_sync.wire.exchange import RawAnswer, Request
from oscar_sync.wire.failures import NoAnswerError
from oscar_sync.wire.messages import UnusableAnswerError, decode, excerpt, text_of
from oscar_sync.wire.retry import PASSING_STATUSES
from oscar_sync.wire.session import Session

_LONGEST: Final = 600
"""Characters that are shown of the answer to a write that failed."""
_LONGEST_DONE: Final = 1 << 16
"""And to one that was applied: OSCAR names each member of a federation that failed, and why."""
GATEWAY: Final = "is this the address of an OSCAR cluster?"
"""Of a 404 that OSCAR does not answer like that: a gateway's, which knows nothing of services."""
_BEHIND: Final = "try again later, or ask the operator whether OSCAR runs behind it"
_BETWEEN: Final = "check the address, VPN and proxies: something in between refuses"


class Calls:
    """Requests of one session. A read raises for anything but a good answer; a write returns it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def _get(self, path: str) -> RawAnswer:
        """Return an answer of OSCAR itself, not of a gateway that is in trouble."""
        raw = self.session.get(path)
        if raw.status in PASSING_STATUSES:
            message = self._answer_in_words(path, raw)
            remedy = _BEHIND if is_page(raw.content) else ""
            raise NoAnswerError(self.session.cluster.id, self.session.endpoint, message, remedy)
        return raw

    def _read(self, path: str) -> RawAnswer:
        return self._good(path, self._get(path))

    def _good(self, path: str, raw: RawAnswer) -> RawAnswer:
        if raw.status == 200:
            return raw
        # 400: a token that is not a JWT (oscar-server.md 10).
        if raw.status in {401, 403} or (raw.status == 400 and path == "/system/info"):
            raise self._refused(path, raw)
        remedy = GATEWAY if raw.status == 404 else ""
        raise self.bad(self._answer_in_words(path, raw), remedy)

    def _mapping(self, path: str, raw: RawAnswer) -> Mapping[str, object]:
        with self._understood(path):
            value = decode(raw.content)
        if not isinstance(value, dict):
            raise self.bad(f"the answer to GET {path} is not a JSON object")
        return mapping_of(value)

    def _write(
        self, method: str, path: str, body: bytes | None = None, read_timeout_s: float | None = None
    ) -> Answer:
        raw = self.session.send(Request(method, path, body, read_timeout_s))
        longest = _LONGEST_DONE if raw.status // 100 == 2 else _LONGEST
        return replace(answer_of(raw), shown=excerpt(raw.content, self.session.secrets, longest))

    def _refused(self, path: str, raw: RawAnswer) -> RefusedError | BadAnswerError:
        cluster, said = self.session.cluster, self._excerpt(raw)
        if remedy := other_server(text_of(raw.content[:4096])):
            return self.bad(f"GET {path} answers {raw.status}", remedy)
        if is_page(raw.content):
            words = f"{self._answer_in_words(path, raw)}, as no OSCAR answers"
            return RefusedError(cluster.id, self.session.endpoint, words, _BETWEEN)
        said = said or self.session.expiry_in_words()
        words = f"the credentials are refused ({raw.status}){': ' + said if said else ''}"
        source = cluster.login_source
        if not cluster.login:
            return RefusedError(cluster.id, self.session.endpoint, words, "none were given")
        remedy = f"check {source}" if source else ""
        return RefusedError(cluster.id, self.session.endpoint, words, remedy)

    def _not_there(self, path: str) -> NotUnderstoodError:
        kind = path.removeprefix("/system/").partition("/")[0]
        words = f"this release of OSCAR has no {path}{since_words(kind)}"
        return NotUnderstoodError(self.session.cluster.id, self.session.endpoint, words)

    def bad(self, message: str, remedy: str = "") -> BadAnswerError:
        return BadAnswerError(self.session.cluster.id, self.session.endpoint, message, remedy)

    def _answer_in_words(self, path: str, raw: RawAnswer) -> str:
        said = self._excerpt(raw)
        return f"GET {path} answers {raw.status}" + (f": {said}" if said else "")

    def _excerpt(self, raw: RawAnswer) -> str:
        return excerpt(raw.content, self.session.secrets)

    @contextmanager
    def _understood(self, path: str) -> Iterator[None]:
        """Raises NotUnderstoodError: what is read within from the answer to *path* is not there."""
        try:
            yield
        except UnusableAnswerError as error:
            words = masked(f"the answer to GET {path} {error}", self.session.secrets)
            cluster = self.session.cluster.id
            # Every OSCAR answers this path, so something else does.
            remedy = GATEWAY if path == "/system/info" or error.is_page else ""
            raise NotUnderstoodError(cluster, self.session.endpoint, words, remedy) from None


def has_no_route(raw: RawAnswer) -> bool:
    """Tell whether this release has no such path (oscar-server 0)."""
    return raw.status == 404 and is_unknown_path(text_of(raw.content), raw.header("Content-Type"))


def other_server(text: str) -> str:
    """Return what to write where *text* shows that no OSCAR answers there, blank if it may be."""
    if "HTTPS" in text and "HTTP request" in text:
        return "write https:// in the endpoint"
    if text.startswith("<?xml") and "<Error>" in text:
        return "this is an object store: set endpoint to the address of OSCAR, s3_endpoint to this"
    return ""


def segment(name: str) -> str:
    """Raises UsageError: *name* is blank, or dots that would climb out of the path."""
    if name in {"", ".", ".."}:
        raise UsageError(f"{name!r} is not a name")
    return quote(name, safe="")
