import hashlib

import pytest

from oscar_sync.storage.checksums import (
    MIB,
    PART_SIZES,
    is_same,
    md5_of,
    multipart_etag,
    own_part_bytes,
    sha256_of,
)
from oscar_sync.storage.digests import in_metadata


def never():
    pytest.fail("the store was asked")


def none():
    return ""


@pytest.fixture
def big(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"".join(bytes([part]) * MIB for part in range(40)))
    return path


def test_another_size_is_another_file_and_nothing_is_read(tmp_path):
    assert not is_same(tmp_path / "absent", 1, "x", 2, never)


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_an_etag_of_32_digits_is_the_md5(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    etag = hashlib.md5(content).hexdigest()
    size = len(content)
    assert is_same(tmp_path / "f", size, etag, size, never)
    assert is_same(tmp_path / "f", size, f'"{etag.upper()}"', size, never)
    assert not is_same(tmp_path / "f", size, "0" * 32, size, none)


def parts_etag(path, part):
    content = path.read_bytes()
    pieces = [content[start : start + part] for start in range(0, len(content), part)]
    joined = b"".join(hashlib.md5(piece).digest() for piece in pieces)
    return f"{hashlib.md5(joined).hexdigest()}-{len(pieces)}"


@pytest.mark.parametrize("part", PART_SIZES)
def test_a_multipart_etag_is_tried_with_the_part_sizes_of_known_clients(big, part):
    etag = parts_etag(big, part)
    assert multipart_etag(big, 40 * MIB, part) == etag
    assert is_same(big, 40 * MIB, etag, 40 * MIB, never)


def test_an_empty_file_may_have_been_one_part(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    etag = f"{hashlib.md5(hashlib.md5(b'').digest()).hexdigest()}-1"
    assert is_same(tmp_path / "f", 0, etag, 0, never)


def test_another_content_of_the_same_size_and_parts_is_another_file(big):
    etag = parts_etag(big, 8 * MIB)
    big.write_bytes(b"x" * 40 * MIB)
    assert not is_same(big, 40 * MIB, etag, 40 * MIB, none)


@pytest.mark.parametrize("etag", ["", "opaque", "0" * 32, "0" * 32 + "-3", "0" * 32 + "-99999"])
def test_an_etag_that_tells_nothing_leaves_it_to_our_own_digest(big, etag):
    assert is_same(big, 40 * MIB, etag, 40 * MIB, lambda: f"sha256:{sha256_of(big)}")
    assert not is_same(big, 40 * MIB, etag, 40 * MIB, lambda: f"sha256:{0:064}")
    assert not is_same(big, 40 * MIB, etag, 40 * MIB, none)


def test_the_md5_that_rclone_leaves_in_the_metadata_tells_as_well(big):
    etag = parts_etag(big, 7 * MIB)
    assert is_same(big, 40 * MIB, etag, 40 * MIB, lambda: f"md5:{md5_of(big)}")
    assert not is_same(big, 40 * MIB, etag, 40 * MIB, lambda: f"md5:{0:032}")
    assert not is_same(big, 40 * MIB, etag, 40 * MIB, lambda: "crc32:0")


@pytest.mark.parametrize(
    ("metadata", "digest"),
    [
        ({}, ""),
        ({"X-Amz-Meta-Sha256": "AB" * 32}, f"sha256:{'ab' * 32}"),
        (
            {"x-amz-meta-md5chksum": "XUFAKrxLKna5cZ2REBfFkg=="},
            f"md5:{5:x}d41402abc4b2a76b9719d911017c592",
        ),
        ({"x-amz-meta-md5chksum": "no base64"}, ""),
        ({"x-amz-meta-md5chksum": "AAAA"}, ""),
        ({"x-amz-meta-md5chksum": "\u00fc"}, ""),
    ],
)
def test_digests_in_the_metadata_are_read_and_nonsense_is_none(metadata, digest):
    assert in_metadata(metadata) == digest


@pytest.mark.parametrize("size", [0, 8 * MIB, 9_999 * 8 * MIB, 9_999 * 8 * MIB + 1, 5 * MIB**2])
def test_no_file_makes_more_parts_than_a_store_takes_beside_the_note(size):
    part = own_part_bytes(size)
    assert part * 9_999 >= size
    assert part == 8 * MIB or part * 9_999 < 2 * size
