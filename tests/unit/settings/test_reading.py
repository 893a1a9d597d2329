"""The settings say what is wrong, where, and what to write instead; their schema says the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from oscar_sync.model.field import Field, Kind
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.render.schemas import settings_schema
from tests.support.settings import read


@pytest.mark.parametrize(
    ("text", "place", "message", "remedy"),
    [
        (
            "prune: yes",
            (1, 1),
            "prune must be true or false, without quotes",
            "write `prune: true` or `prune: false`",
        ),
        (
            "set: a\nservices:\n  a: {protect: }",
            (3, 7),
            "services.a.protect must be true or false, without quotes",
            "write `protect: true` or `protect: false`",
        ),
        (
            "max_removals: -1",
            (1, 1),
            "max_removals must be a whole number of at least 0, without quotes",
            "write digits alone: `max_removals: NUMBER`",
        ),
        ("set: [a]", (1, 1), "set is a list, a string is required", "write one value, in quotes"),
        (
            "owners: {a: b}",
            (1, 1),
            "owners must be a list of texts, not a mapping",
            "begin each entry with `- `",
        ),
        (
            "removed:\n- ''",
            (2, 3),
            "the entry names nothing",
            "name one service, one bucket or one volume",
        ),
        (
            "services:\n  a:\n    seeds:\n    - to: minio.default:b",
            (4, 7),
            "services.a.seeds[0].from is required",
            "add `from:` (A file or folder)",
        ),
        *(
            (
                f"services:\n  {name!r}: {{protect: true}}",
                (2, 3),
                (
                    f"{name or 'a blank text'} is not a service: its name may hold only a-z, 0-9 "
                    "and -, and begins and ends with a letter or digit"
                ),
                "name one service: SERVICE, or CLUSTER/SERVICE",
            )
            for name in ("", "edge/", "plants*")
        ),
        (
            "owners: [a, ' ']",
            (1, 13),
            "an owner's id is blank",
            "write the id of a user, such as a1b2@egi.eu, or delete the entry",
        ),
        (
            "services: {a: b}",
            (1, 12),
            "services.a must be a mapping",
            "write its keys below it, indented further, as in `KEY: VALUE`",
        ),
        (
            "clusters:\n  edge: {endpiont: x}",
            (2, 10),
            "unknown key clusters.edge.endpiont; did you mean endpoint?",
            "correct or delete it; `oscar-sync schema settings` lists all keys",
        ),
        (
            "clusters:\n  edge: {alias: lab}",
            (2, 10),
            "unknown key clusters.edge.alias",
            "write `edge: OTHER-KEY`",
        ),
        (
            "rules: {OSY182: of}",
            (1, 9),
            "rules.OSY182 cannot be `of`; did you mean off?",
            "write one of off, warning, error",
        ),
        (
            "rules:\n  OSY128: off",
            (2, 3),
            "rules.OSY128: no warning has this code",
            "write the code that a warning shows; an error cannot be turned off",
        ),
        (
            "rules:\n  osy182: off",
            (2, 3),
            "rules.osy182: no warning has this code; did you mean OSY182?",
            "write the code that a warning shows; an error cannot be turned off",
        ),
        *(
            (
                f"rules: {{{code}: off}}",
                (1, 9),
                f"rules.{code} cannot be turned off: it warns of what these files decide",
                "write `error`, or delete the line",
            )
            for code in ("OSY215", "OSY306", "OSY313")
        ),
    ],
)
def test_a_fault_has_its_place_and_a_remedy(
    text: str, place: tuple[int, int], message: str, remedy: str
) -> None:
    _, (found,) = read(text)
    assert (found.message, found.remedy) == (message, remedy)
    assert (found.line, found.column) == place


def leaves(fields: tuple[Field, ...], above: str = "{}") -> Iterator[tuple[Field, str]]:
    """Yield every key that takes one value, with a document around it."""
    for field in fields:
        inside = {Kind.BLOCKS: "[{}]", Kind.BLOCK_MAP: "{{a: {}}}"}.get(field.kind, "{}")
        place = above.replace("{}", f"{{{{{field.name}: {inside}}}}}")
        if field.children:
            yield from leaves(field.children, place)
        elif field.kind in {Kind.TEXT, Kind.FLAG, Kind.INTEGER}:
            yield field, place


@pytest.mark.parametrize("value", ["[x]", "[true]", "[1]", "{x: y}"])
def test_a_key_of_one_value_takes_no_list_and_no_mapping(value: str) -> None:
    every = list(leaves(SETTINGS))
    assert len(every) > 30
    for field, place in every:
        text = place.format(value)
        messages = [found.message for found in read(text)[1]]
        assert any(field.name in message for message in messages), text


def test_faults_of_type_and_of_meaning_are_told_in_one_run() -> None:
    _, found = read("set: Not A Set\nmax_removals: many\nservices: {a: {wait: soon}}")
    assert [one.code for one in found] == ["OSY205", "OSY206", "OSY207"]


def test_what_is_blank_has_its_default() -> None:
    text = "set:\nclusters:\n  edge:\nowners:\nremoved:\nservices:\n  a:\n"
    loaded, found = read(text)
    assert not found
    assert (loaded.set_name, loaded.prune, loaded.max_removals) == ("", False, 3)
    assert (loaded.owners, loaded.removed) == ((), ())
    assert not loaded.clusters["edge"].fields
    assert not loaded.services[0].protect


def test_the_schema_is_strict_and_knows_both_shorthands() -> None:
    keys: dict[str, Any] = settings_schema()["properties"]  # type: ignore[assignment] # - a dict
    assert {"set", "clusters", "removed", "services"} <= keys.keys()
    text, cluster = keys["clusters"]["additionalProperties"]["anyOf"]
    assert text == {"type": "string"}
    assert "alias" not in cluster["properties"]
    assert cluster["additionalProperties"] is False
    assert cluster["properties"]["ssl_verify"]["type"] == ["boolean"]
    assert keys["removed"]["items"]["anyOf"][0] == {"type": "string"}
    removed = keys["removed"]["items"]["anyOf"][1]["properties"]
    assert removed["erase"]["type"] == ["array", "boolean", "null"]
    assert keys["services"]["additionalProperties"]["additionalProperties"] is False
    assert keys["max_removals"]["minimum"] == 0
    assert keys["window"]["type"] == ["array", "string", "null"]
    assert keys["rules"]["properties"]["OSY182"] == {"enum": ["off", "warning", "error"]}
    assert keys["rules"]["additionalProperties"] is False
