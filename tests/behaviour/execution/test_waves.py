"""Waves: clusters are written to group by group, each only once the one before is whole."""

import json

import pytest

from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.report import Status
from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile import once
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.once import ApplyOptions, Stop
from oscar_sync.reconcile.plan_difference import plan_differences
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_text
from tests.emulator.calling import SERVICES
from tests.machine import PATIENCE_S
from tests.support.fleet import CLUSTERS, PASSWORD, running_fleet
from tests.support.services import service


@pytest.fixture(scope="module")
def _fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture
def fleet(_fleet, monkeypatch):
    monkeypatch.setattr(once, "WAVE_WAIT_S", 0.2)
    _fleet.reset()
    everywhere(_fleet)
    return _fleet


def everywhere(fleet, *names, **fields):
    """Write a service to each cluster."""
    wanted = [service(name, **fields) for name in names or ("alpha",)]
    fleet.write(dict.fromkeys(CLUSTERS, wanted))


def told(report):
    return {str(one.action.key): (one.status, one.message) for one in report.results}


def check_in_turn(fleet, *waves):
    """No write of a wave began before the last of the waves before it had ended."""
    done = 0.0
    for wave in waves:
        writes = [one for name in wave for one in fleet.writes(name)]
        assert writes
        assert min(one.started_s for one in writes) > done
        done = max(done, *(one.ended_s for one in writes))


def test_the_plan_tells_the_waves_and_their_seconds_add_up(fleet):
    plan = fleet.plan()
    assert plan.waves == (("lab",), ("east", "west"))
    one = plan.seconds_of(("lab",))
    assert one > 0
    assert plan.seconds == one + plan.seconds_of(("east", "west"))
    assert plan.seconds_of(("east", "west")) == one


def test_each_wave_is_whole_before_the_next_one_begins(fleet):
    _, report = fleet.apply()
    assert {status for status, _ in told(report).values()} == {Status.DONE}
    check_in_turn(fleet, ["lab"], ["east", "west"])


def test_a_plan_with_nothing_to_apply_shows_no_waves(fleet):
    fleet.apply()
    found, _ = fleet.passed()
    assert "WAVES" not in plan_text(found.draft.plan)
    for name in ("markdown", "html"):
        assert "wave" not in FORMATS[name].write(subject_of(found, "plan")).lower(), name


def test_three_waves_go_one_after_the_other(fleet):
    fleet.settings["waves"] = [["west"], ["lab"]]  # who is named nowhere goes last
    everywhere(fleet)
    fleet.apply()
    check_in_turn(fleet, ["west"], ["lab"], ["east"])


def test_a_service_that_is_not_ready_stops_the_roll_out_with_4(fleet):
    fleet.hold("lab")
    _, report = fleet.apply()
    found = told(report)
    assert found["lab/alpha"][0] is Status.DONE
    for name in ("east", "west"):
        status, words = found[f"{name}/alpha"]
        assert status is Status.SKIPPED
        assert words == "wave 1 (lab) is not finished: lab/alpha is pending; apply again"
        assert not fleet.writes(name)
    assert apply_exit(report) is Exit.PARTIAL


def test_the_next_run_looks_at_the_earlier_wave_again_and_goes_on(fleet):
    fleet.hold("lab")
    fleet.apply()
    _, report = fleet.apply()
    assert {status for status, _ in told(report).values()} == {Status.SKIPPED}
    fleet.hold("lab", is_held=False)
    _, report = fleet.apply()
    assert {status for status, _ in told(report).values()} == {Status.DONE}
    assert not fleet.writes("lab")
    assert not fleet.plan().actions


def test_a_service_that_does_not_become_ready_in_its_own_time_stops_it_too(fleet):
    fleet.hold("lab")
    _, report = fleet.apply(ApplyOptions(wait_s=0.05))
    assert told(report)["lab/alpha"][0] is Status.NOT_VERIFIED
    assert "lab/alpha: not verified" in told(report)["west/alpha"][1]
    assert apply_exit(report) is Exit.PARTIAL


def test_a_service_that_becomes_ready_meanwhile_is_waited_for(fleet, monkeypatch):
    fleet.hold("lab")
    looks = []

    def fault(method, path, query):
        if path.endswith("/deployment"):
            looks.append(path)
            fleet.hold("lab", is_held=len(looks) < 3)
        return ""

    fleet.proxies["lab"].fault = fault
    monkeypatch.setattr(once, "WAVE_WAIT_S", PATIENCE_S)
    _, report = fleet.apply()
    assert {status for status, _ in told(report).values()} == {Status.DONE}
    assert len(looks) == 3


def test_a_state_that_cannot_be_asked_for_holds_the_later_waves(fleet):
    def fault(method, path, query):
        return "503" if path.endswith("/deployment") else ""

    fleet.proxies["lab"].fault = fault
    _, report = fleet.apply()
    assert "lab/alpha is unknown (" in told(report)["west/alpha"][1]


def test_every_format_tells_the_waves(fleet):
    fleet.write({"east": [service()]})
    found, report = fleet.passed()
    lines = ["1: lab: nothing", "2: east, west: 1 action, 6 s"]
    assert all(f"   {line}" in plan_text(found.draft.plan) for line in lines)
    for name in ("markdown", "html"):
        text = FORMATS[name].write(subject_of(found, "apply", report))
        assert all(line in text for line in lines), name
    document = PlanDocument.of(found.draft.plan)
    assert [one["clusters"] for one in document.data["waves"]] == [["lab"], ["east", "west"]]
    assert [one["actions"] for one in document.data["waves"]] == [0, 1]
    assert PlanDocument.model_validate_json(json.dumps(document.data)) == document


def test_a_roll_out_shows_no_secret_in_any_format_whatever_a_cluster_quotes(fleet):
    """L8: a wave that failed and the ones that wait for it."""
    planted = "planted-Zq7-4711"

    def quoting(path, answer):
        is_list = path != SERVICES or answer.startswith(b"[")
        return answer if is_list else answer + f"cannot store {planted} {PASSWORD}".encode()

    everywhere(fleet, environment={"secrets": {"TOKEN": planted}})
    fleet.proxies["lab"].rewrite = quoting
    fleet.emulators["lab"].fault("POST /system/services:500-before")
    found, report = fleet.passed()
    assert {one.status for one in report.results} == {Status.FAILED, Status.SKIPPED}
    subject = subject_of(found, "apply", report)
    sinks = [row.write(subject) for row in FORMATS.values()]
    whole = "\n".join([*sinks, report_text(report), plan_text(found.draft.plan), repr(report)])
    assert "cannot store" in whole
    for secret in (planted, PASSWORD, "k" * 32):
        assert secret not in whole


def test_a_reviewed_plan_with_other_waves_is_told_of_in_words(fleet):
    before = PlanDocument.of(fleet.plan())
    fleet.settings["waves"] = [["east"], ["lab", "west"]]
    everywhere(fleet)
    (one, two) = plan_differences(before, PlanDocument.of(fleet.plan()))
    assert one == "~ waves: wave 1: was lab, is east"
    assert two == "~ waves: wave 2: was east, west, is lab, west"


def test_no_wait_asks_for_no_state(fleet):
    fleet.hold("lab")
    _, report = fleet.apply(ApplyOptions(is_waiting=False))
    assert {status for status, _ in told(report).values()} == {Status.DONE}
    assert not [one for one in fleet.proxies["lab"].seen if one.path.endswith("/deployment")]


def test_a_failed_write_stops_the_roll_out(fleet):
    fleet.proxies["lab"].fault = lambda method, path, query: "403" if method == "POST" else ""
    _, report = fleet.apply()
    assert told(report)["east/alpha"][0] is Status.SKIPPED
    assert "lab/alpha: failed" in told(report)["east/alpha"][1]
    assert not fleet.writes("east")


def test_a_cluster_that_was_not_read_holds_the_later_waves(fleet):
    fleet.proxies["lab"].fault = lambda *_: "403"
    plan, report = fleet.apply()
    assert plan.waves == (("lab",), ("east", "west"))
    assert {status for status, _ in told(report).values()} == {Status.SKIPPED}
    assert "lab was not read" in told(report)["west/alpha"][1]


def test_a_blocked_step_of_an_earlier_wave_holds_the_later_ones(fleet):
    stamp = {"oscar-sync.io/owner": "other/lab.example.org/alpha"}
    fleet.api("lab").post(service(memory="2Gi", annotations=stamp))
    _, report = fleet.apply()
    assert "lab/alpha is blocked" in told(report)["west/alpha"][1]


def test_a_blocked_step_of_a_later_wave_does_not_hold_the_earlier_one(fleet):
    stamp = {"oscar-sync.io/owner": "other/west.example.org/alpha"}
    fleet.api("west").post(service(memory="2Gi", annotations=stamp))
    _, report = fleet.apply()
    assert {name for name, (status, _) in told(report).items() if status is Status.DONE} == {
        "lab/alpha", "east/alpha",
    }  # fmt: skip
    assert apply_exit(report) is Exit.BLOCKED


def test_ctrl_c_between_waves_leaves_the_later_ones(fleet):
    stop = Stop()

    def landed(method, status):
        if method == "POST":
            stop.set()

    fleet.proxies["lab"].landed = landed
    _, report = fleet.apply(ApplyOptions(stop=stop))
    assert told(report)["lab/alpha"][0] is Status.DONE
    assert {told(report)[f"{name}/alpha"][0] for name in ("east", "west")} == {Status.INTERRUPTED}
    assert not fleet.writes("east")
    assert report.is_interrupted


def test_a_run_of_single_clusters_ignores_waves(fleet):
    plan = fleet.plan(only=("east/", "west/"))
    assert plan.waves == ()
    assert len(plan.actions) == 2


def test_the_waves_are_part_of_the_digest(fleet):
    first = fleet.plan()
    fleet.settings["waves"] = [["east"], ["lab", "west"]]
    everywhere(fleet)
    assert fleet.plan().digest != first.digest


def test_a_plan_without_waves_and_one_with_them_send_the_same_requests(fleet):
    def seen():
        fleet.plan()
        return {name: len(proxy.seen) for name, proxy in fleet.proxies.items()}

    with_waves = seen()
    fleet.settings["waves"] = []
    everywhere(fleet)
    assert seen() == with_waves


def test_nothing_more_is_asked_where_no_later_wave_has_work(fleet):
    fleet.write({"lab": [service()]})
    fleet.apply()
    assert not [one for one in fleet.proxies["lab"].seen if one.path.endswith("/deployment")]
    assert fleet.api("lab").get(f"{SERVICES}/alpha").status == 200
