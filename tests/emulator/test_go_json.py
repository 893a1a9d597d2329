"""What Go 1.26 and its encoding/json said to these bodies."""

# Lines are as long as what the server said.
# ruff: noqa: E501

import pytest

from oscar_sync.emulator.binding import bound
from oscar_sync.emulator.go_json import GoJsonError, encode
from oscar_sync.emulator.schema import SERVICE

SAID = [
    ("", "EOF"),
    ("  ", "EOF"),
    ("{", "unexpected EOF"),
    ('{"name"', "unexpected EOF"),
    ('{"name":', "unexpected EOF"),
    ('{"name":"a', "unexpected EOF"),
    ('{"name":"a"', "unexpected EOF"),
    ('{"name":"a",', "unexpected EOF"),
    ("x", "invalid character 'x' looking for beginning of value"),
    ("{x", "invalid character 'x' looking for beginning of object key string"),
    ('{"a" 1}', "invalid character '1' after object key"),
    ('{"a":1 "b":2}', "invalid character '\"' after object key:value pair"),
    ("[1 2]", "invalid character '2' after array element"),
    ("[1,", "unexpected EOF"),
    ('{"a":tru}', "invalid character '}' in literal true (expecting 'e')"),
    ('{"a":truX}', "invalid character 'X' in literal true (expecting 'e')"),
    ('{"a":nul1}', "invalid character '1' in literal null (expecting 'l')"),
    ('{"a":faLse}', "invalid character 'L' in literal false (expecting 'l')"),
    ('{"a":01}', "invalid character '1' after object key:value pair"),
    ('{"a":-}', "invalid character '}' in numeric literal"),
    ('{"a":-x}', "invalid character 'x' in numeric literal"),
    ('{"a":1.}', "invalid character '}' after decimal point in numeric literal"),
    ('{"a":1.x}', "invalid character 'x' after decimal point in numeric literal"),
    ('{"a":1e}', "invalid character '}' in exponent of numeric literal"),
    ('{"a":1e+}', "invalid character '}' in exponent of numeric literal"),
    ('{"a":"\\x"}', "invalid character 'x' in string escape code"),
    ('{"a":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"),
    ('{"a":"\x01"}', "invalid character '\\x01' in string literal"),
    ('{"a":"\t"}', "invalid character '\\t' in string literal"),
    ('{"a":NaN}', "invalid character 'N' looking for beginning of value"),
    ('{"a":Infinity}', "invalid character 'I' looking for beginning of value"),
    ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
    ("\ufeff{}", "invalid character 'ï' looking for beginning of value"),
    ('{"a":\x07}', "invalid character '\\a' looking for beginning of value"),
    ('{"a":\\}', "invalid character '\\\\' looking for beginning of value"),
    ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
    ("[1,]", "invalid character ']' looking for beginning of value"),
    ('{"a":"\x7f"}', ""),
    ('{"a":\x85}', "invalid character 'Â' looking for beginning of value"),
    ('{"name":"a"} trailing', ""),
    (
        '{"name":"a","NAME":"b","Name":1}',
        "json: cannot unmarshal number into Go struct field Service.name of type string",
    ),
    (
        '{"environment":{"variables":{"A":1}}}',
        "json: cannot unmarshal number into Go struct field .environment.variables of type string",
    ),
    (
        '{"environment":[]}',
        'json: cannot unmarshal array into Go struct field Service.environment of type struct { Vars map[string]string "json:\\"variables\\""; Secrets map[string]string "json:\\"secrets\\"" }',
    ),
    (
        '{"synchronous":{"min_scale":"1"}}',
        "json: cannot unmarshal string into Go struct field .synchronous.min_scale of type int",
    ),
    (
        '{"expose":{"min_scale":1.5}}',
        "json: cannot unmarshal number 1.5 into Go struct field Expose.expose.min_scale of type int32",
    ),
    (
        '{"expose":{"min_scale":99999999999}}',
        "json: cannot unmarshal number 99999999999 into Go struct field Expose.expose.min_scale of type int32",
    ),
    (
        '{"expose":{"api_port":[true]}}',
        "json: cannot unmarshal bool into Go struct field Expose.expose.api_port of type int",
    ),
    (
        '{"allowed_users":"u"}',
        "json: cannot unmarshal string into Go struct field Service.allowed_users of type []string",
    ),
    (
        '{"enable_gpu":"true"}',
        "json: cannot unmarshal string into Go struct field Service.enable_gpu of type bool",
    ),
    (
        '{"labels":{"a":{}}}',
        "json: cannot unmarshal object into Go struct field Service.labels of type string",
    ),
    (
        '{"image_pull_secrets":[1]}',
        "json: cannot unmarshal number into Go struct field Service.image_pull_secrets of type string",
    ),
    (
        '{"federation":{"members":[{"priority":-1}]}}',
        "json: cannot unmarshal number -1 into Go struct field Replica.federation.members.priority of type uint",
    ),
    (
        '{"synchronous":3}',
        'json: cannot unmarshal number into Go struct field Service.synchronous of type struct { MinScale int "json:\\"min_scale\\""; MaxScale int "json:\\"max_scale\\"" }',
    ),
]


@pytest.mark.parametrize(("body", "said"), SAID)
def test_a_body_is_refused_in_gos_words(body, said):
    try:
        bound(SERVICE, body.encode())
        got = ""
    except GoJsonError as error:
        got = str(error)
    assert got == said


def test_json_is_printed_as_go_does():
    value = {"a": "<é&>\u2028\u2029", "b": [1, True, None], "c": "\u0007\x7f"}
    text = '{"a":"\\u003cé\\u0026\\u003e\\u2028\\u2029","b":[1,true,null],"c":"\\u0007\x7f"}'
    assert encode(value).decode() == text


def test_half_a_surrogate_becomes_the_mark_of_a_broken_character():
    body = b'{"name": "a\\ud800b", "labels": {"\\udc00": "x"}, "allowed_users": ["\\ud800"]}'
    found = bound(SERVICE, body)
    assert found["name"] == "a\ufffdb"
    assert found["labels"] == {"\ufffd": "x"}
    assert found["allowed_users"] == ["\ufffd"]


def test_repeated_keys_merge_maps_and_the_last_text_wins():
    body = b'{"name": "a", "labels": {"x": "1"}, "Labels": {"y": null}, "NAME": "b"}'
    found = bound(SERVICE, body)
    assert (found["name"], found["labels"]) == ("b", {"x": "1", "y": ""})
