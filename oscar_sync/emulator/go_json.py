"""JSON as Go's encoding/json reads and prints it.

`decode` gives a tree in which objects keep their repeated keys and numbers their spelling, so
that binding can answer what Go would (oscar-server 2); `encode` prints what gin sends.
"""

import json
import re
from typing import Any

from oscar_sync.emulator.go_scanner import syntax_error

__all__ = ["GoJsonError", "Number", "Pairs", "TypeMismatch", "decode", "encode", "kind_of"]


class GoJsonError(Exception):
    """A body that Go refuses; its text is what Go prints."""


class TypeMismatch(GoJsonError):
    """A JSON value of another kind than the Go field wants."""


class Number(str):
    """A JSON number as it was spelled."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """A JSON object in the order of its text, repeated keys included."""

    __slots__ = ()


def _refuse(name: str) -> None:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs,
    parse_int=Number,
    parse_float=Number,
    parse_constant=_refuse,
)
_BLANK = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _without_surrogates(node: Any) -> Any:
    if isinstance(node, str):
        return type(node)(_SURROGATE.sub("\ufffd", node))
    if isinstance(node, Pairs):
        return Pairs((_SURROGATE.sub("\ufffd", key), _without_surrogates(v)) for key, v in node)
    if isinstance(node, list):
        return [_without_surrogates(item) for item in node]
    return node


def decode(body: bytes) -> Any:
    """Return the first JSON value of the body; what follows it is ignored, as Go's Decoder does.

    Raises:
        GoJsonError: with Go's text (`EOF`, `unexpected EOF`, `invalid character ...`).
    """
    text = body.decode("utf-8", errors="replace")
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    try:
        node, _ = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise GoJsonError(syntax_error(body)) from error
    if _SURROGATE.search(text) or "\\ud" in text or "\\uD" in text:
        return _without_surrogates(node)
    return node


def kind_of(node: Any) -> str:
    if isinstance(node, Number):
        return "number"
    if isinstance(node, str):
        return "string"
    if isinstance(node, bool):
        return "bool"
    return "object" if isinstance(node, Pairs) else "array"


def encode(value: Any) -> bytes:
    """Return the JSON text as gin sends it: no blanks, `<`, `>`, `&` escaped, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "<" in text or ">" in text or "&" in text:
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    if "\u2028" in text or "\u2029" in text:
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", errors="replace")
