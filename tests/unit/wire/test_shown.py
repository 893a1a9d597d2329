"""What a request or an answer shows of itself holds none of its content, which may be secret."""

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.wire.answers import Answer
from oscar_sync.wire.exchange import RawAnswer, Request

WORD = "pass-w0rd"


@pytest.mark.parametrize(
    "value",
    [
        Request("PUT", "/system/services", WORD.encode(), headers={"X": WORD}, login=Secret(WORD)),
        RawAnswer(200, {"X": WORD}, WORD.encode()),
        Answer(200, WORD, {"key": WORD}, WORD.encode()),
    ],
)
def test_no_content_is_shown(value):
    assert WORD not in f"{value!r} {value}"
    assert type(value).__name__ in repr(value)
