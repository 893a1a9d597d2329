import hashlib
import shutil
from pathlib import Path

import pytest

from oscar_sync.storage.checksums import (
    MIB,
    PART_SIZES,
    content_sha256,
    is_content,
    is_digest,
    matches,
    md5_of,
    md5_of_small,
    multipart_etag,
    own_part_bytes,
    sha256_of,
)
from oscar_sync.storage.digests import in_metadata
from tests.support.etags import parts_etag


@pytest.fixture(scope="module")
def written_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "big"
    path.write_bytes(b"".join(bytes([part]) * MIB for part in range(40)))
    return path


@pytest.fixture
def big(written_once, tmp_path):
    return Path(shutil.copyfile(written_once, tmp_path / "big"))


def test_another_size_is_another_file_and_nothing_is_read(tmp_path):
    assert matches(tmp_path / "absent", 1, "x", 2) is False


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_an_etag_of_32_digits_is_the_md5(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    etag = hashlib.md5(content).hexdigest()
    size = len(content)
    assert matches(tmp_path / "f", size, etag, size)
    assert matches(tmp_path / "f", size, f'"{etag.upper()}"', size)
    assert matches(tmp_path / "f", size, "0" * 32, size) is None


@pytest.mark.parametrize("part", PART_SIZES)
def test_a_multipart_etag_is_tried_with_the_part_sizes_of_known_clients(big, part):
    etag = parts_etag(big, part)
    assert multipart_etag(big, 40 * MIB, part) == etag
    assert matches(big, 40 * MIB, etag, 40 * MIB) is None
    assert is_content(big, etag, "")
    assert is_content(big, f'"{etag.upper()}"', "")


def test_an_empty_file_may_have_been_one_part(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    etag = f"{hashlib.md5(hashlib.md5(b'').digest()).hexdigest()}-1"
    assert is_content(tmp_path / "f", etag, "")


def test_an_etag_of_other_parts_is_of_another_content(big):
    etag = parts_etag(big, 8 * MIB)
    big.write_bytes(b"x" * 40 * MIB)
    assert not is_content(big, etag, "")


def test_an_md5_that_was_made_before_is_not_made_again(tmp_path):
    assert matches(tmp_path / "absent", 3, "0" * 32, 3, "0" * 32)
    assert matches(tmp_path / "absent", 3, "0" * 32, 3, "1" * 32) is None


def test_the_md5_of_a_small_file_is_that_of_the_whole_unless_its_size_is_another(tmp_path):
    path = tmp_path / "f"
    for content in (b"", b"hello"):
        path.write_bytes(content)
        assert md5_of_small(path, len(content)) == md5_of(path)
    assert md5_of_small(path, 9) == md5_of(path)
    path.write_bytes(b"hello, grown")
    assert md5_of_small(path, 5) not in {md5_of(path), hashlib.md5(b"hello").hexdigest()}


def test_the_md5_of_a_small_file_is_never_that_of_what_a_link_leads_to(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "f")
    (tmp_path / "f").write_bytes(b"hello")
    with pytest.raises(OSError, match="symbolic links"):
        md5_of_small(tmp_path / "link", 5)


@pytest.mark.parametrize("foreign", ["sha256:lnfg4fsa8+0=", f"sha256:{0:064}", "sha256:a-b"])
def test_a_digest_that_may_be_somebody_s_does_not_stand_against_an_etag(big, foreign):
    assert is_content(big, parts_etag(big, 8 * MIB), foreign)
    assert not is_content(big, "0" * 32 + "-5", foreign)


def test_our_digest_decides_before_an_etag_and_that_of_rclone_after_it(big):
    etag, ours = parts_etag(big, 8 * MIB), content_sha256(big, 40 * MIB)
    assert is_content(big, "0" * 32 + "-5", f"sha256:{ours}")
    assert not is_content(big, etag, f"sha256:{ours.replace('-5', '-6')}")
    assert is_content(big, etag, f"md5:{0:032}")
    assert is_content(big, "0" * 32 + "-5", f"md5:{md5_of(big)}")


@pytest.mark.parametrize("etag", ["", "opaque", "0" * 32, "0" * 32 + "-3", "0" * 32 + "-99999"])
def test_an_etag_that_is_no_checksum_of_ours_does_not_tell(big, etag):
    assert matches(big, 40 * MIB, etag, 40 * MIB) is None
    assert not is_content(big, etag, "")


def test_a_digest_tells_and_none_is_of_no_file(big):
    assert is_digest(big, f"sha256:{sha256_of(big)}")
    assert is_digest(big, f"md5:{md5_of(big)}")
    for other in (f"sha256:{0:064}", f"md5:{0:032}", "crc32:0", ""):
        assert not is_digest(big, other)


def test_a_file_in_parts_is_named_by_the_digest_over_those_of_its_parts(big):
    content = big.read_bytes()
    parts = [content[start : start + 8 * MIB] for start in range(0, len(content), 8 * MIB)]
    joined = b"".join(hashlib.sha256(part).digest() for part in parts)
    named = content_sha256(big, 40 * MIB)
    assert named == f"{hashlib.sha256(joined).hexdigest()}-5"
    assert is_digest(big, f"sha256:{named}")
    assert not is_digest(big, f"sha256:{named.replace('-5', '-4')}")


def test_a_file_in_one_piece_is_named_by_its_sha256(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x" * 8 * MIB)
    assert content_sha256(path, 8 * MIB) == hashlib.sha256(path.read_bytes()).hexdigest()


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
