"""The emulator answers what a real OSCAR answered: each recording of fixtures/server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.contract.replaying import Replay
from tests.oidc.provider import running

FOLDER = Path(__file__).parents[1] / "fixtures" / "server"
RECORDS = sorted(path for path in FOLDER.glob("[0-9]*.json"))
PROFILES = {path: json.loads(path.read_text())["profile"] for path in RECORDS}
BASIC = [path for path in RECORDS if PROFILES[path] == "knative-basic"]
OIDC = [path for path in RECORDS if PROFILES[path] == "knative-oidc"]
NOT_REPLAYED: dict[str, str] = {}
"""By record, the reason."""
NO_STEP = {"kube", "pause"}
VERSIONS = {"/system/info", "/system/status"}
WITHOUT_STORE_SECRET = {"228-oidc-job-access"}
"""Records of a server that lacked the Secret `minio`, which installations of OSCAR have."""
NOON, EARLIER = "2026-06-01T12:00:00Z", "2026-06-01T11:00:00Z"
MOMENTS = {("231-oidc-metrics", 8): (NOON, NOON), ("231-oidc-metrics", 9): (NOON, EARLIER)}
"""By record and step, the moments in its path, which the records mask."""


@pytest.fixture(scope="module")
def server():
    with Emulator(EmulatorOptions(hold_workloads=True)) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def provider():
    with running() as served:
        yield served


@pytest.fixture(scope="module")
def oidc_servers(provider):
    """Emulators with users, by whether they have the Secret with the keys of the store."""
    options = EmulatorOptions(
        hold_workloads=True, oidc_issuers=(provider.issuer,), oidc_groups=("g1",)
    )
    bare = replace(options, has_store_secret=False)
    with Emulator(options) as whole, Emulator(bare) as without:
        yield {True: whole, False: without}


def test_every_record_is_replayed_or_has_its_reason():
    assert {path.stem for path in RECORDS} == {
        *(path.stem for path in (*BASIC, *OIDC)),
        *NOT_REPLAYED,
    }


@pytest.mark.parametrize("path", BASIC, ids=lambda path: path.stem)
def test_a_recording_is_answered_byte_for_byte(server, path):
    replay_all(Replay(server), path)


@pytest.mark.parametrize("path", OIDC, ids=lambda path: path.stem)
def test_a_recording_with_users_is_answered_byte_for_byte(oidc_servers, provider, path):
    replay_all(Replay(oidc_servers[path.stem not in WITHOUT_STORE_SECRET], provider), path)


def replay_all(replay, path):
    replay.emulator.reset()
    replay.log_in_everybody()
    for number, step in enumerate(json.loads(path.read_text())["steps"]):
        if step["do"] in NO_STEP:
            continue
        replay.moments = MOMENTS.get((path.stem, number), ())
        got = replay.http(step) if step["do"] == "http" else replay.s3(step)
        if step.get("path") in VERSIONS:
            continue
        assert (number, got) == (number, replay.expected(step)), step


def _variable(name, value):
    return {"environment": {"variables": {name: value}}}


STRINGS = json.loads((FOLDER / "strings.json").read_text())
KINDS = {
    "env value": (
        lambda text: _variable("X", text),
        lambda found: found["environment"]["variables"]["X"],
    ),
    "annotation value": (
        lambda text: {"annotations": {"a.example/x": text}},
        lambda found: found["annotations"]["a.example/x"],
    ),
    "script": (lambda text: {"script": text}, lambda found: found["script"]),
    "env name": (
        lambda text: _variable(text, "v"),
        lambda found: next(iter(found["environment"]["variables"])),
    ),
}


def _outcome(server, kind, text):
    """Return what becomes of the text: the text a GET shows, `poisons` or `refused`."""
    server.reset()
    replay = Replay(server)
    made, shown = KINDS[kind]
    base = {"name": "aaa", "image": "i", "script": "s", "owner": "cluster_admin"}
    call = {"auth": "admin", "path": "/system/services"}
    assert replay.http({**call, "method": "POST", "json": base})["status"] == 201
    put = replay.http({**call, "method": "PUT", "json": {**base, **made(text)}})
    if put["status"] == 400:
        return "refused"
    assert put["status"] == 204
    got = replay.http({**call, "method": "GET"})
    if got["status"] == 500:
        assert got["text"] == 'the FDL of the service "aaa" cannot be read'
        return "poisons"
    return ("shown", shown(json.loads(got["json"])[0]))


@pytest.mark.parametrize("kind", STRINGS)
def test_an_odd_string_becomes_what_it_became_on_a_real_server(server, kind):
    table = STRINGS[kind]
    wanted = {
        **{text: ("shown", text) for text in table["same"]},
        **{text: ("shown", shown) for text, shown in table["changed"].items()},
        **dict.fromkeys(table["refused"], "refused"),
        **dict.fromkeys(table["poisons"], "poisons"),
    }
    assert {text: _outcome(server, kind, text) for text in wanted} == wanted
