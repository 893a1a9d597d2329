"""The restart after a changed script: no later plan shows it, so it is sent, or told of."""

import re
import shlex

import pytest

from oscar_sync.cli.main import call
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import Stop
from tests.behaviour.execution.carried import answering, carried_out, meanwhile, sent
from tests.emulator.calling import SERVICES
from tests.support.services import service

EXPOSE = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
RESTART = "services/alpha/restart"
REMEDY = r"oscar-sync (service \w+ alpha -c edge)"


@pytest.fixture
def rewritten(world):
    """An exposed service whose script has changed in its manifest."""
    world.write(service(expose=EXPOSE))
    world.apply()
    world.write(service(expose=EXPOSE, script="s2\n"))
    return world


@pytest.fixture
def typed(world, monkeypatch):
    """Types the command that a text names."""
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(world.folder)

    def typed(text):
        found = re.search(REMEDY, text)
        assert found, text
        return call(shlex.split(found[1]))

    return typed


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("reset", "no answer to the restart came"),
        ("reset-after", "no answer to the restart came"),
        ("503", "the restart was answered 503"),
    ],
)
def test_a_restart_that_fails_is_told_with_the_command_that_makes_up_for_it(
    rewritten, typed, kind, words
):
    result = carried_out(rewritten, fault=answering("POST", RESTART, kind))
    assert result.status is Status.FAILED
    assert result.message.startswith(words)
    assert not rewritten.plan().draft.plan.actions
    assert typed(result.message) == 0
    assert sent(rewritten, "POST", RESTART) == 2


def test_an_update_that_cannot_be_read_back_tells_of_its_restart(rewritten, typed):
    reads = []

    def unread(method, path, query):
        if rewritten.oscar.writes and method == "GET":
            reads.append(path)
            return "reset"
        return ""

    result = carried_out(rewritten, fault=unread)
    assert reads
    assert result.status is Status.FAILED
    assert rewritten.live("alpha")["script"] == "s2\n"
    assert typed(result.message) == 0


def test_a_user_who_wants_to_end_after_the_put_gets_the_restart_still(rewritten):
    stop = Stop()
    result = carried_out(rewritten, stop=stop, fault=meanwhile("PUT", "services", stop.set))
    assert result.status is Status.DONE
    assert sent(rewritten, "POST", RESTART) == 1


def test_a_user_who_wants_to_end_before_the_put_gets_neither(rewritten):
    stop = Stop()
    stop.set()
    result = carried_out(rewritten, stop=stop)
    assert (result.status, result.message) == (
        Status.INTERRUPTED,
        "stopped before it was done",
    )
    assert not rewritten.oscar.writes


def test_an_update_that_was_refused_owes_no_restart(rewritten):
    result = carried_out(rewritten, fault=answering("PUT", "services", "403"))
    assert result.status is Status.FAILED
    assert "restart" not in result.message


def test_the_way_out_of_a_stopped_service_is_a_command_that_starts_it(rewritten, typed):
    rewritten.api.post(None, f"{SERVICES}/alpha/stop")
    (held,) = rewritten.plan().draft.plan.blocked
    assert held.code == "stopped"
    assert typed(" ".join(held.ways_out)) == 0
    assert rewritten.plan().draft.plan.actions
