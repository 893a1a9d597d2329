"""The emulator answers what a real OSCAR answered: each recording, at the release it is of."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.contract.replaying import Replay
from tests.oidc.provider import running

FIXTURES = Path(__file__).parents[1] / "fixtures"
FOLDER = FIXTURES / "server"
NEWEST = "4.1.2"
FOLDERS = {folder.name.partition("-")[2] or NEWEST: folder for folder in FIXTURES.glob("server*")}
"""By release, where its records lie."""


@dataclass(frozen=True)
class Record:
    """One recording of one release."""

    version: str
    path: Path

    @property
    def name(self) -> str:
        return f"{self.version}-{self.path.stem}"

    @property
    def case(self) -> str:
        return self.path.stem.partition("-")[0]


RECORDS = [
    Record(version, path)
    for version, folder in sorted(FOLDERS.items(), reverse=True)
    for path in sorted(folder.glob("[0-9]*.json"))
]
NO_STEP = {"kube", "pause"}
WITHOUT_METRICS = (
    "500: the test bed of the records has no metrics server, which installations of OSCAR have "
    "(README of the records); what it answers then is pkg/handlers/status.go of the release"
)
NOT_REPLAYED = {
    **dict.fromkeys(
        [(version, "006", 2) for version in ("4.1.2", "4.0.0", "3.7.1", "3.6.5")], WITHOUT_METRICS
    ),
    ("4.0.0", "050", 6): "the cluster had ended the deletion of the volume already; 054 shows it",
    ("3.6.5", "073", 75): "the page that was asked for is not in the record",
}
"""By release, case and step, why its answer is not compared."""
WITHOUT_STORE_SECRET = {"4.1.2-228-oidc-job-access"}
"""Records of a server that lacked the Secret `minio`, which installations of OSCAR have."""
WITH_A_POLICY = {"3.7.1-056-mount-existing": "bbb", "3.6.4-056-mount-existing": "bbb"}
"""Records of a store where an administrator's service had named a bucket of that name before:
policies are never taken back, and so the bucket counts as private."""
NOON, EARLIER = "2026-06-01T12:00:00Z", "2026-06-01T11:00:00Z"
MOMENTS = {("231", 8): (NOON, NOON), ("231", 9): (NOON, EARLIER)}
"""By case and step, the moments in its path, which the records mask."""


@pytest.fixture(scope="module")
def provider():
    with running() as served:
        yield served


@pytest.fixture(scope="module")
def emulator(provider):
    """Start an emulator for a release and a profile, and return it when asked again."""
    known = {}
    with ExitStack() as stack:

        def started(version=NEWEST, profile="knative-basic", *, has_store_secret=True):
            wanted = (version, profile, has_store_secret)
            if wanted not in known:
                issuers = (provider.issuer,) if profile == "knative-oidc" else ()
                options = EmulatorOptions(
                    hold_workloads=True,
                    oscar_version=version,
                    oidc_issuers=issuers,
                    oidc_groups=("g1",) if issuers else (),
                    has_store_secret=has_store_secret,
                )
                known[wanted] = stack.enter_context(Emulator(options))
            return known[wanted]

        yield started


@pytest.fixture
def server(emulator):
    return emulator()


def test_each_release_has_its_records():
    assert sorted(FOLDERS) == ["3.6.4", "3.6.5", "3.7.1", "4.0.0", "4.1.2"]


def test_the_page_says_how_many_there_are():
    page = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text().replace("\n", " ")
    assert f"replays {len(RECORDS)} recordings" in page


def test_what_is_not_replayed_is_there():
    steps = {(one.version, one.case): one for one in RECORDS}
    for version, case, number in NOT_REPLAYED:
        assert len(json.loads(steps[version, case].path.read_text())["steps"]) > number


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_recording_is_answered_byte_for_byte(emulator, provider, record):
    told = json.loads(record.path.read_text())
    profile, has_secret = told["profile"], record.name not in WITHOUT_STORE_SECRET
    server = emulator(record.version, profile, has_store_secret=has_secret)
    replay = Replay(server, provider if profile == "knative-oidc" else None)
    server.reset()
    replay.log_in_everybody()
    if record.name in WITH_A_POLICY:
        replay.leave_a_policy(WITH_A_POLICY[record.name])
    unlike = []
    for number, step in enumerate(told["steps"]):
        if step["do"] in NO_STEP:
            continue
        replay.moments = MOMENTS.get((record.case, number), ())
        got = replay.http(step) if step["do"] == "http" else replay.s3(step)
        is_compared = (record.version, record.case, number) not in NOT_REPLAYED
        if is_compared and got != (expected := replay.expected(step)):
            unlike.append((number, got, expected))
    assert unlike == []


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
