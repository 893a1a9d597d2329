"""The typed face: `connect`."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from oscar_sync.client import Oscar, connect
from oscar_sync.errors import (
    BadAnswerError,
    ClusterError,
    InputError,
    RefusedError,
    StoreError,
    UsageError,
)
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.secret import Secret
from tests.client.conftest import definition, ended
from tests.unit.wire.stub import Reply, reply, running


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without settings, and a home without oscar-cli's file."""
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path)}


@pytest.fixture
def oscar(oscar_emulator, gray, nowhere):
    emulator = oscar_emulator
    with connect(
        emulator.url, user=emulator.user, password=emulator.password, environ=nowhere
    ) as made:
        yield made


def objects(oscar, bucket, prefix=""):
    return [one.key for one in oscar.objects(bucket, prefix)]


def test_a_cluster_is_named_by_its_address(nowhere):
    made = connect("https://oscar.example", token="t", environ=nowhere)

    assert made.cluster.endpoint == "https://oscar.example"
    assert made.cluster.login == TokenLogin(Secret("t"))
    assert made.cluster.ssl_verify is True
    assert re.fullmatch(r"Oscar\(\S+ https://oscar\.example\)", repr(made))


@pytest.mark.parametrize(
    ("given", "login"),
    [
        ({"user": "u", "password": "p"}, BasicLogin("u", Secret("p"))),
        ({"token": "t"}, TokenLogin(Secret("t"))),
        ({"token_file": "/t"}, TokenFileLogin("/t")),
        ({"token_file": Path("/t")}, TokenFileLogin("/t")),
        ({"refresh_token": "r"}, RefreshLogin(Secret("r"))),
        ({"account": "egi"}, AgentLogin("egi")),
    ],
)
def test_what_is_given_wins_over_the_environment(given, login, nowhere):
    environ = nowhere | {"OSCAR_TOKEN": "other"}
    made = connect("https://oscar.example", **given, environ=environ)

    assert made.cluster.login == login


def test_the_environment_gives_what_is_not_given(nowhere):
    environ = nowhere | {"OSCAR_ENDPOINT": "https://oscar.example", "OSCAR_TOKEN": "t"}
    made = connect(environ=environ)

    assert made.cluster.endpoint == "https://oscar.example"
    assert made.cluster.login == TokenLogin(Secret("t"))


def test_a_cluster_is_named_by_its_id_in_the_settings(nowhere, tmp_path):
    (tmp_path / "oscar-sync.yaml").write_text("""
clusters:
  edge: {endpoint: "https://edge.example", auth_user: u, auth_password: "${PW}", ssl_verify: false}
  core: {endpoint: "https://core.example", token: t}
""")
    environ = nowhere | {"PW": "p"}

    assert connect("edge", environ=environ).cluster.login == BasicLogin("u", Secret("p"))
    assert connect("edge", environ=environ).cluster.ssl_verify is False
    assert connect("edge", ssl=True, environ=environ).cluster.ssl_verify is True
    assert connect("core", user="a", password="b", environ=environ).cluster.login == BasicLogin(
        "a", Secret("b")
    )
    with pytest.raises(UsageError, match=r"core, edge|edge, core"):
        connect(environ=environ)
    with pytest.raises(UsageError, match="no such cluster"):
        connect("other", environ=environ)


def test_a_cluster_is_named_by_its_id_in_oscar_clis_file(nowhere, tmp_path):
    (tmp_path / ".oscar-cli").mkdir()
    (tmp_path / ".oscar-cli" / "config.yaml").write_text("""
oscar:
  mine: {endpoint: "https://mine.example", auth_user: u, auth_password: p, ssl_verify: true}
default: mine
""")

    assert connect("mine", environ=nowhere).cluster.endpoint == "https://mine.example"
    assert connect(environ=nowhere).cluster.endpoint == "https://mine.example"


def test_no_cluster_is_a_usage_error(nowhere):
    with pytest.raises(UsageError, match="none"):
        connect(environ=nowhere)


def test_no_login_is_an_input_error_that_says_how(nowhere):
    with pytest.raises(InputError, match="no credentials"):
        connect("https://oscar.example", environ=nowhere)


def test_half_a_login_is_a_usage_error(nowhere):
    with pytest.raises(UsageError, match="go together"):
        connect("https://oscar.example", user="u", environ=nowhere)


def test_services_have_types(oscar):
    service = oscar.service("gray")

    assert [one.name for one in oscar.services()] == ["gray"]
    assert service.inputs == (("gray", "in"),)
    assert service.outputs == (("gray", "out"),)
    assert service.buckets == ("gray",)
    assert service.cpu == "0.2"
    assert len(service.token.reveal()) == 64
    assert service.token.reveal() not in repr(service)
    assert oscar.service("none") is None
    assert oscar.release == (4, 1, 2)


def test_a_service_of_someone_else_is_refused(nowhere):
    with running() as stub:
        stub.replies = [reply("", 403)]
        with (
            connect(stub.url, token="t", environ=nowhere) as oscar,
            pytest.raises(RefusedError, match="someone else's"),
        ):
            oscar.service("a")


def test_a_service_is_invoked_and_its_jobs_are_listed(oscar):
    assert oscar.run("gray", {"a": 1}) == b'{"a": 1}'
    oscar.submit("gray", "x")
    (name,) = ended(lambda: {job.name: job.status for job in oscar.jobs("gray")})

    assert isinstance(oscar.job_log("gray", name), str)
    assert oscar.deployment("gray").state
    with pytest.raises(BadAnswerError, match="no service none"):
        oscar.run("none")
    with pytest.raises(BadAnswerError, match="401"):
        oscar.run("gray", token="a" * 64)


def test_pages_of_jobs_are_asked_for_as_they_are_reached(nowhere):
    with running() as stub:
        stub.replies = [
            reply({"jobs": {"a": {"status": "Failed"}}, "next_page": "n"}),
            reply({"jobs": {"b": {}}}),
        ]
        with connect(stub.url, token="t", environ=nowhere) as oscar:
            jobs = oscar.jobs("gray")
            assert next(jobs).name == "a"
            assert len(stub.asked) == 1
            assert [job.name for job in jobs] == ["b"]


def test_objects_go_up_and_come_down(oscar, tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    oscar.upload(tmp_path / "a", "gray", "x/a")
    oscar.download("gray", "x/a", tmp_path / "b")

    assert (tmp_path / "b").read_bytes() == b"content"
    assert objects(oscar, "gray", "x/") == ["x/a"]
    assert [bucket.name for bucket in oscar.buckets()] == ["gray"]
    with pytest.raises(StoreError):
        oscar.download("gray", "x/none", tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_a_removal_keeps_every_object(oscar, tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    oscar.upload(tmp_path / "a", "gray", "out/a")
    removed = oscar.remove("gray")

    assert removed.name == "gray"
    assert removed.kept == ("gray",)
    assert oscar.service("gray") is None
    assert objects(oscar, "gray") == ["out/a"]


def test_a_removal_takes_the_services_hook_off(oscar, gray, tmp_path):
    oscar.remove("gray")
    assert oscar.store.hooks("gray") == ()


def test_a_removal_of_a_service_without_buckets_is_a_deletion(oscar, gray, oscar_emulator):
    gray.create_service({"name": "bare", "image": "i", "script": "s"})
    oscar_emulator.forget_requests()
    oscar.remove("bare")
    writes = [line for line in oscar_emulator.requests if line[0] != "GET"]

    assert [line[:2] for line in writes] == [("DELETE", "/system/services/bare")]


def test_a_removal_of_no_service_says_so(oscar):
    with pytest.raises(ClusterError, match="no service none"):
        oscar.remove("none")


def test_a_removal_that_would_delete_a_volume_is_not_begun(oscar, gray, oscar_emulator):
    volume = {"name": "v", "size": "1Gi", "mount_path": "/data", "lifecycle_policy": "delete"}
    gray.create_service(definition("disk", volume=volume))
    oscar_emulator.forget_requests()

    with pytest.raises(ClusterError, match="volume v would be deleted"):
        oscar.remove("disk")
    assert {line[0] for line in oscar_emulator.requests} == {"GET"}


def test_a_removal_that_no_put_can_prepare_is_not_begun(oscar, gray, oscar_emulator):
    gray.create_service(definition("mesh", interlink_node_name="vk-node"))
    oscar_emulator.forget_requests()

    with pytest.raises(
        ClusterError, match="mesh cannot be detached from mesh: it runs on an inter"
    ):
        oscar.remove("mesh")
    assert {line[0] for line in oscar_emulator.requests} == {"GET"}


def test_nothing_is_removed_from_a_release_that_is_only_read(nowhere):
    answers = {
        "/system/info": reply({"version": "3.6.2"}),
        "/system/config": reply({"minio_provider": {"endpoint": "http://127.0.0.1:9"}}),
    }
    with (
        running() as stub,
        connect(stub.url, user="u", password="p", environ=nowhere) as oscar,
    ):
        stub.answer = lambda asked: answers.get(asked.path, reply(definition("gray")))
        with pytest.raises(ClusterError, match=r"3\.6\.2 is read and never written to"):
            oscar.remove("gray")
        assert {asked.method for asked in stub.asked} == {"GET"}


def test_a_removal_whose_detaching_is_refused_deletes_nothing(oscar, oscar_emulator):
    oscar_emulator.fault("PUT /system/services:403")

    with pytest.raises(ClusterError, match="gray is not removed"):
        oscar.remove("gray")
    assert oscar.service("gray").inputs == (("gray", "in"),)


def test_a_removal_without_the_store_keeps_the_data_and_says_that_hooks_stay(oscar, oscar_emulator):
    oscar._store = oscar.store
    oscar.store.address  # noqa: B018 - the address is asked for before it is lost
    from oscar_sync.storage.store import ObjectStore

    oscar._store = ObjectStore(replace(oscar.store.address, endpoint="http://127.0.0.1:9"), {})
    removed = oscar.remove("gray")

    assert "notifications of its buckets stay" in removed.warnings[0]
    assert oscar.service("gray") is None
    assert [bucket.name for bucket in oscar.buckets()] == ["gray"]


def test_an_answer_that_is_none_of_oscars_is_an_error(nowhere):
    with running() as stub:
        stub.replies = [Reply(500, b"boom")]
        with (
            connect(stub.url, token="t", environ=nowhere) as oscar,
            pytest.raises(BadAnswerError, match="500: boom"),
        ):
            oscar.service("a")


def test_the_type_is_what_connect_returns(nowhere):
    assert isinstance(connect("https://a.example", token="t", environ=nowhere), Oscar)


def test_values_are_models_and_no_document_of_theirs_holds_a_secret(oscar):
    service = oscar.service("gray")
    token = service.token.reveal()
    text = service.model_dump_json()
    assert token not in text
    assert "definition" not in service.data
    assert service.data["buckets"] == ["gray"]
    assert "token" in type(service).model_json_schema(mode="serialization")["properties"]
    assert oscar.info().data["version"] == "4.1.2"
    assert [bucket.data["name"] for bucket in oscar.buckets()] == ["gray"]
    assert oscar.volumes() == ()
