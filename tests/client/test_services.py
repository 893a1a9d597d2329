"""Weaknesses 10 to 19 of oscar-python: definitions."""

import json

import pytest

from oscar_sync.client import Client, HTTPError
from oscar_sync.client.fdl import create_body, services_for
from tests.client.conftest import definition
from tests.client.serving import stubbed
from tests.unit.wire.stub import reply

SCRIPT = "#!/bin/sh\necho hi\n"


def write(folder, text, name="services.yaml"):
    (folder / "script.sh").write_text(SCRIPT)
    path = folder / name
    path.write_text(text)
    return str(path)


def names(client):
    return sorted(service["name"] for service in client.list_services().json())


def test_every_service_of_a_file_for_this_cluster_is_made(client, tmp_path):
    """Weakness 10."""
    path = write(
        tmp_path,
        """
        functions:
          oscar:
          - other: {name: elsewhere, image: i, script: script.sh}
          - edge: {name: one, image: i, script: script.sh}
          - edge: {name: two, image: i, script: script.sh}
        """,
    )

    assert client.create_service(path).status_code == 201
    assert names(client) == ["one", "two"]


def test_a_file_for_other_clusters_alone_is_a_value_error(client, tmp_path):
    """Weakness 10."""
    path = write(tmp_path, "functions: {oscar: [{other: {name: a, image: i, script: script.sh}}]}")

    with pytest.raises(ValueError, match="FDL clusterID does not match current clusterID: edge"):
        client.create_service(path)


def test_providers_at_the_top_of_a_file_are_embedded(client, tmp_path):
    """Weakness 11."""
    path = write(
        tmp_path,
        """
        functions: {oscar: [{edge: {name: one, image: i, script: script.sh}}]}
        storage_providers:
          s3: {mine: {access_key: a, secret_key: b, region: eu-west-1}}
        """,
    )
    client.create_service(path)

    live = client.get_service("one").json()
    assert live["storage_providers"]["s3"]["mine"]["region"] == "eu-west-1"
    assert live["cluster_id"] == "edge"


def test_clusters_at_the_top_of_a_file_are_embedded_where_a_federation_needs_them(tmp_path):
    """Weakness 11: nowhere else, since they carry passwords."""
    path = write(
        tmp_path,
        """
        functions:
          oscar:
          - edge:
              name: one
              image: i
              script: script.sh
              federation: {members: [{type: oscar, cluster_id: far, service_name: one}]}
              environment: {secrets: {refresh_token: r}}
          - edge: {name: two, image: i, script: script.sh}
        clusters:
          far: {endpoint: "https://far.example", auth_user: u, auth_password: p, ssl_verify: true}
        """,
    )
    federated, plain = (create_body(one, "edge", (4, 1, 2)) for one in services_for(path, "edge"))

    assert federated["clusters"]["far"]["endpoint"] == "https://far.example"
    assert not plain.get("clusters")


def test_a_file_without_cpu_gets_the_servers_default(client, tmp_path):
    """Weakness 12."""
    client.create_service(
        write(tmp_path, "functions: {oscar: [{edge: {name: a1, image: i, script: script.sh}}]}")
    )

    assert client.get_service("a1").json()["cpu"] == "0.2"


@pytest.mark.parametrize("field", ["", ", script: nowhere.sh"])
def test_a_script_that_is_missing_is_a_value_error_that_names_it(client, tmp_path, field):
    """Weakness 12."""
    path = write(tmp_path, f"functions: {{oscar: [{{edge: {{name: a1, image: i{field}}}}}]}}")

    with pytest.raises(ValueError, match="script") as caught:
        client.create_service(path)
    assert "services.yaml:1" in str(caught.value)
    assert names(client) == []


def test_a_script_is_read_relative_to_its_file(client, tmp_path, monkeypatch):
    """Weakness 12."""
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "functions: {oscar: [{edge: {name: a1, image: i, script: script.sh}}]}")
    monkeypatch.chdir(tmp_path)
    client.create_service("sub/services.yaml")

    assert client.get_service("a1").json()["script"] == SCRIPT


def test_numbers_and_truths_of_a_mapping_go_out_as_the_text_that_oscar_wants(client):
    """Weakness 13."""
    given = definition(
        "gray",
        cpu=1,
        memory=268435456,
        environment={"variables": {"DEBUG": True, "N": 3, "F": 0.5}},
        labels={"n": 1},
    )
    client.create_service(given)

    live = client.get_service("gray").json()
    assert (live["cpu"], live["memory"]) == ("1", "268435456")
    assert live["environment"]["variables"] == {"DEBUG": "true", "N": "3", "F": "0.5"}
    assert live["labels"]["n"] == "1"
    assert given["cpu"] == 1


def test_a_file_may_have_tabs_behind_its_values_and_words_that_yaml_takes_for_truths(
    client, tmp_path
):
    """Weakness 14."""
    client.create_service(
        write(
            tmp_path,
            """
functions:\t
  oscar:
  - edge:
      name: tabbed\t
      image: i
      script: script.sh
      environment:
        variables:
          ANSWER: yes
          SWITCH: on
""",
        )
    )

    variables = client.get_service("tabbed").json()["environment"]["variables"]
    assert variables == {"ANSWER": "yes", "SWITCH": "on"}


def test_a_file_that_is_no_yaml_is_a_value_error_with_its_place(client, tmp_path):
    """Weakness 14."""
    with pytest.raises(ValueError, match=r"services\.yaml:\d+:\d+"):
        client.create_service(write(tmp_path, "functions: {oscar: [edge"))


@pytest.mark.parametrize(
    ("version", "given", "sent"),
    [("4.1.2", 5000, [5000]), ("v4.1.0", "5000", [5000]), ("4.0.3", [5000], 5000),
     ("3.6.5", 5000, 5000), ("devel", 5000, [5000]), ("4.1.2", [80, 81], [80, 81])],
)  # fmt: skip
def test_ports_are_written_as_the_servers_release_reads_them(version, given, sent):
    """Weakness 15."""
    replies = [reply({"version": version}), reply("", 404), reply("", 201)]
    with stubbed(*replies) as (client, stub):
        client.create_service({"name": "a", "expose": {"api_port": given}})
        assert json.loads(stub.asked[-1].body)["expose"]["api_port"] == sent


@pytest.mark.parametrize("status", [401, 500])
def test_a_name_whose_asking_fails_is_not_taken_for_a_free_one(status):
    """Weakness 16; the asking is kept: a POST of a taken name leaves its secrets behind."""
    with stubbed(reply("", status)) as (client, stub):
        with pytest.raises(HTTPError):
            client.create_service({"name": "a"})
        assert stub.lines == ["GET /system/services/a"]


def test_a_taken_name_is_a_value_error(gray):
    """Weakness 16, kept."""
    with pytest.raises(ValueError, match="'gray' is already present on the cluster"):
        gray.create_service(definition("gray"))


def test_a_name_taken_by_someone_else_is_a_value_error():
    """Weakness 16."""
    with stubbed(reply("", 403)) as (client, stub):
        with pytest.raises(ValueError, match="already present"):
            client.create_service({"name": "a"})
        assert len(stub.asked) == 1


def test_an_update_of_no_service_is_a_value_error(client):
    """Weakness 17, kept."""
    with pytest.raises(ValueError, match="The service none is not present on the cluster"):
        client.update_service("none", definition("none"))


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_update_that_cannot_look_is_not_told_as_an_absent_service(status):
    """Weakness 17."""
    with stubbed(reply("", status)) as (client, stub):
        with pytest.raises(HTTPError):
            client.update_service("a", {"name": "a"})
        assert stub.lines == ["GET /system/services/a"]


def test_an_update_under_another_name_is_a_value_error(gray):
    """Weakness 17."""
    gray.create_service(definition("other"))

    with pytest.raises(ValueError, match="of other, not of gray"):
        gray.update_service("gray", definition("other"))


def test_an_update_by_a_path_that_does_not_exist_is_a_value_error(gray):
    """Weakness 17."""
    with pytest.raises(ValueError, match="must be a dictionary or a file path"):
        gray.update_service("gray", "nowhere.yaml")


def test_an_update_by_a_file_takes_the_service_of_that_name(gray, tmp_path):
    path = write(
        tmp_path,
        """
        functions:
          oscar:
          - edge: {name: other, image: i, script: script.sh}
          - edge: {name: gray, image: new, script: script.sh}
        """,
    )

    assert gray.update_service("gray", path).ok
    assert gray.get_service("gray").json()["image"] == "new"
    assert names(gray) == ["gray"]


def test_there_is_no_upsert_since_apply_is_what_oscar_sync_is_for():
    """Weakness 18, kept: `oscar_sync.plan` and `oscar_sync.apply` validate, compare and wait."""
    import oscar_sync

    assert callable(oscar_sync.plan)
    assert callable(oscar_sync.apply)
    assert not hasattr(Client, "apply_service")


def test_a_definition_that_was_read_and_is_written_back_keeps_its_secrets():
    """Weakness 19: a GET shows names without values, and a PUT of them would blank all."""
    live = {"name": "a", "owner": "o", "environment": {"secrets": {"KEY": ""}, "variables": {}}}
    with stubbed(reply(live), reply(live), reply("", 204)) as (client, stub):
        client.update_service("a", client.get_service("a").json())
        assert json.loads(stub.asked[-1].body)["environment"] == {"variables": {}}


def test_secrets_of_which_some_have_no_value_are_a_value_error(client):
    """Weakness 19: an update replaces all of them."""
    client.create_service(definition("gray", environment={"secrets": {"A": "1", "B": "2"}}))

    with pytest.raises(ValueError, match="the secrets B have no value"):
        client.update_service("gray", {
            **definition("gray"), "environment": {"secrets": {"A": "3", "B": ""}},
        })  # fmt: skip


def test_an_update_leaves_the_owner_alone(gray):
    live = gray.get_service("gray").json()
    gray.update_service("gray", definition("gray", image="new"))

    assert gray.get_service("gray").json()["owner"] == live["owner"]


def test_an_update_carries_per_user_buckets_which_a_put_without_them_erases():
    live = {"name": "a", "owner": "o", "isolation_level": "USER", "bucket_list": ["a-u1"]}
    with stubbed(reply(live), reply("", 204)) as (client, stub):
        client.update_service("a", {"name": "a", "isolation_level": ""})
        sent = json.loads(stub.asked[-1].body)
        assert sent["bucket_list"] == ["a-u1"]
        assert sent["owner"] == "o"


def test_an_update_leaves_oscar_syncs_stamp_on_the_service():
    live = {"name": "a", "annotations": {"oscar-sync.io/owner": "v1 x", "team": "t"}}
    with stubbed(reply(live), reply("", 204)) as (client, stub):
        client.update_service("a", {"name": "a"})
        assert json.loads(stub.asked[-1].body)["annotations"] == {"oscar-sync.io/owner": "v1 x"}


def test_a_removal_erases_as_the_server_does_and_its_docstring_names_the_safe_way(gray):
    assert gray.remove_service("gray").status_code == 204
    assert "gray" not in {bucket["bucket_name"] for bucket in gray.list_buckets().json() or []}
    assert "erase its data" in str(Client.remove_service.__doc__)
    assert ".remove(name)" in str(Client.remove_service.__doc__)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"image": "i", "script": "s"}, "has no name"),
        (definition("gray", volume={"name": object()}), "cannot be sent"),
    ],
)
def test_a_definition_that_cannot_be_sent_is_refused_before_any_write(
    client, oscar_emulator, given, words
):
    with pytest.raises(ValueError, match=words):
        client.create_service(given)
    assert {line[0] for line in oscar_emulator.requests} <= {"GET"}


def test_a_definition_that_is_neither_mapping_nor_file_is_a_value_error(client):
    with pytest.raises(ValueError, match="must be a dictionary or a file path"):
        client.create_service("functions:\n")
    with pytest.raises(ValueError, match="must be a dictionary or a file path"):
        client.create_service(3)
