"""The content coding of an answer (RFC 9110, 8.4.1), undone within bounds. Pure.

None is asked for; some servers and proxies pack all the same, once and by gzip. Each layer more
multiplies what a few bytes become by a thousand, so that a second one is an error (trust 3.7).
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of an answer that is not a file, after it is unpacked."""
_PIECE_BYTES: Final = 256 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


class AnswerTooLargeError(Exception):
    """The answer is larger than the cap; reading stopped."""


class CodingError(ValueError):
    """The answer is not packed as it says, or in a way that is not taken."""


def unpacked(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Yield *pieces* as they were before ``Content-Encoding: `` *coding*, in small pieces.

    Raises:
        CodingError: they are not what they are said to be, end too early, or the coding is
            another than ``identity`` and one ``gzip``.
    """
    layers = [word for part in coding.lower().split(",") if (word := part.strip())]
    packed = [one for one in layers if one != "identity"]
    if not packed:
        return iter(pieces)
    if packed not in (["gzip"], ["x-gzip"]):
        raise CodingError(f"packed by {', '.join(packed)}")
    return _inflated(pieces)


def whole(pieces: Iterable[bytes], limit: int = MAX_BYTES) -> bytes:
    """Return *pieces* as one. Raises AnswerTooLargeError: they are more than *limit* bytes."""
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise AnswerTooLargeError
        parts.append(piece)
    return b"".join(parts)


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflating = None
    for piece in pieces:
        left = piece
        while left:
            inflating = inflating or zlib.decompressobj(_GZIP)
            yield _some(inflating, left)
            left = inflating.unconsumed_tail
            if inflating.eof:
                # gzip may be several, one after another (RFC 1952, 2.2)
                left, inflating = inflating.unused_data, None
    if inflating is not None:
        raise CodingError("cut off")


def _some(inflating: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return inflating.decompress(packed, _PIECE_BYTES)
    except zlib.error as error:
        raise CodingError(str(error)) from None
