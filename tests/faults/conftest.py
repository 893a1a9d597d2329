"""A cluster that fails on purpose, and the command line against it."""

import os

import pytest

from oscar_sync.cli.main import call
from tests.property.world import running_world


@pytest.fixture(scope="module")
def _world():
    with running_world() as world:
        yield world


@pytest.fixture
def world(_world, monkeypatch):
    _world.reset()
    for name in [name for name in os.environ if name.startswith(("OSCAR", "OIDC"))]:
        monkeypatch.delenv(name)
    for name, value in _world.environ.items():
        monkeypatch.setenv(name, value)
    return _world


@pytest.fixture
def run(world, capsys):
    """Calls a command on the world's files; returns the exit code and everything it said."""

    def run(command, *options):
        code = call([command, str(world.folder), "--timeout", "1", *options])
        said = capsys.readouterr()
        text = said.out + said.err
        assert "Traceback" not in text, text
        assert "unexpected" not in text, text
        return int(code), text

    return run


@pytest.fixture
def apply(run):
    return lambda *options: run("apply", "--yes", *options)
