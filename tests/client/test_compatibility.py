"""What scripts in the wild do with oscar-python's client (oscar-clients 2.4)."""

import ast
import json
import pickle
import subprocess
import sys
import threading

import pytest
import requests

from oscar_sync.client import AnonymousClient, Client
from oscar_sync.client import _utils as utils
from oscar_sync.client.responses import Environment
from tests.client.conftest import definition
from tests.client.serving import PASSWORD, stubbed
from tests.unit.wire.stub import reply


def test_everything_is_imported_under_oscar_pythons_module_names():
    from oscar_sync.client import client, client_anon
    from oscar_sync.client._utils import (
        decode_b64,
        decode_output,
        encode_input,
        get_headers,
        get_headers_with_token,
        isBase64,
        load_config,
        make_request,
        write_text_file,
    )
    from oscar_sync.client.default_client import DefaultClient
    from oscar_sync.client.storage import Storage

    assert client.Client is Client
    assert client_anon.AnonymousClient is AnonymousClient
    assert issubclass(Client, DefaultClient)
    assert isinstance(Storage, type)
    for function in (
        decode_b64, decode_output, encode_input, get_headers, get_headers_with_token, isBase64,
        load_config, make_request, write_text_file,
    ):  # fmt: skip
        assert callable(function)


def test_the_import_is_light():
    """Weakness 41: libraries are loaded when they are used first."""
    heavy = ["requests", "yaml", "minio", "obstore", "boto3", "aiohttp", "urllib3"]
    code = f"import sys, oscar_sync.client; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_oscar_pythons_own_configuration_is_read(tmp_path):
    """Weakness 42, kept: `load_config` reads its own JSON; `connect` reads oscar-cli's file."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({
        "clusters": {"default": {"endpoint": "https://a", "user": "u", "password": "p"}}
    }))  # fmt: skip
    client = Client(utils.load_config(str(path)))

    assert (client.id, client.endpoint, client.user, client.ssl) == (
        "default", "https://a", "u", True,
    )  # fmt: skip


def test_very_old_scripts_pass_keywords():
    client = Client(id="a", endpoint="https://a", user="u", password="p", ssl=True)

    assert (client.id, client.user, client.password) == ("a", "u", "p")


def test_scripts_of_1_0_pass_values_in_their_order():
    client = Client("a", "https://a", "u", "p", True)

    assert (client.id, client.endpoint, client.user, client.password, client.ssl) == (
        "a", "https://a", "u", "p", True,
    )  # fmt: skip
    with pytest.raises(TypeError, match="cluster_id, endpoint, user"):
        Client("a", "https://a", "u", "p", True, "more")
    with pytest.raises(TypeError, match="give a mapping"):
        Client({"cluster_id": "a"}, "https://a")


def test_attributes_have_oscar_pythons_names():
    basic = Client({"cluster_id": "a", "endpoint": "https://a", "user": "u", "password": "p"})
    token = Client({"cluster_id": "a", "endpoint": "https://a", "oidc_token": "t"})
    agent = Client({"cluster_id": "a", "endpoint": "https://a", "shortname": "s"})

    assert (basic._AUTH_TYPE, token._AUTH_TYPE, agent._AUTH_TYPE) == (
        "basicauth", "oidc", "oidc-agent",
    )  # fmt: skip
    for name in ("oidc_token", "refresh_token", "scopes", "token_endpoint", "client_id", "ssl"):
        assert hasattr(token, name)
    assert agent.shortname == "s"


@pytest.mark.parametrize("missing", ["cluster_id", "endpoint", "password"])
def test_a_missing_option_is_a_key_error(missing):
    options = {"cluster_id": "a", "endpoint": "https://a", "user": "u", "password": "p"}
    del options[missing]

    with pytest.raises(KeyError, match=missing):
        Client(options)


def test_answers_are_responses_of_requests(gray):
    answer = gray.get_service("gray")

    assert isinstance(answer, requests.Response)
    assert answer.ok
    assert (answer.status_code, answer.reason) == (200, "OK")
    assert answer.json()["name"] == json.loads(answer.text)["name"] == "gray"
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.url.endswith("/system/services/gray")
    assert answer.elapsed.total_seconds() > 0
    assert answer.request.method == "GET"
    answer.raise_for_status()
    assert json.loads(b"".join(answer.iter_content(10)))["name"] == "gray"
    assert pickle.loads(pickle.dumps(answer)).json() == answer.json()


def test_bound_methods_can_be_assigned_anew(gray):
    """ai4-papi wraps them so."""
    seen = []
    wrapped = gray.list_services

    def wrapper():
        seen.append(1)
        return wrapped()

    gray.list_services = wrapper

    assert gray.list_services().json()[0]["name"] == "gray"
    assert seen == [1]


def test_a_client_goes_through_pickle_from_one_notebook_node_to_the_next(gray):
    gray.get_cluster_info()
    again = pickle.loads(pickle.dumps(gray))

    assert again.get_service("gray").ok
    assert again.id == gray.id
    again.close()


def test_pickles_hold_no_connection_but_what_scripts_gave(client):
    client.get_cluster_info()

    assert set(client.__getstate__()) == {
        "id", "endpoint", "ssl", "timeout", "_AUTH_TYPE", "user", "password",
    }  # fmt: skip


def test_the_function_that_sends_can_be_replaced(monkeypatch, client):
    """Tests in the wild patch it."""
    calls = []
    monkeypatch.setattr(utils, "make_request", lambda *given, **more: calls.append((given, more)))
    client.get_cluster_info()
    client.create_volume("v", "1Gi")

    assert calls == [
        ((client, "/system/info", "get"), {}),
        ((client, "/system/volumes", "post"), {"data": '{"name": "v", "size": "1Gi"}'}),
    ]


def test_the_function_that_sends_takes_any_object_with_a_clients_attributes(oscar_emulator):
    class Own:
        _AUTH_TYPE = "basicauth"

        def __init__(self):
            self.endpoint = oscar_emulator.url
            self.ssl = False
            self.user = oscar_emulator.user
            self.password = oscar_emulator.password

    own = Own()
    assert utils.make_request(own, "/system/info", "get").ok
    vars(own)["_session"][1].close()


def test_headers_of_a_token_can_be_asked_for():
    assert utils.get_headers_with_token("t") == {"Authorization": "Bearer t"}


def test_headers_of_a_client_can_be_asked_for():
    client = Client({"cluster_id": "a", "endpoint": "https://a", "user": "u", "password": "p"})

    assert utils.get_headers(client) == {"Authorization": "Basic dTpw"}


def test_the_functions_beside_work_on_files(tmp_path):
    path = tmp_path / "f"
    utils.write_text_file("ñ", str(path))
    assert path.read_bytes() == "ñ".encode()
    utils.decode_b64("aGk=", str(path))
    assert path.read_text() == "hi"
    utils.decode_output("plain text", str(path))
    assert path.read_text() == "plain text"
    assert utils.encode_input(str(path)) == utils.encode_input("plain text")


def test_variables_are_read_under_the_names_of_old_and_new_servers():
    for written, asked in (("Variables", "variables"), ("variables", "Variables")):
        service = {"name": "a", "environment": {written: {"K": "v"}, "secrets": {}}}
        with stubbed(reply(service), reply([service])) as (client, _):
            one = client.get_service("a").json()
            assert one["environment"][asked] == {"K": "v"}
            assert one["environment"].get(asked) == {"K": "v"}
            assert asked in one["environment"]
            assert client.list_services().json()[0]["environment"][asked] == {"K": "v"}
            assert json.loads(json.dumps(one)) == service


def test_an_environment_without_variables_has_none_under_either_name():
    environment = Environment({"secrets": {}})

    assert "variables" not in environment
    assert environment.get("Variables", 3) == 3
    with pytest.raises(KeyError):
        environment["variables"]


def test_an_attribute_that_is_set_anew_counts_from_the_next_request():
    with stubbed(reply({})) as (client, stub):
        client.get_cluster_info()
        client.password = "changed"
        client.get_cluster_info()
        first, second = (asked.headers["Authorization"] for asked in stub.asked)
        assert first != second
        with stubbed(reply({})) as (_, other):
            client.endpoint = other.url
            client.get_cluster_info()
            assert len(other.asked) == 1


def test_many_threads_share_a_client(gray):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(gray.get_service("gray").status_code))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 16


def test_a_client_says_its_cluster_and_not_its_password():
    client = Client({"cluster_id": "a", "endpoint": "https://a", "user": "u", "password": PASSWORD})

    assert repr(client) == "Client(a https://a)"


def test_ai4_papis_way_with_a_client(options):
    """It passes "ssl": "true" and mappings, and turns ValueError and HTTPError into 400 and 500."""
    client = Client({**options, "ssl": "true"})
    assert client.create_service(definition("gray")).ok
    with pytest.raises(ValueError, match="already present"):
        client.create_service(definition("gray"))
    with pytest.raises(requests.exceptions.HTTPError):
        client.get_service("none")
    assert client.get_cluster_config().json()["minio_provider"]["endpoint"]
    client.close()


def test_no_class_of_the_client_has_slots_since_scripts_set_attributes():
    import inspect

    from oscar_sync.client import client, client_anon, default_client, resources, storage

    for module in (client, client_anon, default_client, resources, storage):
        tree = ast.parse(inspect.getsource(module))
        assert not [
            node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__slots__"
        ]
