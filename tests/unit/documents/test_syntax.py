"""A text that is not YAML or JSON has its fault where it has to be changed."""

import pytest
import yaml

from oscar_sync.documents import yaml_nodes, yaml_reader
from oscar_sync.documents.json_reader import read_document

UNCLOSED = "the quote that opens here is not closed"
MERGED = "a merge conflict is not resolved"


@pytest.fixture(params=["libyaml", "pure"])
def _parser(request, monkeypatch):
    if request.param == "pure":
        for module in (yaml_nodes, yaml_reader):
            monkeypatch.setattr(module, "LOADER", yaml.SafeLoader)


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('a: "x\nb: y\n', (1, 4), UNCLOSED),
        ("a: 'x\nb: y\n", (1, 4), UNCLOSED),
        ('a: "x\nb: y\nc: "z"\n', (1, 4), UNCLOSED),
        ('d: 1\na: "x\nb: "y"\nc: "z"\n', (2, 4), UNCLOSED),
        ('a: "say "hello""\n', (1, 10), "text follows the quote that closes the value"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> c\n", (2, 1), MERGED),
        ("a: 1\n=======\nb: 2\n", (2, 1), MERGED),
        ("a:\n\tb: 1\n", (2, 1), "a tab is used to indent"),
        ("a:\n  \tb: 1\n", (2, 3), "a tab is used to indent"),
        ("a: [x\nb: y\n", (1, 4), "the [ that opens here is not closed, or a comma is missing"),
        ("a: {x: y\nb: z\n", (1, 4), "the { that opens here is not closed, or a comma is missing"),
        ("a: 1\nb c\nd: 2\n", (2, 1), "not `KEY: VALUE`, `- ITEM` or the rest of a value"),
        ("x:\n    a: 1\n   b: 2\n", (3, 4), "indented by 3, and the line above by 4"),
    ],
)
def test_a_fault_of_yaml_is_where_it_begins(text, place, message):
    (fault,) = read_document(text, is_json=False).faults
    assert ((fault.line, fault.column), fault.message) == (place, message)
    assert fault.remedy


def test_a_large_text_is_not_looked_at_twice():
    text = f'# {"x" * 70_000}\nb: "y\nc: "z"\n'
    (fault,) = read_document(text, is_json=False).faults
    assert fault.message.startswith("not YAML: ")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a: @b\n", "quote a value that begins with @, ` or %"),
        ("a: b: c\n", 'check the indentation, and quote a value that contains ": "'),
        ("a: *b\n", "quote the value if it should be text: * and & have a meaning in YAML"),
        ("a: ]\n", "check the indentation and the quotes at this place"),
    ],
)
def test_other_faults_keep_the_words_of_the_parser_and_get_a_remedy(text, remedy):
    (fault,) = read_document(text, is_json=False).faults
    assert fault.message.startswith("not YAML: ")
    assert fault.remedy == remedy


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a": "x}\n', (1, 7), UNCLOSED),
        ('{"b": 1,\n"a": "x}', (2, 6), UNCLOSED),
        ('{\n<<<<<<< HEAD\n"a": 1}\n', (2, 1), MERGED),
        ('{"a" 1}\n', (1, 6), "not JSON: Expecting ':' delimiter"),
        ('{"a": "\t"}\n', (1, 8), "not JSON: Invalid control character at"),
    ],
)
def test_a_fault_of_json_is_where_it_begins(text, place, message):
    (fault,) = read_document(text, is_json=True).faults
    assert ((fault.line, fault.column), fault.message) == (place, message)
    assert fault.remedy
