"""A count and its noun agree."""

import pytest

from oscar_sync.model.amounts import plural


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 objects"), (1, "1 object"), (2, "2 objects"), (1204, "1,204 objects")],
)
def test_a_noun_agrees_with_its_count(count, words):
    assert plural(count, "object") == words
    assert plural(count, "entry", "entries") == words.replace("objects", "entries").replace(
        "object", "entry"
    )
