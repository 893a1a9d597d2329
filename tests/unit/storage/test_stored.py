"""What makes two listed objects or files the same."""

from datetime import UTC, datetime

import pytest

from oscar_sync.model.state import StoredObject
from oscar_sync.storage.stored import StoredFile

MADE = [StoredObject, StoredFile]


@pytest.mark.parametrize("made", MADE)
def test_when_it_was_written_does_not_tell_one_from_another(made):
    one, other = made("a", 1, "md5:b", datetime(2026, 1, 1, tzinfo=UTC)), made("a", 1, "md5:b")
    assert one == other
    assert {one} == {other}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("other", [("b", 1, "md5:b"), ("a", 2, "md5:b"), ("a", 1, "md5:c")])
def test_name_size_and_checksum_do(made, other):
    assert made("a", 1, "md5:b") != made(*other)


def test_a_file_is_no_object():
    assert StoredObject("a", 1, "b") != StoredFile("a", 1, "b")
