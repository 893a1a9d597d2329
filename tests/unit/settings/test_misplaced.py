"""A key at the wrong place, or with another tool's name, is an error that says where it belongs."""

from pathlib import Path

import pytest

from oscar_sync.errors import InputError
from tests.support.desired import state
from tests.support.settings import read

ADDRESS = "https://e.example.org"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (f"endpoint: {ADDRESS}", "it belongs below another key: `clusters: {ID: {endpoint: …}}`"),
        (f"url: {ADDRESS}", "it belongs below another key: `clusters: {ID: {endpoint: …}}`"),
        ("identity: x", "it belongs below another key: `clusters: {ID: {identity: …}}`"),
        ("protect: true", "it belongs below another key: `services: {SERVICE: {protect: …}}`"),
        ("visibility: public",
         "it belongs below another key: `buckets: {BUCKET: {visibility: …}}`"),
        ("size: 1Gi", "it belongs below another key: `volumes: {VOLUME: {size: …}}`"),
        (f"edge: {{endpoint: '{ADDRESS}'}}",
         "it belongs below `clusters:`: write it there, indented further"),
        (f"edge: {{url: '{ADDRESS}'}}",
         "it belongs below `clusters:`: write it there, indented further"),
        ("'*': lab", "it belongs below `clusters:`: write it there, indented further"),
        (f"edge: lab\nclusters: {{lab: {{endpoint: '{ADDRESS}'}}}}",
         "it belongs below `clusters:`: write it there, indented further"),
        ("clusters: {lab: {url: x}}", "write `endpoint:` in place of `url:`"),
        ("clusters: {lab: {username: x}}", "write `auth_user:` in place of `username:`"),
        ("clusters: {lab: {password: x}}", "write `auth_password:` in place of `password:`"),
        ("clusters: {lab: {verify-ssl: x}}", "write `ssl_verify:` in place of `verify-ssl:`"),
        ("clusters: {lab: {prune: true}}",
         "write `prune:` at the top of the file, not below `clusters.lab`"),
        ("services: {a: {memory: 1Gi}}",
         "write it in the service's FDL file: the settings have no field memory"),
        ("nonsense: 1", "correct or delete it; `oscar-sync schema settings` lists all keys"),
    ],
)  # fmt: skip
def test_a_misplaced_key_is_an_error_that_says_where_it_belongs(text: str, remedy: str) -> None:
    _, (found,) = read(text)
    assert (found.code, found.remedy) == ("OSY204", remedy)


@pytest.mark.parametrize(
    "settings",
    [
        f"url: {ADDRESS}\n",
        f"edge: {{endpoint: '{ADDRESS}'}}\n",
        f"clusters:\n  edge: {{url: '{ADDRESS}', auth_user: u, auth_password: p}}\n",
    ],
)
def test_a_misplaced_key_is_the_only_error_of_its_cluster(tmp_path: Path, settings: str) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, settings)
    assert [one.code for one in caught.value.diagnostics] == ["OSY204"]


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("clusters:\n- edge: {}", "clusters must be a mapping, not a list",
         "write `KEY: VALUE` without `- ` below it"),
        ("rules: [OSY182]", "rules must be a mapping, not a list",
         "write `KEY: VALUE` without `- ` below it"),
        ("services: a", "services must be a mapping",
         "write its keys below it, indented further, as in `KEY: VALUE`"),
        ("waves: {a: b}", "waves must be a list of lists, not a mapping",
         "begin each entry with `- `"),
        ("removed: a", "removed must be a list of mappings", "begin each entry with `- `"),
    ],
)  # fmt: skip
def test_a_list_in_the_place_of_a_mapping_and_the_opposite_say_what_to_write(
    text: str, message: str, remedy: str
) -> None:
    _, (found,) = read(text)
    assert (found.message, found.remedy) == (message, remedy)
