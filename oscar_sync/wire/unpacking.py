"""The content codings of HTTP (RFC 9110, 8.4.1): none is asked for, some come anyway. Pure."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

_ANY_HEADER: Final = 32 + zlib.MAX_WBITS
_NO_HEADER: Final = -zlib.MAX_WBITS


def unpacked(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Yield *pieces* as they were before ``Content-Encoding: `` *coding*.

    Raises:
        zlib.error: they are not what they are said to be, end too early, or the coding is not
            known.
    """
    codings = [word for part in coding.lower().split(",") if (word := part.strip())]
    found = iter(pieces)
    for one in reversed(codings):
        if one not in {"gzip", "x-gzip", "deflate", "identity"}:
            raise zlib.error(one)
        if one != "identity":
            found = _inflated(found)
    yield from found


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflating = None
    for piece in pieces:
        left = piece
        while left:
            if inflating is None:
                inflating = _begun(left)
            yield inflating.decompress(left)
            left = inflating.unused_data  # gzip may be several, one after another (RFC 1952, 2.2)
            if inflating.eof:
                inflating = None
    if inflating is not None:
        raise zlib.error("cut off")


def _begun(first: bytes) -> "zlib._Decompress":
    # gzip and zlib tell themselves apart; some servers call deflate what has no header at all.
    is_headed = first[:1] in {b"\x1f", b"\x78"}
    return zlib.decompressobj(_ANY_HEADER if is_headed else _NO_HEADER)
