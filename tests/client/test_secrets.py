"""Law L8 for the client: no planted secret in a log line, an error, its traceback or a repr."""

import inspect
import logging
import traceback
from base64 import b64decode

import pytest

from oscar_sync.client import AnonymousClient, Client, connect, exchange
from oscar_sync.client.connection import Oscar
from oscar_sync.client.storage import Storage
from oscar_sync.errors import OscarSyncError
from tests.support.jobs import CALLS
from tests.unit.wire.stub import Reply, reply, running

PASSWORD = "pl4nted-p4ssword"
TOKEN = "pl4nted-t0ken"
SERVICE_TOKEN = "pl4nted-service-t0ken"
ENVIRONMENT = "pl4nted-env-s3cret"
PLANTED = (PASSWORD, TOKEN, SERVICE_TOKEN, ENVIRONMENT, "b3NjYXI6cGw0bnRlZC1wNHNzd29yZA==")

DEFINITION = {
    "name": "a",
    "environment": {"secrets": {"K": ENVIRONMENT}},
    "storage_providers": {"s3": {"mine": {"secret_key": ENVIRONMENT}}},
}
MORE_CALLS = {
    "get_cluster_status": (),
    "create_service": (DEFINITION,),
    "update_service": ("a", DEFINITION),
    "run_service": ("a",),
    "create_storage_client": ("a",),
}
METHODS = {name: call[0] for name, call in CALLS.items()} | MORE_CALLS


def echo(status):
    """A server that answers with everything it was sent, as it came and decoded."""

    def answer(asked):
        login = asked.headers.get("Authorization", "")
        pair = b64decode(login[6:]) if login.startswith("Basic ") else b""
        words = b" ".join([b"not valid:", login.encode(), pair, asked.body])
        return Reply(status, words)

    return answer


def always(given):
    return lambda asked: given


FAULTS = {
    "echoed in a refusal": echo(401),
    "echoed in a bad request": echo(400),
    "echoed in a failure": echo(500),
    "redirected": always(reply("", 302, Location=f"http://mallory:{PASSWORD}@elsewhere.invalid/")),
    "cut off": always(Reply(body=b"[", length=100)),
    "dropped": always(Reply(is_reset=True)),
}


def clients(url, folder):
    token = folder / "token"
    token.write_text(TOKEN)
    base = {"cluster_id": "edge", "endpoint": url}
    return [
        Client({**base, "user": "oscar", "password": PASSWORD}),
        Client({**base, "oidc_token": TOKEN}),
        Client({**base, "token_file": str(token)}),
    ]


def shown(error):
    return "".join([str(error), repr(error), *traceback.format_exception(error)])


def test_every_public_method_is_held_to_it():
    public = {
        name
        for name, _ in inspect.getmembers(Client, inspect.isfunction)
        if not name.startswith("_")
    }

    assert public - set(METHODS) == {"close", "get_access_token"}


@pytest.fixture
def quick(monkeypatch):
    """Waits before a request is sent again, not slept."""
    monkeypatch.setattr(exchange, "_wait", lambda seconds: None)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", METHODS)
def test_a_planted_secret_shows_in_no_log_error_or_repr(fault, method, tmp_path, caplog, quick):
    caplog.set_level(logging.DEBUG)
    with running() as stub:
        stub.answer = FAULTS[fault]
        for client in clients(stub.url, tmp_path):
            more = {"token": SERVICE_TOKEN} if method == "run_service" else {}
            with pytest.raises(Exception) as caught:
                getattr(client, method)(*METHODS[method], **more)
            said = (
                shown(caught.value)
                + repr(client)
                + repr(vars(client).get("_session"))
                + caplog.text
            )
            client.close()
            assert not [secret for secret in PLANTED if secret in said]


def test_a_good_day_logs_no_secret(oscar_emulator, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    emulator = oscar_emulator
    client = Client(
        cluster_id="edge", endpoint=emulator.url, user=emulator.user, password=emulator.password
    )
    client.create_service({
        "name": "gray", "image": "i", "script": "s",
        "input": [{"storage_provider": "minio", "path": "gray/in"}],
        "environment": {"secrets": {"K": ENVIRONMENT}},
    })  # fmt: skip
    token = client.get_service("gray").json()["token"]
    client.run_service("gray", input=ENVIRONMENT)
    client.update_service("gray", client.get_service("gray").json())
    storage = client.create_storage_client("gray")
    storage.list_files_from_path("minio", "gray")
    said = caplog.text + repr(client) + repr(storage) + repr(storage._opened)
    client.close()

    for secret in (emulator.password, emulator.secret_key, token, ENVIRONMENT):
        assert secret not in said


def test_an_error_of_a_definition_shows_no_secret(oscar_emulator, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(f"""
functions:
  oscar:
  - edge:
      name: A_BAD_NAME
      image: i
      environment: {{secrets: {{K: {ENVIRONMENT}}}}}
storage_providers: {{s3: {{mine: {{secret_key: {ENVIRONMENT}}}}}}}
""")
    client = Client(cluster_id="edge", endpoint=oscar_emulator.url, user="u", password=PASSWORD)
    with pytest.raises(ValueError, match="name") as caught:
        client.create_service(str(path))

    assert ENVIRONMENT not in str(caught.value)
    assert ENVIRONMENT not in repr(caught.value)


def test_secrets_of_a_definition_that_are_echoed_are_masked(quick):
    with running() as stub:
        stub.answer = lambda asked: echo(400)(asked) if asked.body else reply("", 404)
        client = Client(cluster_id="edge", endpoint=stub.url, oidc_token=TOKEN)
        with pytest.raises(Exception, match="400") as caught:
            client.create_service(DEFINITION)
        client.close()

        assert "(sensitive)" in str(caught.value)
        assert ENVIRONMENT not in shown(caught.value)


def test_a_service_token_that_is_echoed_is_masked(quick):
    with running() as stub:
        stub.replies = [reply(f"bad token {SERVICE_TOKEN}", 401)]
        nobody = AnonymousClient(cluster_id="a", endpoint=stub.url)
        with pytest.raises(Exception, match="401") as caught:
            nobody.run_service("a", token=SERVICE_TOKEN)
        nobody.close()

        assert "(sensitive)" in str(caught.value)
        assert SERVICE_TOKEN not in shown(caught.value)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "call",
    [
        lambda oscar: list(oscar.services()),
        lambda oscar: oscar.service("a"),
        lambda oscar: oscar.run("a", token=SERVICE_TOKEN),
        lambda oscar: oscar.submit("a"),
        lambda oscar: list(oscar.jobs("a")),
        lambda oscar: oscar.job_log("a", "b"),
        lambda oscar: oscar.deployment("a"),
        lambda oscar: oscar.buckets(),
        lambda oscar: oscar.remove("a"),
        lambda oscar: oscar.store,
        lambda oscar: oscar.release,
    ],
    ids=["services", "service", "run", "submit", "jobs", "job_log", "deployment", "buckets",
         "remove", "store", "release"],
)  # fmt: skip
def test_the_typed_face_shows_no_planted_secret(fault, call, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    with running() as stub:
        stub.answer = FAULTS[fault]
        made = connect(stub.url, user="oscar", password=PASSWORD, environ={"HOME": str(tmp_path)})
        oscar = Oscar(made.cluster, environ={}, sleep=lambda seconds: None)
        with pytest.raises(OscarSyncError) as caught:
            call(oscar)
        oscar.close()
        said = shown(caught.value) + repr(oscar) + repr(oscar.cluster) + caplog.text
        assert not [secret for secret in PLANTED if secret in said]


def test_the_keys_of_a_provider_show_in_no_error_of_the_store(oscar_emulator):
    class Nothing:
        """No client at all: the store is asked directly."""

    storage = Storage.__new__(Storage)
    storage.client_obj = Nothing()
    storage.storage_providers = {
        "minio": {"default": {"endpoint": oscar_emulator.s3_url, "access_key": PASSWORD,
                              "secret_key": TOKEN}},
    }  # fmt: skip
    with pytest.raises(OscarSyncError) as caught:
        storage.list_files_from_path("minio", "gray")

    assert not [secret for secret in PLANTED if secret in shown(caught.value) + repr(storage)]
