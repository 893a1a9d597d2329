"""Every value has a place, found when somebody asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.documents.paths import dotted, path_from, shown_path
from oscar_sync.documents.places import Places
from oscar_sync.documents.snippet import snippet
from oscar_sync.model.origin import Origin

TEXT = """\
defaults: &d
  memory: 1Gi
services:
- name: a
  <<: *d
  environment:
    Variables: {X: 1}
  expose:
    api_port: 80
"""


def test_the_place_of_a_value_is_its_key() -> None:
    places = Places(TEXT, "f.yaml")
    assert places.locate(("services", 0, "name")) == Origin("f.yaml", 4, 3)


def test_a_merged_value_stands_where_it_is_written() -> None:
    assert Places(TEXT, "f.yaml").locate(("services", 0, "memory")) == Origin("f.yaml", 2, 3)


def test_a_key_in_other_case_is_found() -> None:
    path = ("services", 0, "environment", "variables", "X")
    assert Places(TEXT, "f.yaml").locate(path) == Origin("f.yaml", 7, 17)


def test_a_scalar_stands_for_the_list_of_one_that_it_means() -> None:
    origin = Places(TEXT, "f.yaml").locate(("services", 0, "expose", "api_port", 0))
    assert origin.line == 9


def test_the_nearest_place_above_stands_for_what_is_not_there() -> None:
    places = Places(TEXT, "f.yaml")
    assert places.reach(("services", 0, "mount", "path")) == (Origin("f.yaml", 4, 3), 2)


def test_a_broken_text_has_its_first_place() -> None:
    assert Places("a: [", "f.yaml", "overlay x").locate(("a",)) == Origin(
        "f.yaml", 1, 1, "overlay x"
    )


@given(st.text(max_size=40), st.lists(st.one_of(st.text(max_size=3), st.integers(0, 3))))
def test_locating_never_fails(text: str, path: list[str | int]) -> None:
    assert Places(text, "f").locate(tuple(path)).line >= 1


def test_paths_are_printed_dotted_with_odd_keys_quoted() -> None:
    assert dotted(("input", 0, "path")) == "input[0].path"
    assert dotted(("labels", 'a.b/"c"')) == 'labels["a.b/\\"c\\""]'
    assert dotted((0, "a")) == "[0].a"


def test_a_snippet_has_a_caret_below_the_place() -> None:
    assert snippet("a: 1\nb: 2\n", 2, 4) == "   2 | b: 2\n     |    ^"
    assert snippet("a", 9, 1) == ""


def test_a_snippet_never_shows_a_secret() -> None:
    text = "environment:\n  secrets:\n    X: hush\n  variables:\n    Y: loud\nsecret_key: hush\n"
    for line in (3, 6):
        assert "hush" not in snippet(text, line, 5)
    assert "loud" in snippet(text, 5, 5)
    assert "hush" not in snippet("secrets:\n  - hush\n", 2, 3)


@pytest.mark.parametrize(
    "path", [("input", 0, "path"), ("labels", 'a.b/"c"'), (0, "a"), ("labels", "a\\b"), ()]
)
def test_a_path_is_read_as_it_is_printed(path):
    assert path_from(dotted(path)) == path


@pytest.mark.parametrize("text", ["a[", "a[x]", 'a["b', "a..b"])
def test_a_text_that_is_not_a_path_is_none(text):
    assert path_from(text) is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/w/a/b.yaml", "a/b.yaml"), ("/w2/b.yaml", "/w2/b.yaml"), ("/w", "/w"), ("b", "b")],
)
def test_a_file_is_shown_from_where_the_user_stands(path, shown):
    assert shown_path(path, "/w") == shown
    assert shown_path(path, "/w/") == shown
