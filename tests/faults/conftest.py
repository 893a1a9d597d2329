"""A cluster that fails on purpose, and the command line against it."""

import os

import pytest

from oscar_sync.cli.main import call
from tests.machine import PATIENCE_S
from tests.property.world import running_world


@pytest.fixture(scope="module")
def _world():
    with running_world() as world:
        yield world


@pytest.fixture
def world(_world, monkeypatch):
    """A world whose reads are asked again as often as ever, and at once: it needs no time."""
    _world.reset()
    monkeypatch.setattr("oscar_sync.wire.retry.FIRST_WAIT_S", 0.001)
    monkeypatch.setattr("oscar_sync.execution.effect.POLL_S", 0.001)
    monkeypatch.setattr("oscar_sync.execution.effect.effect_wait_s", lambda restarts: 0.002)
    monkeypatch.setattr("oscar_sync.execution.create.PAUSE_S", 0.001)
    monkeypatch.setattr("oscar_sync.execution.evidence.BEFORE_BUCKETS_S", 0.001)
    monkeypatch.setattr("oscar_sync.net.pool.PAUSE_S", 0.001)
    for name in [name for name in os.environ if name.startswith(("OSCAR", "OIDC"))]:
        monkeypatch.delenv(name)
    for name, value in _world.environ.items():
        monkeypatch.setenv(name, value)
    return _world


HELD = ("before", "after")
"""Faults by which no answer comes: a run goes on when its time-out is over."""


def patience_s(world):
    """Return how long an answer is waited for: not long where one is held back."""
    is_held = any(fault.kind in HELD for fault in world.emulator._faults.faults)
    return 2.0 if is_held else PATIENCE_S


@pytest.fixture
def calling(world, capsys, monkeypatch):
    """Calls a command line in the world's folder; returns the exit code and everything it said."""
    monkeypatch.chdir(world.folder)

    def calling(args, timeout_s=None):
        code = call([*args, "--timeout", str(timeout_s or patience_s(world))])
        said = capsys.readouterr()
        text = said.out + said.err
        assert "Traceback" not in text, text
        assert "unexpected" not in text, text
        return int(code), text

    return calling


@pytest.fixture
def run(world, calling):
    """Calls a command on the world's files."""
    return lambda command, *options: calling((command, str(world.folder), *options))


@pytest.fixture
def apply(run):
    return lambda *options: run("apply", "--yes", *options)
