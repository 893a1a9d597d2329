"""Sizes count after decoding, and only one layer is undone (trust 3.7)."""

import gzip
import zlib

import pytest

from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError, CodingError, unpacked, whole

BODY = b"what an answer holds " * 99


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def sent(content: bytes) -> list[bytes]:
    return [content[at : at + 100] for at in range(0, len(content), 100)]


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", packed(BODY)),
        (" X-GZip ", packed(BODY)),
        ("identity, gzip", packed(BODY)),
        ("gzip", packed(BODY[:99]) + packed(BODY[99:])),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "identity-gzip", "pieces"],
)
def test_one_layer_is_undone(coding, content):
    assert whole(unpacked(sent(content), coding)) == BODY


@pytest.mark.parametrize(
    "coding", ["gzip, gzip", "gzip,gzip,gzip", "deflate", "deflate, gzip", "br", "zstd", "gzip, br"]
)
def test_a_second_layer_and_another_coding_are_an_error(coding):
    with pytest.raises(CodingError):
        whole(unpacked(sent(packed(packed(BODY))), coding))


@pytest.mark.parametrize(
    "content",
    [packed(BODY)[:-9], packed(BODY) + b"more", BODY, zlib.compress(BODY)],
    ids=["cut", "more", "plain", "zlib"],
)
def test_what_is_not_packed_as_it_says_is_an_error(content):
    with pytest.raises(CodingError):
        whole(unpacked(sent(content), "gzip"))


def test_a_bomb_is_unpacked_no_further_than_to_the_cap_in_small_pieces():
    bomb = packed(b"\0" * (MAX_BYTES + 1))
    assert len(bomb) < 100_000
    taken = 0
    with pytest.raises(AnswerTooLargeError):
        whole(unpacked([bomb], "gzip"))
    for piece in unpacked([bomb], "gzip"):
        assert len(piece) <= 256 * 1024
        taken += len(piece)
    assert taken == MAX_BYTES + 1


def test_the_cap_itself_is_taken():
    assert whole([b"1234", b"5678"], 8) == b"12345678"
    with pytest.raises(AnswerTooLargeError):
        whole([b"1234", b"5678", b"9"], 8)
