"""Each example's plan.txt is what `oscar-sync plan` prints; `--update-golden` writes it anew."""

import json
from pathlib import Path

import pytest
import requests

from oscar_sync.cli.main import call

EXAMPLES = Path(__file__).parents[2] / "examples" / "manifests"
FLAGS = {"05-two-clusters": ["--overlay", "small"]}
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@pytest.fixture
def environment(oscar_emulator, monkeypatch, tmp_path):
    """Sets the variables that the examples' settings name."""
    monkeypatch.setenv("OSCAR_ENDPOINT", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_EDGE_ENDPOINT", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_SYNC_ENDPOINTS", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", oscar_emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", oscar_emulator.password)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return monkeypatch


@pytest.mark.parametrize("name", FOLDERS)
def test_the_plan_of_an_example_is_the_one_beside_it(
    name, golden, oscar_emulator, environment, capfd
):
    environment.chdir(EXAMPLES / name)
    for definition in sorted((EXAMPLES / name).glob("before/*.json")):
        _post(oscar_emulator, json.loads(definition.read_text(encoding="utf-8")))
    code = call(["plan", "--color", "never", *FLAGS.get(name, [])])
    out, err = capfd.readouterr()
    assert code == 0, err
    golden(EXAMPLES / name / "plan.txt", out)


def _post(emulator, definition):
    answer = requests.post(
        f"{emulator.url}/system/services",
        json=definition,
        auth=(emulator.user, emulator.password),
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
