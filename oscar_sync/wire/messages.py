"""Bytes of requests and answers. The one place of this room that reveals secrets."""

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Final

import msgspec

from oscar_sync.model.secret import Secret
from oscar_sync.net.root import is_page
from oscar_sync.semantics.echoes import masked

MAX_DEPTH: Final = 100
LONGEST_EXCERPT: Final = 300
_LOOKED_AT: Final = 1 << 20
_LONGEST_TITLE: Final = 60
_TITLE: Final = re.compile(rb"<title>([^<]*)</title", re.IGNORECASE)


class UnusableAnswerError(ValueError):
    """An answer that is not JSON, or too deep; says so in words for a sentence.

    ``is_page`` where it is a page for people.
    """

    is_page = False


def encode(body: Mapping[str, object]) -> bytes:
    """Return *body* as JSON in ASCII, its secrets revealed.

    Raises:
        TypeError: it holds something that JSON has no word for.
        ValueError: it holds NaN or an infinity.
    """
    return _AS_JSON(body).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)


_AS_JSON: Final = json.JSONEncoder(default=_plain, allow_nan=False).encode


def decode(content: bytes) -> object:
    """Return the JSON value in *content*.

    Raises:
        UnusableAnswerError: no JSON (NaN and half of a surrogate pair are none), or nested more
            than 100 levels.
    """
    try:
        value: object = msgspec.json.decode(content)
    except RecursionError:
        raise UnusableAnswerError(f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        # The parser's own text quotes nothing, but its exception holds the whole answer.
        failure = UnusableAnswerError(_no_json(content))
        failure.is_page = is_page(content)
        raise failure from None
    if is_deeper(value, MAX_DEPTH):
        raise UnusableAnswerError(f"is nested deeper than {MAX_DEPTH} levels")
    return value


_NESTING: Final = frozenset({dict, list})


def is_deeper(value: object, limit: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        # `type()` and not `isinstance`: a quarter of the time on a long list.
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _NESTING
        ]
        if not level:
            return False
    return True


def _no_json(content: bytes) -> str:
    start = content[:200].lstrip().lower()
    if not start:
        return "is empty"
    return f"is {_page(content)}" if start.startswith(b"<") else "is not JSON"


def _page(content: bytes, secrets: Iterable[Secret] = ()) -> str:
    """Return what an HTML page is called: its title says most often who answers."""
    match = _TITLE.search(content[:_LOOKED_AT])
    title = _line(masked(unescape(text_of(match[1])), secrets))[:_LONGEST_TITLE] if match else ""
    return f"an HTML page (`{title}`)" if title else "an HTML page"


def text_of(content: bytes) -> str:
    """Return *content* as text; what is not UTF-8 becomes U+FFFD."""
    return content.decode("utf-8", errors="replace")


def excerpt(content: bytes, secrets: Iterable[Secret] = (), longest: int = LONGEST_EXCERPT) -> str:
    if is_page(content):
        return _page(content, secrets)
    # Masked before it is cut: half a secret is one that nobody finds.
    text = masked(text_of(content[:_LOOKED_AT]), secrets)[: 8 * longest]
    line = _line(text)
    return line if len(line) <= longest else line[:longest] + "…"


def _line(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r" {2,}", " ", shown).strip()
