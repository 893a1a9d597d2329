"""Bytes of a file to text, and a text by its hash."""

import codecs
import hashlib
from functools import lru_cache

from oscar_sync.documents.reading import Fault, FaultKind


def decoded(raw: bytes) -> str | Fault:
    """Return the text of *raw* without a byte order mark, or the place where it is not UTF-8."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw, encoding)
    return _decoded(raw, "utf-8")


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _decoded(raw: bytes, encoding: str) -> str | Fault:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        return Fault(
            FaultKind.ENCODING,
            before.count(b"\n") + 1,
            error.start - (before.rfind(b"\n") + 1) + 1,
            "not UTF-8 text",
            "save the file as UTF-8",
        )


def unix_lines(text: str) -> str:
    """Return *text* with LF line ends, as the server stores scripts (oscar-server 3.1)."""
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=64)  # many services may share one script
def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
