"""Waiting for a service: how long, and what is said when it does not come up."""

from types import SimpleNamespace

import pytest

from oscar_sync.errors import UnreachableError
from oscar_sync.execution.run import NotVerifiedError
from oscar_sync.execution.wait import wait_until_ready
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DeploymentState
from oscar_sync.semantics.capabilities import NEWEST


class Runtime:
    """A service whose state changes with each look; the clock goes on with each pause."""

    def __init__(self, *states, lines=()):
        self.states = list(states)
        self.lines = lines
        self.time = 0.0

    def deployment(self, name):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state

    def deployment_logs(self, name):
        if isinstance(self.lines, Exception):
            raise self.lines
        return tuple(self.lines)

    def run(self, wait_s, is_stopping=False, release=NEWEST):
        secrets = {"KEY": Secret("planted-secret"), "BLANK": Secret("")}
        return SimpleNamespace(
            name="a",
            log=[],
            warnings=[],
            material=SimpleNamespace(wait_s=wait_s, secrets=secrets, form=None, release=release),
            sender=SimpleNamespace(ports=SimpleNamespace(api=self)),
            parts=SimpleNamespace(
                now=lambda: self.time, sleep=self.pause, is_stopping=lambda: is_stopping
            ),
        )

    def pause(self, seconds):
        self.time += seconds
        assert self.time < 1000, "it waits for ever"


PENDING = DeploymentState("pending", "no node has room")
READY = DeploymentState("ready", "")
LOST = UnreachableError("edge", "https://edge", "the connection was refused")


def test_nobody_waits_unless_asked_to():
    wait_until_ready(Runtime(PENDING).run(None))


def test_a_service_may_take_its_time():
    runtime = Runtime(PENDING, LOST, DeploymentState("failed", "it crashed"), READY)
    wait_until_ready(runtime.run(10))
    assert runtime.time == 3


def test_what_did_not_come_up_is_told_with_reason_and_last_lines():
    lines = [*(f"line {number}" for number in range(9)), "", "key=planted-secret " + "x" * 900]
    run = Runtime(DeploymentState("failed", "planted-secret is wrong"), lines=lines).run(2)
    with pytest.raises(NotVerifiedError, match=r"it is failed after 2 s: \(sensitive\) is wrong"):
        wait_until_ready(run)
    assert run.log[:4] == ["line 5", "line 6", "line 7", "line 8"]
    assert run.log[4].startswith("key=(sensitive) xxx")
    assert len(run.log[4]) == 200


def test_the_wait_ends_when_its_time_is_over():
    runtime = Runtime(PENDING)
    with pytest.raises(NotVerifiedError, match="it is pending after 2 s"):
        wait_until_ready(runtime.run(2))
    assert runtime.time == 2


def test_a_cluster_that_does_not_answer_is_told_as_well():
    run = Runtime(LOST, lines=LOST).run(1)
    with pytest.raises(
        NotVerifiedError, match=r"it is unknown after 1 s: .*connection was refused"
    ):
        wait_until_ready(run)
    assert run.log == []


def test_who_wants_to_end_does_not_wait_on():
    with pytest.raises(NotVerifiedError):
        wait_until_ready(Runtime(PENDING).run(60, is_stopping=True))


def test_nobody_waits_for_what_the_release_does_not_tell():
    runtime = Runtime(PENDING)
    run = runtime.run(60, release=(3, 7, 1))
    wait_until_ready(run)
    assert runtime.time == 0.0
    assert "does not report the state of a service" in run.warnings[0]
