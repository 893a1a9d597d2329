"""What goes where: formats, files, stdout and stderr, colour, width, and the options' variables."""

import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
from contextlib import suppress

import pytest
import yaml
from jsonschema import Draft202012Validator

from oscar_sync.cli.applying import question
from oscar_sync.cli.main import COMMANDS, call
from oscar_sync.model.action import ActionKind
from oscar_sync.model.step import Do, Step
from tests.unit.render.subjects import action, plan


def test_stdout_is_the_plan_and_stderr_the_rest(project):
    code, out, err = project.run("apply", "-y")
    assert code == 0
    assert out.startswith("oscar-sync apply   set tests (oscar-sync.yaml)   1 file -> 1 service")
    assert "create hello" in err
    assert "create hello" not in out


def test_quiet_says_nothing_on_stderr(project):
    assert project.run("apply", "-y", "-q")[2] == ""


@pytest.mark.parametrize(
    ("flag", "warned", "summed", "skipped"), [("", 1, 1, 0), ("-v", 4, 0, 1), ("-q", 0, 0, 0)]
)
def test_many_alike_warnings_are_one_line_but_with_v_and_none_with_q(
    project, flag, warned, summed, skipped
):
    (project.folder / "notes.yaml").write_text("kind: Pod\n")
    for name in ("aaa", "bbb", "ccc", "ddd"):
        project.write(name)
        path = project.folder / f"{name}.yaml"
        path.write_text(path.read_text().replace(":1.0", ":latest"))
    for command in ("validate", "plan"):
        err = project.run(command, *filter(None, [flag]))[2]
        assert (err.count("warning OSY182"), err.count("OSY112")) == (warned, skipped)
        words = "3 more OSY182: bbb.yaml:5, ccc.yaml:5, ddd.yaml:5; -v shows all"
        assert err.count(words) == summed


@pytest.mark.parametrize(("flags", "summed", "alone"), [(["-q"], 1, 0), (["-q", "-v"], 0, 6)])
def test_one_line_sums_up_how_many_new_services_are_used_but_with_v(project, flags, summed, alone):
    for number in range(5):
        project.write(f"more{number}")
    out = project.run("apply", "-y", *flags)[1]
    assert out.count("6 new services start on uploads: `oscar-sync status` shows each\n") == summed
    assert out.count(" starts on uploads to ") == alone


@pytest.mark.parametrize("columns", [80, 200])
def test_text_fits_the_terminal_and_breaks_no_command(project, columns):
    project.write("a-service-with-quite-a-long-name")
    path = project.folder / "hello.yaml"
    path.write_text(path.read_text().replace(":1.0", ""))
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, "-m", "oscar_sync", "plan", "--color", "never"]
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    subprocess.run(command, stdout=theirs, stderr=theirs, check=True, env=environ)
    os.close(theirs)
    shown = b""
    with suppress(OSError), os.fdopen(mine, "rb", buffering=0) as stream:
        while piece := stream.read(1 << 16):
            shown += piece
    lines = shown.decode().splitlines()
    assert any(line.startswith("oscar-sync plan") for line in lines)
    assert max(map(len, lines)) <= columns
    assert ("    under the same tag is not seen" in lines) is (columns == 80)


def test_what_rules_turn_off_is_counted_with_v(project):
    path = project.folder / "hello.yaml"
    path.write_text(path.read_text().replace(":1.0", ":latest"))
    project.settings("rules: {OSY182: off}\n")
    assert project.run("validate")[1:] == ("Valid: 1 file, 1 service.\n", "")
    assert "note OSY217: rules turn off OSY182 (1)" in project.run("validate", "-v")[2]


def test_one_run_gives_text_json_and_markdown(project):
    code, out, _ = project.run("plan", "-o", "json=plan.json", "-o", "markdown=plan.md")
    assert code == 0
    assert "1 to create" in out
    document = json.loads((project.folder / "plan.json").read_text())
    assert document["actions"][0]["id"] == "create:edge/hello"
    assert document["digest"] in (project.folder / "plan.md").read_text()


def test_a_document_on_stdout_is_nothing_but_the_document(project):
    document = json.loads(project.run("plan", "-o", "json")[1])
    assert set(document) >= {
        "format_version", "set", "source", "clusters", "actions", "drift", "blocked",
        "not_planned", "diagnostics", "summary", "digest",
    }  # fmt: skip


def test_the_plan_document_fits_its_schema(project):
    schema = json.loads(project.run("schema", "plan")[1])
    document = json.loads(project.run("plan", "-o", "json")[1])
    Draft202012Validator(schema).validate(document)


def test_a_report_tells_the_exit_code_of_the_process(project):
    project.emulator.fault("POST /system/services#1:403")
    code, out, _ = project.run("apply", "-y", "-q", "-o", "json")
    document = json.loads(out)
    assert document["exit_code"] == code == 4
    assert document["results"][0]["status"] == "failed"


def test_events_are_lines_of_json_and_end_with_the_summary(project):
    code, out, _ = project.run("apply", "-y", "-q", "-o", "events")
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0]["event"] == "plan"
    assert lines[-1] == {
        "event": "run_summary", "exit_code": code, "done": 1, "failed": 0, "blocked": 0,
        "digest": lines[-1]["digest"],
    }  # fmt: skip


@pytest.mark.parametrize("text", ["functions: [", None])
def test_events_end_with_the_summary_whatever_happened(project, text):
    path = project.folder / "hello.yaml"
    path.unlink()
    if text:
        path.write_text(text)
    code, out, _ = project.run("apply", "-y", "-o", "events")
    assert code == 3
    assert json.loads(out.splitlines()[-1])["exit_code"] == 3


def test_wrong_files_are_a_document_too(project):
    (project.folder / "hello.yaml").write_text("functions: {oscar: [{any: {name: x}}]}")
    found = json.loads(project.run("plan", "-o", "json")[1])["diagnostics"]
    assert {item["severity"] for item in found} == {"error"}
    assert all(item["code"].startswith("OSY") and item["remedy"] for item in found)
    annotations = project.run("validate", "-o", "github")[1]
    assert annotations.startswith("::error file=hello.yaml,line=1,col=")


def test_an_output_that_cannot_be_written_is_said(project):
    code, _, err = project.run("plan", "-o", "json=no/such/folder/plan.json")
    assert code == 64
    assert "cannot be written" in err


def test_colour_repeats_what_words_say(project, monkeypatch):
    plain = project.run("plan")[1]
    assert "\x1b" not in plain
    painted = project.run("plan", "--color", "always")[1]
    assert "\x1b[32m+\x1b[0m" in painted
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in project.run("plan")[1]
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in project.run("plan")[1]


def test_an_option_has_a_variable_but_for_consent(project, monkeypatch):
    monkeypatch.setenv("OSCAR_SYNC_OUTPUT", "json")
    assert json.loads(project.run("plan")[1])["set"] == "tests"
    monkeypatch.delenv("OSCAR_SYNC_OUTPUT")
    monkeypatch.setenv("OSCAR_SYNC_YES", "1")
    assert project.run("apply")[0] == 10


def test_a_narrowed_run_says_so_and_removes_nothing(project):
    project.run("apply", "-y")
    (project.folder / "hello.yaml").unlink()
    project.write("other")
    project.settings("prune: true\n")
    code, out, _ = project.run("plan", "--only", "other")
    assert code == 0
    assert "nothing is pruned" in out
    assert "remove" not in out.split("narrowed")[1].split("\n", 1)[1]
    assert "1 to remove" in project.run("plan")[1]
    assert "1 to remove" in project.run("plan", "--only", "edge/")[1]


def test_removal_keeps_the_bucket_and_its_objects(project):
    project.run("apply", "-y")
    code, out, _ = project.run("remove", "hello", "-y")
    assert code == 0
    assert "keeps  bucket hello" in out
    assert "hello.yaml:3 still names it" in out
    assert [call for call in project.writes() if call[0] == "DELETE"] == [
        ("DELETE", "/system/services/hello")
    ]


def test_a_reviewed_plan_is_the_only_one_that_is_carried_out(project):
    project.run("plan", "-o", "json=plan.json")
    document = json.loads((project.folder / "plan.json").read_text())
    project.write("other")
    code, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert code == 5
    assert "+ edge/other create: new in the plan" in err
    (project.folder / "other.yaml").unlink()
    assert project.run("apply", "-y", "--expect", document["digest"][:8])[0] == 0


@pytest.mark.parametrize("version", ["1.0", "3.0"])
def test_a_plan_document_of_another_version_is_refused(project, version):
    text = json.dumps({"format_version": version, "digest": "ab"})
    (project.folder / "plan.json").write_text(text)
    code, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert code == 64
    assert f"format_version {version}" in err
    assert "plan and review again" in err


def test_dry_run_is_a_plan(project):
    code, out, _ = project.run("apply", "--dry-run")
    assert code == 0
    assert "1 to create" in out
    assert project.writes() == []


def test_the_question_counts_objects_that_a_seed_deletes():
    steps = (Step(Do.DELETE_OBJECT, "red/gone"), Step(Do.DELETE_OBJECT, "red/too"))
    asked = question(plan(action("seeded", ActionKind.SEED, steps=steps)))
    assert asked.startswith("Apply 1 change to edge-1 and delete 2 extra objects? ")


@pytest.mark.parametrize(
    ("answer", "count", "output"), [("yes", 1, []), ("y", 0, ["-o", "json"]), ("", 0, [])]
)
def test_only_yes_is_accepted_on_a_terminal(project, answer, count, output):
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "oscar_sync", "apply", *output],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.write(mine, f"{answer}\n".encode())
        _, err = process.communicate(timeout=60)
    os.close(mine)
    os.close(theirs)
    assert 'Apply 1 change to edge? Only "yes" is accepted:' in err
    assert ("Plan: 1 to create" in err) is bool(output)  # it is asked about, and not on stdout
    assert process.returncode == 0
    assert len(project.live()) == count


def test_names_cannot_steer_the_terminal(project):
    text = (project.folder / "hello.yaml").read_text()
    (project.folder / "hello.yaml").write_text(
        text + '      environment: {variables: {X: "a\\e[31mred"}}\n'
    )
    project.run("apply", "-y")
    (project.folder / "hello.yaml").write_text(text)
    assert "\x1b" not in project.run("plan")[1]
    assert "\\x1b[31mred" in project.run("plan")[1]


NAMES = [name for first, row in COMMANDS.items() for name in (first, *row.aliases)]


def test_help_names_every_command(project):
    out = project.run("--help")[1]
    assert all(name in out for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_command_explains_itself(project, name):
    code, out, _ = project.run(name, "--help")
    assert code == 0
    assert "Usage: oscar-sync" in out
    assert len(out.splitlines()) >= 5


def test_the_module_is_the_script(project):
    for args in (["--version"], ["version"]):
        done = subprocess.run(
            [sys.executable, "-m", "oscar_sync", *args], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("oscar-sync ")


DOCUMENTS = ("json", "yaml", "markdown", "html", "junit", "sarif", "github", "gitlab")


def wanted(*names):
    return [word for name in names for word in ("-o", f"{name}=out.{name}")]


@pytest.mark.parametrize("command", [("plan",), ("drift",), ("apply", "-y")])
def test_one_run_gives_every_document(project, command):
    project.run(*command, *wanted(*DOCUMENTS))
    for name in DOCUMENTS:
        assert "hello" in (project.folder / f"out.{name}").read_text(), name


def test_yaml_is_the_same_document_and_a_table_is_the_text(project):
    code, out, _ = project.run("plan", "-o", "yaml")
    assert code == 0
    assert yaml.safe_load(out) == json.loads(project.run("plan", "-o", "json")[1])
    assert project.run("plan", "-o", "table")[1] == project.run("plan")[1]
    assert project.run("bucket", "list", "-o", "text")[1] == project.run("bucket", "list")[1]


def test_a_plan_that_was_written_into_the_folder_is_not_a_manifest(project):
    assert project.run("plan", "-o", "yaml=plan.yaml")[0] == 0
    project.settings("prune: true\n")
    code, out, err = project.run("plan", "-v")
    assert (code, "plan.yaml: note OSY112: skipped" in err) == (0, True)
    assert "source-incomplete" not in out


def test_wrong_files_are_told_in_every_document(project):
    (project.folder / "hello.yaml").write_text("functions: {oscar: [{any: {name: x}}]}")
    for command in ("plan", "validate"):
        assert project.run(command, *wanted(*DOCUMENTS))[0] == 3
        for name in DOCUMENTS:
            path = project.folder / f"out.{name}"
            assert "OSY" in path.read_text(), name
            path.unlink()


def test_a_step_of_github_gets_its_summary(project, monkeypatch):
    summary = project.folder / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    project.run("plan", "-o", "json=plan.json")
    assert summary.read_text() == "before\n"
    out = project.run("plan", "-o", "github")[1]
    assert out.startswith("::notice file=hello.yaml,line=")
    assert summary.read_text().startswith("before\n### oscar-sync plan\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.folder))
    code, _, err = project.run("plan", "-o", "github")
    assert code == 0
    assert "cannot be written" in err


def test_what_is_not_confirmed_is_annotated(project):
    code, out, _ = project.run("apply", "-o", "github")
    assert code == 10
    assert "edge/hello: create" in out


@pytest.mark.parametrize("command", [("apply",), ("remove", "hello"), ("seed",)])
def test_what_is_not_confirmed_is_the_document_that_is_asked_for(project, command):
    (project.folder / "seeds").mkdir()
    (project.folder / "seeds" / "one.txt").write_text("1")
    seeds = '[{from: seeds, to: "minio.default:hello/models"}]'
    if command != ("apply",):
        project.run("apply", "-y")
    project.settings(f"services: {{hello: {{seeds: {seeds}}}}}\n")
    for name, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        code, out, err = project.run(*command, "-o", name, "-o", "markdown=plan.md")
        assert code == 10
        assert {one["service"] for one in read(out)["actions"]} == {"hello"}
        assert "nothing was sent" in err
        assert "hello" in (project.folder / "plan.md").read_text()


def test_a_file_in_place_of_a_format_is_shown_behind_it(project):
    code, _, err = project.run("plan", "-o", "plan.html")
    assert code == 64
    assert "write html=plan.html" in err


def test_an_emulator_names_the_port_that_another_program_has(capfd):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert call(["emulator", "--port", "0", "--s3-port", str(port)]) == 64
    assert f"127.0.0.1:{port}: Address already in use; choose another" in capfd.readouterr().err
