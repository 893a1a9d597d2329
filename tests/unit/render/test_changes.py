"""One field in the words that all formats share."""

import pytest

from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.published.plan import LARGE_SCRIPT_BYTES, script_in_json
from oscar_sync.render.changes import in_words, script_lines


def change(path, before, after, op=None, **more):
    found = Op.ADD if before is None else Op.REMOVE if after is None else Op.CHANGE
    return FieldChange(path, op or found, before, after, Cause.MANIFEST, **more)


PLACE = {"storage_provider": "minio.default", "path": "a/out"}
SECRET = {"is_sensitive": True}
WORDS = {
    "added": (change("memory", None, "1Gi"), "1Gi"),
    "removed": (change("memory", "1Gi", None), "1Gi -> (none)"),
    "changed": (change("memory", "1Gi", "2Gi"), "1Gi -> 2Gi"),
    "the same": (change("memory", "1Gi", "1Gi", Op.SAME), "1Gi"),
    "blank": (change("vo", "x", "", Op.CHANGE), 'x -> ""'),
    "place": (change("output[0]", None, PLACE), "minio.default:a/out"),
    "filtered place": (
        change("output[0]", None, {**PLACE, "suffix": ["jpg", "png"], "prefix": []}),
        "minio.default:a/out (suffix jpg, png)",
    ),
    "new script": (change("script", None, "a\nb\n"), "2 lines, sha256 911169dd"),
    "changed script": (change("script", "a\nb\n", "a\nc\nd\n"), "+2 -1 lines"),
    "added secret": (
        change("s", None, "fingerprint 3fa1", **SECRET),
        "secret, fingerprint 3fa1",
    ),
    "removed secret": (change("s", "set", None, **SECRET), "secret, removed"),
    "changed secret": (
        change("s", "fingerprint 3fa1", "fingerprint 9c02", **SECRET),
        "secret, changed (fingerprint 3fa1 -> 9c02)",
    ),
    "changed secret without a key": (change("s", "set", "set", **SECRET), "secret, changed"),
    "uncompared secret": (
        change("s", "not compared", "fingerprint 9c02", **SECRET),
        "secret, not compared, sent again (fingerprint 9c02)",
    ),
}


@pytest.mark.parametrize("what", WORDS)
def test_a_field_is_told_on_one_line(what):
    one, words = WORDS[what]
    assert in_words(one) == words


def test_a_new_script_shows_its_lines_only_where_everything_is_asked_for():
    one = change("script", None, "a\nb\n")
    assert script_lines(one, is_whole=False) == []
    assert script_lines(one, is_whole=True) == ["+ a", "+ b"]


def test_a_value_too_long_for_a_line_is_shown_whole_where_everything_is_asked_for():
    one = change("v", "x" * 90, "y" * 90)
    assert "… (90 characters)" in in_words(one)
    assert script_lines(one, is_whole=False) == []
    assert script_lines(one, is_whole=True) == [f"- {'x' * 90}", f"+ {'y' * 90}"]
    assert script_lines(change("v", None, "short"), is_whole=True) == []


def test_a_secret_is_never_shown_whole():
    assert script_lines(change("v", None, "z" * 90, **SECRET), is_whole=True) == []


def test_a_large_script_is_told_by_its_hash_in_json():
    assert script_in_json("a\n") == "a\n"
    large = "x" * LARGE_SCRIPT_BYTES + "\n"
    told = script_in_json(large)
    assert isinstance(told, dict)
    assert (told["lines"], told["bytes"]) == (1, len(large))
    assert len(str(told["sha256"])) == 64
