"""OSCAR 3.6.4 to 3.7 beyond their recordings: tokens, exposed services, users, upgrades."""

import io

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import Api, minimal, minio, owned
from tests.emulator.conftest import store_of

RELEASES = {"3.6.4": "3.6.4", "3.6.5": "3.6.5", "3.7": "3.7.1"}
EXPOSE = {"api_port": 80, "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


@pytest.fixture(scope="module")
def emulators():
    """The old releases, whose jobs run at once."""
    with (
        Emulator(EmulatorOptions(oscar_version="3.6.4")) as first,
        Emulator(EmulatorOptions(oscar_version="3.6.5")) as second,
        Emulator(EmulatorOptions(oscar_version="3.7")) as third,
    ):
        yield dict(zip(RELEASES, (first, second, third), strict=True))


@pytest.fixture(params=RELEASES)
def old(request, emulators):
    emulators[request.param].reset()
    return Api(emulators[request.param])


@pytest.fixture
def before_3_6_5(emulators):
    emulators["3.6.4"].reset()
    return Api(emulators["3.6.4"])


def upload(api, key):
    store_of(api.emulator).put_object("bbb", key, io.BytesIO(b"x"), 1)
    return len(api.jobs())


def test_a_line_is_its_newest_release(emulators):
    told = {line: Api(one).get("/system/info").json["version"] for line, one in emulators.items()}
    assert told == RELEASES


@pytest.mark.parametrize("version", ["3.6", "3.6.3", "3.6.6", "3.5", "4.2", "x"])
def test_another_release_is_refused(version):
    with pytest.raises(ValueError, match=r"say one of 3\.6\.4, 3\.6\.5, 3\.7, 4\.0, 4\.1"):
        EmulatorOptions(oscar_version=version)


def test_an_update_makes_a_token_that_the_webhook_does_not_know(old):
    old.post(minimal(input=minio("bbb/in")))
    assert upload(old, "in/1") == 1
    before = old.token()
    assert old.put(owned(input=minio("bbb/in"), memory="1Gi")).status == 204
    assert old.token() != before
    assert upload(old, "in/2") == 1


def test_a_bucket_that_is_taken_out_and_put_back_starts_jobs_again(old):
    old.post(minimal(input=minio("bbb/in")))
    old.put(owned(memory="1Gi"))
    old.put(owned(memory="1Gi", input=minio("bbb/in")))
    assert upload(old, "in/1") == 1


def test_exposing_can_be_ended_and_begun_again(old):
    old.post(minimal(expose=EXPOSE))
    assert old.put(owned(expose={**EXPOSE, "max_scale": 2})).status == 204
    assert old.put(owned()).status == 204
    assert old.put(owned(expose=EXPOSE)).status == 204
    assert old.delete("/system/services/a").status == 204


def test_a_service_that_never_was_exposed_has_no_deployment(old):
    old.post(minimal())
    got = old.put(owned(expose=EXPOSE))
    text = 'Error updating the service: deployments.apps "a-dlp" not found'
    assert (got.status, got.text) == (500, text)
    kept = old.shown()["expose"]["max_scale"]
    assert kept == (0 if old.emulator.options.oscar_version == "3.7" else 1)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/system/volumes"),
        ("GET", "/system/metrics"),
        ("GET", "/system/services/a/deployment"),
        ("PUT", "/system/config"),
        ("POST", "/system/services/a/stop"),
    ],
)
def test_what_came_later_is_not_found(old, method, path):
    old.post(minimal())
    got = old.call(method, path, {})
    assert (got.status, got.text) == (404, "404 page not found")


def test_a_refused_post_erases_the_buckets_that_it_names(before_3_6_5):
    store = store_of(before_3_6_5.emulator)
    for name in ("one", "two"):
        store.make_bucket(name)
        store.put_object(name, "precious", io.BytesIO(b"x"), 1)
    got = before_3_6_5.post(minimal(input=minio("one/in"), output=minio("two/out")))
    assert (got.status, got.text) == (500, 'the bucket "one" already exists\n')
    assert store.list_buckets() == []


def test_a_delete_of_nothing_ends_in_a_panic(before_3_6_5):
    assert before_3_6_5.delete("/system/services/none").status == 500
    before_3_6_5.post(minimal())
    assert "namespace" not in before_3_6_5.shown()


def test_the_state_was_flat_and_in_camel_case(before_3_6_5):
    assert before_3_6_5.get("/system/status").json["numberNodes"] == 1


@pytest.fixture
def upgraded():
    with Emulator(EmulatorOptions(oscar_version="3.6.5")) as emulator:
        yield Api(emulator)


def test_an_upgrade_across_4_0_breaks_exposed_services(upgraded):
    upgraded.post(minimal(expose=EXPOSE))
    upgraded.post(minimal("plain"))
    upgraded.emulator.upgrade("4.0")
    got = upgraded.put(owned(expose=EXPOSE))
    text = 'Error updating the service: deployments.apps "a-dpl" not found'
    assert (got.status, got.text) == (500, text)
    assert upgraded.put(owned("plain", memory="1Gi")).status == 204
    assert upgraded.delete("/system/services/a").status == 204
    assert upgraded.post(minimal(expose=EXPOSE)).status == 201


def test_an_upgrade_to_4_1_poisons_what_was_stored(upgraded):
    upgraded.post(minimal())
    upgraded.emulator.upgrade("3.7")
    assert upgraded.get("/system/services").status == 200
    upgraded.emulator.upgrade("4.1")
    assert upgraded.get("/system/services").status == 500
