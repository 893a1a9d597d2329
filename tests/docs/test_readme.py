"""The console sessions of README.md are what the program prints."""

import re
import shlex
import shutil
from pathlib import Path

import requests

from oscar_sync.cli.main import call

ROOT = Path(__file__).parents[2]
SESSION = re.compile(r"```console\n\$ oscar-sync ([^\n]*)\n(.*?)```", re.DOTALL)


def test_the_worked_example_prints_what_stands_there(tmp_path, oscar_emulator, monkeypatch, capfd):
    folder = tmp_path / "pictures"
    shutil.copytree(ROOT / "examples" / "manifests" / "02-event-driven", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OSCAR_ENDPOINT", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", oscar_emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", oscar_emulator.password)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    sessions = SESSION.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(sessions) == 3
    for words, expected in sessions:
        if words == "drift":
            _change_by_hand(oscar_emulator)
        call(shlex.split(words))
        assert capfd.readouterr().out == expected


def _change_by_hand(emulator):
    auth = emulator.user, emulator.password
    service = requests.get(
        f"{emulator.url}/system/services/thumbnails", auth=auth, timeout=10
    ).json()
    answer = requests.put(
        f"{emulator.url}/system/services", json={**service, "memory": "4Gi"}, auth=auth, timeout=10
    )
    assert answer.status_code == 204


def test_the_file_that_readme_shows_is_that_of_the_example():
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    file = ROOT / "examples" / "manifests" / "02-event-driven" / "thumbnails.yaml"
    assert f"# thumbnails.yaml\n{file.read_text(encoding='utf-8')}```" in shown
