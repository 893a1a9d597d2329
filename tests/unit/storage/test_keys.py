import pytest

from oscar_sync.storage import keys


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "a/b",
        "a b",
        "a+b",
        "a%20b",
        "a%b",
        "ü/é",
        "a..b",
        ".hidden",
        "a/...",
        "😀",
        "a/",
        "a\\b",
    ],
)
def test_spaces_signs_and_unicode_are_sent_as_they_are(key):
    assert keys.fault(key) == ""


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"),
        ("/a", "begins with a slash"),
        ("/", "begins with a slash"),
        ("a//b", "doubled slash"),
        ("a//", "doubled slash"),
        ("a/./b", "'.' or '..' part"),
        ("..", "'.' or '..' part"),
        ("a/..", "'.' or '..' part"),
        ("a/../", "'.' or '..' part"),
        ("a\nb", "control characters"),
        ("a\x00", "control characters"),
        ("a\x85", "control characters"),
        ("a\ud800", "not Unicode"),
        ("a/" * 600, "longer than 1024 bytes"),
        ("ü" * 128, "longer than 255 bytes"),
    ],
)
def test_what_the_store_refuses_is_refused_before_sending(key, words):
    assert words in keys.fault(key)


@pytest.mark.parametrize("prefix", ["models", "/models/", "models/"])
def test_a_folder_and_a_path_make_a_key(prefix):
    assert keys.join(prefix, "a/b") == "models/a/b"


def test_the_root_adds_nothing():
    assert keys.join("", "a") == keys.join("/", "a") == "a"


def test_a_marker_is_empty_and_ends_in_a_slash():
    assert keys.marker("/a/b") == keys.marker("a/b/") == "a/b/"
    assert keys.is_marker("a/", 0)
    assert not keys.is_marker("a/", 1)
    assert not keys.is_marker("a", 0)
