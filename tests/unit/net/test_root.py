import pytest

from oscar_sync.net.root import is_page, root_of


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<ListBucketResult/>", "ListBucketResult"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --> <D:multistatus x="">', "multistatus"),
        (b"<!DOCTYPE html>\n<html>", "html"),
        (b"{}", ""),
        (b"", ""),
        (b"<", ""),
        (b"text <a>", ""),
    ],
)
def test_the_root_of_a_document_is_named_without_its_prefix(content, name):
    assert root_of(content) == name


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"<!doctype HTML><p>", True),
        (b"\n<HTML lang=en>", True),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', True),
        (b"<Error><Code>html</Code></Error>", False),
        (b"", False),
    ],
)
def test_a_page_for_people_is_told_from_a_document(content, is_one):
    assert is_page(content) is is_one
