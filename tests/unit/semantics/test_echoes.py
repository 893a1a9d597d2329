"""No secret that was sent comes back in the words of a server, whatever form it has (trust 3.8)."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from oscar_sync.model.masks import Masked, Masks
from oscar_sync.model.secret import MASK, Secret
from oscar_sync.semantics.echoes import as_written, masked, secrets_in

SECRETS = [
    'pl4nted "quoted" s3cret',
    "a/b+c&d=é<x>",
    "line\nbreak\\slash",
    "plain-s3cret",
    "s3cre",
    "abcd",
]


def in_go(text):
    return (
        json.dumps(text, ensure_ascii=False)[1:-1]
        .replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    )  # fmt: skip


WAYS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of Go": in_go,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "page": html.escape,
    "page of Go": lambda text: html.escape(text).replace("&quot;", "&#34;"),
    "address": lambda text: quote(text, safe=""),
    "path": quote,
    "form": quote_plus,
    "address in small letters": lambda text: quote(text, safe="").lower(),
    "address in an address": lambda text: quote(quote(text, safe=""), safe=""),
    "form in a form": lambda text: quote_plus(quote_plus(text)),
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_masked_in_each_form(secret, way):
    if way == "address in small letters" and secret != secret.lower():
        return
    echoed = WAYS[way](secret)
    assert masked(f"bad value {echoed} of it", [Secret(secret)]) == f"bad value {MASK} of it"


@pytest.mark.parametrize("way", sorted({*WAYS, "small letters"} - {"address in small letters"}))
def test_what_a_variable_put_in_is_shown_as_it_is_written_in_each_form(way):
    value = 'Pl4nted "quoted"\nva/lue'
    both = Masks((Masked("x", value, "${A}"), Masked("x", "Pl4nted", "${B}")))
    echoed = WAYS[way](value) if way in WAYS else value.lower()
    assert as_written(f"bad value {echoed} of it", both) == "bad value ${A} of it"
    assert as_written("Pl4nted", both) == "${B}"


@pytest.mark.parametrize("secret", SECRETS[:-1])
@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "Authorization: Basic x"])
@pytest.mark.parametrize("after", ["", "z", "zz", "\n"])
@pytest.mark.parametrize("packed", [base64.b64encode, base64.urlsafe_b64encode])
def test_what_is_packed_into_base64_shows_no_secret(secret, before, after, packed):
    """Wherever it lies: the characters beside it may stay, its own do not."""
    echoed = packed(f"{before}{secret}{after}".encode()).decode()
    shown = masked(f"got {echoed}.", [Secret(secret)])
    assert MASK in shown
    left = shown.removeprefix("got ").removesuffix(".").split(MASK)
    assert sum(map(len, left)) <= len(echoed) - len(secret) * 8 // 6 + 3


@pytest.mark.parametrize("short", ["", "a", "ab", "abc", " a ", "\n"])
def test_a_short_secret_tears_no_text_to_shreds(short):
    text = "a service called abc cannot be had"
    assert masked(text, [Secret(short)]) == text


def test_what_is_masked_is_not_masked_again():
    text = "sensitive-value and sens"
    assert masked(text, [Secret("sensitive-value"), Secret("sens"), Secret("sensitive")]) == (
        f"{MASK} and {MASK}"
    )


def test_the_longer_of_two_that_overlap_goes_first():
    assert masked("abcdefgh", [Secret("abcd"), Secret("abcdefgh")]) == MASK


def test_secrets_are_found_wherever_they_are_in_a_body():
    body = {"a": Secret("1"), "b": [{"c": Secret("2")}, "x"], "d": {"e": (Secret("3"),)}}
    assert {one.reveal() for one in secrets_in(body)} == {"1", "2", "3"}
