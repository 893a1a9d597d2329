"""Shells complete commands, options and formats, and no cluster is asked."""

import json
import os
import pty
import select
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from shutil import which

import pytest
from click.shell_completion import ShellComplete

from oscar_sync.cli.main import COMMANDS, call, cli

SLOW = ("yaml", "pydantic", "requests", "urllib3", "minio")


def _completed(words, *options):
    typed = f"oscar-sync {words}"
    code = "from oscar_sync.cli.main import run; run([])"
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env={
            **os.environ, "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" ")),
            "_OSCAR_SYNC_COMPLETE": "bash_complete",
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("st", ["status", "storage"]),
        ("service re", ["restart"]),
        ("svc l", ["list", "logs"]),
        ("service run --dec", ["--decode-output"]),
        ("service list -o y", ["yaml"]),
        ("service list --color al", ["always"]),
    ],
)
def test_what_was_begun_is_completed(words, found):
    assert _offered(words) == found


def test_a_file_is_completed_as_one():
    assert _completed("service run x -f ru").stdout == "file,ru\n"


def test_names_of_commands_are_completed_without_importing_one():
    done = _completed("s", "-X", "importtime")
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert loaded.isdisjoint(SLOW)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell, capfd):
    assert call(["completion", shell]) == 0
    assert "_OSCAR_SYNC_COMPLETE" in capfd.readouterr().out


FDL = "functions: {oscar: [{edge: {name: plants, cpu: 0.5, image: a/b:1, script: run.sh, "
FDL += "labels: {team: bio}, input: [{storage_provider: minio.default, path: leaves/in}]}}]}"
SETTINGS = (
    "set: garden\nbuckets: {atlas: {}}\nvolumes: {edge/models: {size: 1Gi}}\n"
    "clusters:\n  edge: {endpoint: https://edge.invalid, token: '${TOKEN}'}\n"
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "plants.yaml").write_text(FDL)
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "oscar-sync.yaml").write_text(SETTINGS)
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "production.yaml").write_text("services: {}")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("plan --only ", ["plants"]),
        ("remove pl", ["plants"]),
        ("plan -l te", ["team=bio"]),
        ("service run p", ["plants"]),
        ("status -c ", ["edge"]),
        ("bucket get ", ["atlas", "leaves"]),
        ("storage rm -r l", ["leaves"]),
        ("storage get l", ["leaves"]),
        ("bucket presign l", ["leaves"]),
        ("service logs ", ["rm", "plants"]),
        ("service logs rm p", ["plants"]),
        ("quota g", ["get"]),
        ("volume delete m", ["models"]),
        ("federation get p", ["plants"]),
        ("plan --overlay pr", ["production"]),
        ("plan -o git", ["github", "gitlab"]),
        ("apply --allow rep", ["replace:"]),
        ("apply --allow erase:", ["erase:leaves", "erase:plants/volume"]),
        ("apply --allow attach:p", ["attach:plants=leaves"]),
        ("plan --only nothing", []),
    ],
)
def test_names_are_completed_from_the_files(words, found, files, monkeypatch):
    """No cluster is asked: the one of the settings has no address."""
    monkeypatch.chdir(files)
    assert _offered(words) == found


@pytest.mark.parametrize("name", ["$(id)", "`id`", "a;id", "a b", "a\nb", "a\x1b[31m", "'a", "~a&"])
def test_a_name_that_a_shell_would_run_is_not_completed(name, files, monkeypatch):
    """Files of a stranger name them, and bash puts what is completed on the line as it is."""
    (files / "overlays" / f"{name}.yaml").write_text("services: {}")
    other = SETTINGS.replace("edge: {", "edge: &edge {") + f"  {json.dumps(name)}: *edge\n"
    (files / "oscar-sync.yaml").write_text(other)
    monkeypatch.chdir(files)
    assert _offered("plan --overlay ") == ["production"]
    assert _offered("status -c ") == ["edge"]


@pytest.mark.parametrize("text", ["functions: [", "", "\0"])
def test_files_with_errors_complete_nothing_and_say_nothing(text, files, monkeypatch, capfd):
    (files / "plants.yaml").write_text(text)
    monkeypatch.chdir(files)
    assert _offered("plan --only ") == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not which("bash"), reason="no bash here")
def test_bash_completes_what_follows_a_colon(files):
    assert _bash("apply --allow replace:", files) == ["replace:plants"]


@pytest.mark.skipif(
    not which("fish"), reason="no fish here: sudo scripts/install-system-packages.sh"
)
def test_fish_completes_names_and_shows_whole_descriptions(files):
    script = (
        "oscar-sync completion fish | source\n"
        "complete -C 'oscar-sync apply --allow replace:'\n"
        "complete -C 'oscar-sync stor'\n"
    )
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], cwd=files, env=_environment(files),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "replace:plants",
        f"storage\t{COMMANDS['storage'].help}",
    ]


@pytest.mark.skipif(not which("zsh"), reason="no zsh here: sudo scripts/install-system-packages.sh")
def test_zsh_completes_names_and_commands_on_a_terminal(files):
    with ExitStack() as stack:
        ours, theirs = pty.openpty()
        stack.callback(os.close, ours)
        zsh = subprocess.Popen(
            ["zsh", "-f", "-i"], cwd=files, env=_environment(files) | {"TERM": "dumb"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        stack.callback(zsh.wait)
        stack.callback(zsh.kill)
        os.close(theirs)
        os.write(ours, b"autoload -Uz compinit && compinit -D\n")
        os.write(ours, b'eval "$(oscar-sync completion zsh)" && echo REA""DY\n')
        _shown(ours, "READY")
        os.write(ours, b"oscar-sync apply --allow replace:\t")
        _shown(ours, "replace:plants")
        os.write(ours, b"\x15oscar-sync service resta\t")
        _shown(ours, "service restart")


def _shown(terminal, wanted):
    """Read a terminal until it shows *wanted*."""
    seen = ""
    while wanted not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 1024).decode()


def _environment(home):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HOME": str(home)}


def _offered(words):
    *before, last = words.split(" ")
    shell = ShellComplete(cli, {}, "oscar-sync", "_OSCAR_SYNC_COMPLETE")
    return [item.value for item in shell.get_completions(before, last)]


def _bash(words, folder):
    """Return what bash offers where *words* stand on its line, as its own words see them."""
    script = """
        eval "$(oscar-sync completion bash)"
        line="oscar-sync $1"
        read -r -a COMP_WORDS <<< "$line"
        if [[ $line == *" " ]]; then COMP_WORDS+=(""); fi
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _oscar_sync_completion oscar-sync
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "-c", script, "bash", words],
        cwd=folder,
        env=_environment(folder),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()
