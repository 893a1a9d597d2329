import json
from types import MappingProxyType

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.wire.messages import UnusableAnswerError, decode, encode, excerpt, text_of


def test_secrets_are_revealed_at_any_depth():
    body = {"environment": {"secrets": MappingProxyType({"K": Secret("ü")})}, "u": {"b", "a"}}
    sent = encode(body)
    assert json.loads(sent) == {"environment": {"secrets": {"K": "ü"}}, "u": ["a", "b"]}
    assert sent.isascii()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_not_sent(value):
    with pytest.raises(ValueError, match="Out of range"):
        encode({"a": value})


def test_what_json_has_no_word_for_is_not_sent():
    with pytest.raises(TypeError, match="object is not JSON"):
        encode({"a": object()})


@pytest.mark.parametrize("depth", [100, 1])
def test_a_hundred_levels_are_read(depth):
    assert decode(b"[" * depth + b"]" * depth) is not None
    assert decode(b'{"a":' * depth + b"1" + b"}" * depth) is not None


@pytest.mark.parametrize("depth", [101, 5_000, 1_000_000])
def test_deeper_answers_are_unusable_and_crash_nothing(depth):
    with pytest.raises(UnusableAnswerError, match="deeper than 100 levels"):
        decode(b"[" * depth + b"]" * depth)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<!doctype html>", "is an HTML page"),
        (b"nope", "is not JSON"),
        (b'{"a": NaN}', "is not JSON"),
        (b'{"a": 1', "is not JSON"),
        (b"\xff\xfe\xfd", "is not JSON"),
        (b"1" * 5000, "is not JSON"),
        (b'"\\ud800"', "is not JSON"),
    ],
)
def test_what_is_no_json_is_said_in_words(content, words):
    with pytest.raises(UnusableAnswerError, match=words):
        decode(content)


def test_a_whole_surrogate_pair_is_text():
    assert decode(b'"\\ud83d\\ude00"') == "😀"


def test_an_excerpt_is_one_short_line_without_secrets():
    text = excerpt(b"no\r\n\x1b[31m s3cret " + b"x" * 5000, [Secret("s3cret"), Secret("")])
    assert text.startswith("no [31m (sensitive) xxx")
    assert len(text) <= 301
    assert excerpt(b" <html>s3cret") == "an HTML page"


def test_an_excerpt_of_its_longest_is_not_cut():
    assert excerpt(b"x" * 9, longest=9) == "x" * 9
    assert excerpt(b"x" * 10, longest=9) == "x" * 9 + "…"


def test_bytes_that_are_no_text_become_signs():
    assert text_of(b"a\xff") == "a\ufffd"
