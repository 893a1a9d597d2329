"""What an invocation answers: Base64 of a file, or text as it is."""

import base64
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

_BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_SHORT_BYTES: Final = 12
"""Words such as ``test`` are Base64 as well; short ones are taken for it only if that is text."""


def is_base64(content: bytes) -> bool:
    """Tell whether *content* is Base64 by the letter: alphabet, padding, no bits left over."""
    text = content.rstrip()
    if not text or not _BASE64.fullmatch(text):
        return False
    last = text[-4:]
    return base64.b64encode(base64.b64decode(last)) == last


def decoded(content: bytes, *, is_wanted: bool | None = None) -> bytes:
    """Return what *content* encodes if it is Base64, else *content*.

    Args:
        content: the body of the answer.
        is_wanted: True: the whole body, or its last line, must be Base64; False: nothing is
            decoded; None: decoded where the whole of it is Base64 beyond doubt.

    Raises:
        ValueError: it is wanted and there is none.
    """
    if is_wanted is False:
        return content
    if is_base64(content) and (is_wanted or _is_meant(content)):
        return base64.b64decode(content.rstrip())
    if is_wanted:
        last = content.rstrip().rpartition(b"\n")[2]
        if not is_base64(last):
            raise ValueError("neither the output nor its last line is Base64")
        return base64.b64decode(last)
    return content


def _is_meant(content: bytes) -> bool:
    text = content.rstrip()
    value = base64.b64decode(text)
    if len(value) >= _SHORT_BYTES and not re.fullmatch(rb"[a-z]+|[A-Z]+|[0-9]+", text):
        return True
    try:
        shown = value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in shown)


def write_whole(path: Path, content: bytes) -> None:
    """Write *content*; the file is whole or as it was.

    Raises:
        OSError: the folder does not exist, or it cannot be written.
    """
    with whole(path) as file:
        file.write(content)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that becomes *path* at the end of the block, and vanishes after an error."""
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
