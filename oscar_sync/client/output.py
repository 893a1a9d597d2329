"""What an invocation answers: Base64 of a file, or text as it is. Whatever its size."""

import base64
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from oscar_sync.storage.whole import whole

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LAST: Final = re.compile(rb"[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==")
_CHUNK_BYTES: Final = 1 << 20
_IN_MEMORY_BYTES: Final = 8 << 20
_ONE_CLASS: Final = re.compile(rb"[a-z]+|[A-Z]+|[0-9]+")
_SHORT: Final = 16
_LONG: Final = 64


def is_base64(content: bytes) -> bool:
    """Tell whether *content* is Base64 by the letter: alphabet, padding, no bits left over.

    Example:
        >>> is_base64(b"aGVsbG8="), is_base64(b"aGVsbG9="), is_base64(b"")
        (True, False, False)
    """
    file = BytesIO(content)
    return _is_base64(file, 0, _end(file))


def decoded(content: bytes, *, is_wanted: bool | None = None) -> bytes:
    r"""Return what *content* encodes if it is Base64, else *content*; see ``decode``.

    Raises:
        ValueError: it is wanted and there is none.

    Example:
        >>> decoded(b"aGVsbG8gd29ybGQ="), decoded(b"test"), decoded(b"log\naGk=", is_wanted=True)
        (b'hello world', b'test', b'hi')
    """
    target = BytesIO()
    decode(BytesIO(content), target, is_wanted=is_wanted)
    return target.getvalue()


def decode(source: IO[bytes], target: IO[bytes], *, is_wanted: bool | None = None) -> None:
    """Write what *source* encodes if it is Base64, else *source* itself.

    Args:
        source: the body of the answer; read from its beginning.
        target: where to.
        is_wanted: True: the whole body, or its last line, must be Base64; False: nothing is
            decoded; None: decoded where the whole of it is Base64 beyond doubt.

    Raises:
        ValueError: it is wanted and there is none.
    """
    end = 0 if is_wanted is False else _end(source)
    if _is_base64(source, 0, end) and (is_wanted or _is_meant(source, end)):
        _decode(source, 0, end, target)
    elif is_wanted:
        start = _last_line(source, end)
        if not _is_base64(source, start, end):
            raise ValueError("neither the output nor its last line is Base64")
        _decode(source, start, end, target)
    else:
        source.seek(0)
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)


def _chunks(source: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    source.seek(start)
    left = end - start
    while left > 0 and (chunk := source.read(min(left, _CHUNK_BYTES))):
        left -= len(chunk)
        yield chunk


def _end(source: IO[bytes]) -> int:
    """Return where the text ends, white space behind it left out."""
    end = source.seek(0, 2)
    while end:
        start = max(0, end - _LONG)
        tail = next(_chunks(source, start, end), b"")
        if tail.rstrip():
            return start + len(tail.rstrip())
        end = start
    return 0


def _last_line(source: IO[bytes], end: int) -> int:
    start, place = 0, 0
    for chunk in _chunks(source, 0, end):
        newline = chunk.rfind(b"\n")
        start = place + newline + 1 if newline >= 0 else start
        place += len(chunk)
    return start


def _is_base64(source: IO[bytes], start: int, end: int) -> bool:
    if end <= start or (end - start) % 4:
        return False
    if any(chunk.translate(None, _ALPHABET) for chunk in _chunks(source, start, end - 4)):
        return False
    last = b"".join(_chunks(source, end - 4, end))
    return bool(_LAST.fullmatch(last)) and base64.b64encode(base64.b64decode(last)) == last


def _decode(source: IO[bytes], start: int, end: int, target: IO[bytes]) -> None:
    for chunk in _chunks(source, start, end):
        target.write(base64.b64decode(chunk))


def _is_meant(source: IO[bytes], end: int) -> bool:
    """Tell Base64 from words: ``test`` is both. Short ones count only where they encode text."""
    if end >= _LONG:
        return True
    text = b"".join(_chunks(source, 0, end))
    if end >= _SHORT and not _ONE_CLASS.fullmatch(text):
        return True
    try:
        shown = base64.b64decode(text).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in shown)


class Spool(SpooledTemporaryFile[bytes]):
    """The body of an answer on its way to a file: in memory up to 8 MiB, else on disk."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__(_IN_MEMORY_BYTES)

    def __del__(self) -> None:
        """Close it with the response that reads from it."""
        self.close()

    def save(self, path: Path, *, is_wanted: bool | None = None) -> None:
        """Write what it encodes, or else itself, to *path*; see ``decode``.

        Raises:
            ValueError: Base64 is wanted, and there is none.
            OSError: the file cannot be written.
        """
        with whole(path) as file:
            decode(self, file, is_wanted=is_wanted)
        self.seek(0)
