"""`explain FIELD` says what the tables of fields say, offline."""

import json

import pytest

from oscar_sync.cli.main import call


def explained(capfd, *args):
    code = call(["explain", *args])
    return (code, *capfd.readouterr())


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("volume.size", ["text", "since      OSCAR 4.0.0", "replace: no PUT can change it"]),
        ("memory", ["default    256Mi", "compared   as quantity", "update     in place"]),
        ("script", ["text, required", "then a restart of an exposed service"]),
        ("visibility", ["one of     private, restricted, public", "blocked where more users"]),
        ("input", ["fields:", "storage_provider", "restarts the object"]),
        ("input[0].path", ["input.path\n", "Bucket and folder"]),
        ("environment.variables.LANG", ["environment.variables\n"]),
        ("storage_providers.minio.far.secret_key", ["its value is never shown"]),
        ("settings.removed.erase", ["list of text", "Buckets to delete"]),
        ("settings.clusters.edge.endpoint", ["settings.clusters.endpoint\n"]),
        ("settings", ["max_removals", "clusters"]),
    ],
)
def test_a_field_is_explained_from_its_table(field, said, capfd):
    code, out, _ = explained(capfd, field)
    assert code == 0
    assert [words for words in said if words not in out] == [], out


def test_alone_it_lists_the_fields_of_a_service(capfd):
    code, out, _ = explained(capfd)
    assert (code, out.splitlines()[0]) == (0, "service")
    assert "kserve" in out


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("inptu.path", "did you mean input.path?"),
        ("settings.removed.eras", "did you mean settings.removed.erase?"),
        ("removed.erase", "did you mean settings.removed.erase?"),
        ("memory.size", "there is no field memory.size"),
        ("token", "the server sets it"),
        ("replicas", "write federation.members"),
        ("", "there is no field"),
        ("a b", "there is no field a b"),
    ],
)
def test_what_is_not_a_field_is_wrong_usage_and_says_what_is_meant(field, said, capfd):
    code, _, err = explained(capfd, field)
    assert code == 64
    assert said in err


def test_as_json_it_is_one_document(capfd):
    document = json.loads(explained(capfd, "kserve.set_auth", "-o", "json")[1])
    assert document["default"] is True
    assert document["since"] == "4.1.0"
    assert document["update"].startswith("replace")
    assert document["source"].startswith("oscar-server 4.3")
    assert [one["name"] for one in json.loads(explained(capfd, "mount", "-o", "json")[1])["fields"]]


def test_the_examples_of_its_help_are_fields(capfd):
    assert call(["explain", "--help"]) == 0
    lines = capfd.readouterr().out.partition("Examples:")[2].split("\n")
    fields = [line.split()[-1] for line in lines if "oscar-sync explain" in line]
    assert len(fields) == 2
    assert [field for field in fields if explained(capfd, field)[0] != 0] == []
