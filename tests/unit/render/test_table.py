"""Tables: aligned, cut or folded where there is no room, and nothing that steers a terminal."""

from oscar_sync.render.documents import json_text, yaml_text
from oscar_sync.render.table import Row, Table, table_text

TABLE = Table(
    ("NAME", "IMAGE", "OWNER"),
    (
        Row(("a", "ghcr.io/grycap/a-very-long-name-of-an-image:1.0", "me"), ("reason: none",)),
        Row(("longer", "short", "someone@example.org")),
    ),
    cut=1,
)


def test_columns_are_as_wide_as_what_they_hold():
    lines = table_text(TABLE).splitlines()
    assert lines[0].startswith("NAME    IMAGE   ")
    assert lines[1].startswith("a       ghcr.io/grycap/a-very-long-name-of-an-image:1.0  me")
    assert lines[2] == "    reason: none"
    assert lines[3].endswith("someone@example.org")


def test_one_column_is_cut_where_there_is_no_room():
    lines = table_text(TABLE, 60).splitlines()
    assert max(map(len, lines)) <= 60
    assert "…" in lines[1]
    assert lines[3].endswith("someone@example.org")


def test_the_last_column_goes_under_its_row_where_cutting_does_not_help():
    lines = table_text(TABLE, 30).splitlines()
    assert lines[0].split() == ["NAME", "IMAGE"]
    assert lines[2:4] == ["    me", "    reason: none"]
    assert lines[-1] == "    someone@example.org"


def test_nothing_steers_the_terminal():
    evil = "a\x1b[2Jb"
    table = Table(("NAME",), (Row((evil,), (evil,)),))
    assert "\x1b" not in table_text(table)
    for text in (json_text({"name": evil}), yaml_text({"name": evil})):
        assert "\x1b" not in text
        assert "[2J" in text
    assert json_text({"name": "ä"}) == '{\n  "name": "ä"\n}\n'
