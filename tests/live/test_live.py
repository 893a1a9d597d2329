"""`make live`, against the emulator: the journey holds, and nothing is left on the cluster."""

import os
from contextlib import contextmanager

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tools.live import main


@contextmanager
def cluster(version="4.1"):
    with Emulator(EmulatorOptions(run_scripts=True, oscar_version=version)) as emulator:
        yield emulator


def environ_of(emulator):
    return {
        "PATH": os.environ["PATH"],
        "OSCAR_SYNC_LIVE_URL": emulator.url,
        "OSCAR_SYNC_LIVE_WAIT_S": "60",
        "OSCAR_USERNAME": emulator.user,
        "OSCAR_PASSWORD": emulator.password,
    }


def is_empty(emulator):
    return not emulator._cluster.services and not emulator._store.buckets()


@pytest.mark.parametrize("version", ["4.1", "3.6.5"])
def test_the_journey_holds_and_leaves_nothing(version, capsys):
    with cluster(version) as emulator:
        code = main(environ_of(emulator))
        assert code == 0, capsys.readouterr().out
        assert is_empty(emulator)


def test_a_journey_that_fails_says_where_and_leaves_nothing(capsys):
    with cluster() as emulator:
        emulator.fault("PUT /system/services#1:403")
        code = main(environ_of(emulator))
        said = capsys.readouterr().out
        assert code == 1, said
        assert "expected was 0" in said
        assert is_empty(emulator), said


def test_without_an_address_nothing_is_asked(capsys):
    assert main({}) == 64
    assert "OSCAR_SYNC_LIVE_URL" in capsys.readouterr().out
