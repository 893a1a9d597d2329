"""What each command does for its user, beside plan and apply."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
import requests

SECRET = "correct-horse-battery"


@pytest.fixture
def bare(project, monkeypatch):
    """A folder without settings; the cluster comes from the environment."""
    (project.folder / "oscar-sync.yaml").unlink()
    monkeypatch.setenv("OSCAR_ENDPOINT", project.emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", project.emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", project.emulator.password)
    return project


def _objects(project, bucket):
    url = f"{project.emulator.url}/system/buckets/{bucket}"
    found = requests.get(url, auth=project.auth, timeout=60).json()["objects"]
    return {item["object_name"] for item in found}


def test_init_writes_what_can_be_planned_and_never_over_a_file(bare):
    (bare.folder / "hello.yaml").unlink()
    code, out, _ = bare.run("init")
    assert code == 0
    assert "wrote oscar-sync.yaml" in out
    before = (bare.folder / "oscar-sync.yaml").read_text()
    assert re.search(r"^set: project-[0-9a-f]{4}$", before, re.MULTILINE)
    assert bare.run("apply", "-y")[0] == 0
    code, _, err = bare.run("init")
    assert code == 64
    assert "exists" in err
    assert (bare.folder / "oscar-sync.yaml").read_text() == before


def test_init_leaves_a_file_that_is_in_the_place_of_its_example(bare):
    (bare.folder / "hello.yaml").unlink()
    (bare.folder / "hello.sh").write_text("mine")
    code, _, err = bare.run("init")
    assert code == 0
    assert "hello.sh exists and is left as it is" in err
    assert (bare.folder / "hello.sh").read_text() == "mine"


def test_init_beside_manifests_writes_no_example(bare):
    (bare.folder / "hello.yaml").rename(bare.folder / "mine.yml")
    code, out, _ = bare.run("init")
    assert code == 0
    assert "wrote oscar-sync.yaml" in out
    assert not (bare.folder / "hello.yaml").exists()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("a-file", "a-file is not a folder; choose another directory"),
        ("a-file/sub", "a-file/sub cannot be made: Not a directory"),
        ("other", "other/oscar-sync.yml exists; rename it to oscar-sync.yaml"),
        ("https://h.org", "is an address, not a folder; name the cluster: -c https://h.org"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--from-cluster"]])
def test_init_says_why_it_cannot_write_there(bare, place, said, more):
    (bare.folder / "a-file").write_text("")
    (bare.folder / "other").mkdir()
    (bare.folder / "other" / "oscar-sync.yml").write_text("set: mine\n")
    code, _, err = bare.run("init", place, *more)
    assert (code, said in err) == (64, True), err
    assert "unexpected" not in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("oscar: {edge: {endpoint: https://h}}\ndefault: edge\n", "oscar-cli's configuration"),
        ("functions: {oscar: []}\n", "a manifest (FDL)"),
    ],
)
def test_a_settings_file_that_is_another_kind_of_file_is_called_so(bare, text, said):
    (bare.folder / "oscar-sync.yaml").write_text(text)
    code, _, err = bare.run("plan")
    assert code == 3
    assert said in err
    assert "rename the file" in err


def test_init_names_the_file_that_it_cannot_write(bare):
    longest = os.pathconf(bare.folder, "PC_PATH_MAX") - 1
    folder = str(bare.folder)
    while len(folder) < longest - 210:
        folder += f"/{'d' * 200}"
    folder += f"/{'d' * (longest - len(folder) - 5)}"  # a folder may have this name, no file in it
    code, _, err = bare.run("init", folder)
    assert (code, "cannot be written: File name too long" in " ".join(err.split())) == (64, True)


def test_init_from_a_cluster_takes_one(bare, monkeypatch):
    monkeypatch.delenv("OSCAR_ENDPOINT")
    (bare.folder / "hello.yaml").unlink()
    two = ("-c", "a=https://a.example", "-c", "b=https://b.example")
    code, _, err = bare.run("init", "mine", "--from-cluster", *two)
    assert (code, "takes one cluster" in err) == (64, True), err
    assert not (bare.folder / "mine").exists()


def test_init_from_a_cluster_leaves_nothing_to_do(project, bare, tmp_path):
    bare.run("apply", "-y")
    assert bare.run("init", tmp_path / "mine", "--from-cluster")[0] == 0
    code, out, _ = bare.run("plan", tmp_path / "mine", "--detailed-exitcode")
    assert "Nothing to do: 1 service" in out
    assert code == 0


def test_init_from_a_cluster_without_services_of_mine_writes_an_example_to_plan(bare, tmp_path):
    assert bare.run("init", tmp_path / "mine", "--from-cluster")[0] == 0
    code, out, err = bare.run("plan", tmp_path / "mine")
    assert code == 0, out + err
    assert "1 to create" in out


def test_the_environment_is_enough_to_plan_one_file(bare):
    code, out, err = bare.run("plan", "hello.yaml")
    assert code == 0
    assert "no set" in out
    assert "the only cluster known" in err


def test_a_cluster_is_named_by_address_or_by_the_flags_variable(bare, monkeypatch):
    monkeypatch.delenv("OSCAR_ENDPOINT")
    assert bare.run("plan", "hello.yaml")[0] == 3
    assert bare.run("plan", "hello.yaml", "--cluster", bare.emulator.url)[0] == 0
    monkeypatch.setenv("OSCAR_SYNC_CLUSTER", bare.emulator.url)
    assert bare.run("plan", "hello.yaml")[0] == 0


def test_settings_tells_where_each_value_comes_from_and_masks_secrets(project):
    code, out, _ = project.run("settings")
    assert code == 0
    assert project.emulator.password not in out
    rows = [re.split(r" {2,}", line) for line in out.splitlines()]
    assert {len(row) for row in rows} == {3}
    assert ["clusters.edge.auth_password", "(sensitive)", "oscar-sync.yaml:6"] in rows
    found = json.loads(project.run("settings", "-o", "json")[1])
    assert {"name": "max_removals", "value": "3", "source": "default"} in found


def test_a_stamp_is_taken_off_and_put_on(project):
    project.run("apply", "-y")
    code, out, _ = project.run("adopt", "hello", "-y")
    assert code == 0
    assert "Nothing to do: the service is managed by this set." in out
    assert "1 to forget" in project.run("forget", "hello", "-y")[1]
    assert "oscar-sync.io/owner" not in str(project.live()["hello"]["annotations"])
    assert "1 to adopt" in project.run("adopt", "hello", "-y")[1]
    owner = project.live()["hello"]["annotations"]["oscar-sync.io/owner"]
    assert owner.startswith("tests/")
    assert project.run("adopt", "nobody", "-y")[0] == 64


def test_remove_all_takes_down_what_carries_the_stamp(project):
    project.run("apply", "-y")
    theirs = {"name": "theirs", "image": "ghcr.io/x/y:1.0", "script": "#!/bin/sh\n"}
    url = f"{project.emulator.url}/system/services"
    assert requests.post(url, json=theirs, auth=project.auth, timeout=60).status_code == 201
    assert project.run("remove", "--all", "-y")[0] == 0
    assert set(project.live()) == {"theirs"}
    code, _, err = project.run("remove", "hello", "-y")
    assert code == 64
    assert f"there is no service hello on edge ({project.emulator.url})" in err
    assert "oscar-sync service list -c edge shows those there are" in err


def test_seed_uploads_once_and_nothing_in_a_dry_run(project):
    project.settings(
        'services:\n  hello:\n    seeds:\n    - {from: models, to: "minio.default:hello/models"}\n'
    )
    (project.folder / "models").mkdir()
    (project.folder / "models" / "a b+c.txt").write_text("weights")
    project.run("apply", "-y", "--only", "hello")
    assert "models/a b+c.txt" in _objects(project, "hello")
    (project.folder / "models" / "new.txt").write_text("more")
    assert "seed 1 file, 4 B" in project.run("seed", "--dry-run")[1]
    assert "models/new.txt" not in _objects(project, "hello")
    assert project.run("seed", "-y")[0] == 0
    assert "models/new.txt" in _objects(project, "hello")
    assert "every file of the seeds is in its bucket" in project.run("seed", "-y")[1]


def test_a_plan_says_once_why_uploads_go_without_the_fast_uploader(project, monkeypatch):
    """It reads these variables by itself (0030)."""
    project.settings(
        'services:\n  hello:\n    seeds:\n    - {from: models, to: "minio.default:hello/models"}\n'
    )
    (project.folder / "models").mkdir()
    (project.folder / "models" / "a").write_text("weights")
    said = "edge: files are uploaded without the fast uploader, since the environment sets "
    assert said not in project.run("plan")[1]
    for name in ("AWS_REGION", "https_proxy"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "http://127.0.0.1:1")
            assert project.run("plan")[1].count(said + name) == 1


def test_an_export_is_planned_empty_and_overwrites_nothing_unasked(bare, tmp_path):
    bare.run("apply", "-y")
    assert bare.run("export", tmp_path / "out")[0] == 0
    assert bare.run("plan", tmp_path / "out", "--detailed-exitcode")[0] == 0
    (script,) = (tmp_path / "out").rglob("*.sh")
    script.write_text("#!/bin/sh\necho edited\n")
    code, _, err = bare.run("export", tmp_path / "out")
    assert code == 64
    assert "--overwrite" in err
    assert bare.run("export", tmp_path / "out", "--overwrite")[0] == 0
    assert "edited" not in script.read_text()


def test_an_export_into_the_folder_of_the_manifests_skips_what_they_have(bare):
    bare.run("apply", "-y")
    code, out, err = bare.run("export")
    assert (code, out.splitlines()[-1]) == (0, "0 services written to ./")
    assert "hello: hello.yaml has it already" in err
    (bare.folder / "hello.yaml").unlink()
    for _ in range(2):  # what an earlier export wrote is written again
        assert bare.run("export")[1].splitlines()[-1] == "1 service written to ./"
    code, out, _ = bare.run("plan", "--detailed-exitcode")
    assert (code, "Nothing to do: 1 service" in out) == (0, True)


def test_init_writes_the_cluster_that_is_known_and_the_next_step(project, bare, monkeypatch):
    def init(name, *options):
        code, out, err = bare.run("init", name, *options)
        assert code == 0, err
        return (bare.folder / name / "oscar-sync.yaml").read_text(), out[
            out.index("next: ") :
        ].strip()

    url, host = project.emulator.url, project.emulator.url.removeprefix("http://")
    text, step = init("known")
    assert f'endpoint: "{url}"\n    identity: "{host}"\n' in text
    assert step == "next: cd known && oscar-sync plan"
    monkeypatch.chdir(bare.folder / "known")
    assert bare.run("plan")[0] == 0
    monkeypatch.chdir(bare.folder)
    for name in ("OSCAR_ENDPOINT", "OSCAR_USERNAME", "OSCAR_PASSWORD"):
        monkeypatch.delenv(name)
    text, step = init("unknown")
    assert 'endpoint: "${OSCAR_ENDPOINT}"\n    # identity: NAME' in text
    assert step.startswith("next: export OSCAR_ENDPOINT=https://… OSCAR_TOKEN=…")
    text, step = init("named", "-c", "https://oscar.example.org")
    assert 'identity: "oscar.example.org"' in text
    assert "OSCAR_ENDPOINT=https://oscar.example.org" in step


def test_init_takes_the_cluster_of_oscar_cli_with_its_log_in(project, bare, monkeypatch):
    for name in ("OSCAR_ENDPOINT", "OSCAR_USERNAME", "OSCAR_PASSWORD"):
        monkeypatch.delenv(name)
    emulator = project.emulator
    entry = f"endpoint: '{emulator.url}', auth_user: {emulator.user}"
    config = bare.folder.parent / "cli.yaml"
    config.write_text(
        f"oscar:\n  lab: {{{entry}, auth_password: '{emulator.password}', ssl_verify: false}}\n"
        f"  far: {{endpoint: 'https://far.example.org'}}\n"
    )
    monkeypatch.setenv("OSCAR_CLI_CONFIG_FILE", str(config))
    code, _, err = bare.run("init", "several")
    assert code == 64
    assert "several clusters are known (far, lab); choose one: -c ID" in err
    code, out, _ = bare.run("init", "mine", "--from-cluster", "-c", "lab")
    assert (code, out.splitlines()[-1]) == (0, "next: cd mine && oscar-sync plan")
    text = (bare.folder / "mine" / "oscar-sync.yaml").read_text()
    assert '"*": lab' in text
    assert "ssl_verify: false" in text
    assert emulator.password not in text
    monkeypatch.chdir(bare.folder / "mine")
    (bare.folder / "mine" / "hello.yaml").write_text((bare.folder / "hello.yaml").read_text())
    (bare.folder / "mine" / "run.sh").write_text("#!/bin/sh\n")
    code, out, err = bare.run("plan")
    assert code == 0, out + err
    assert "lab/hello" in out


def test_drift_in_each_format_names_the_field(project):
    project.run("apply", "-y")
    project.put({**project.live()["hello"], "memory": "4Gi"})
    code, out, _ = project.run("drift", "-o", "json=drift.json", "-o", "markdown=drift.md")
    assert code == 2
    assert "memory  want 1Gi  live 4Gi   changed on the cluster" in out
    (entry,) = json.loads((project.folder / "drift.json").read_text())["drift"]
    assert entry["changes"][0]["path"] == "memory"
    moved = (project.folder / "drift.md").read_text()
    assert "edge/hello</b> memory" in moved
    assert "| memory | 4Gi | 1Gi | changed on the cluster |" in moved


def test_a_script_that_moved_shows_its_lines(project):
    project.run("apply", "-y")
    project.put({**project.live()["hello"], "script": "#!/bin/sh\necho walk\n"})
    out = project.run("drift")[1]
    assert "script  +1 -1 lines   changed on the cluster" in out
    assert "         - echo walk\n         + echo run\n" in out


def test_a_missing_service_is_drift(project):
    code, out, _ = project.run("drift")
    assert code == 2
    assert "edge/hello         missing" in out


def test_a_cluster_that_was_not_read_is_never_called_free_of_drift(project):
    path = project.folder / "oscar-sync.yaml"
    path.write_text(path.read_text().replace(project.emulator.url, "http://127.0.0.1:9"))
    code, out, _ = project.run("drift")
    assert code == 6
    assert "No drift" not in out
    assert "Nothing was compared: no cluster could be read." in out


def test_bom_and_windows_lines_change_nothing(project):
    plain = project.run("plan", "-o", "json")[1]
    path = project.folder / "hello.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    script = project.folder / "run.sh"
    script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    assert (
        json.loads(project.run("plan", "-o", "json")[1])["digest"] == (json.loads(plain)["digest"])
    )


@pytest.mark.parametrize(
    "spoil",
    ["folder", "loop", "lost"],
)
def test_a_manifest_that_cannot_be_read_stops_the_run(project, spoil):
    path = project.folder / "hello.yaml"
    path.unlink()
    project.write("other")
    if spoil == "folder":
        (project.folder / "run.sh").unlink()
        (project.folder / "run.sh").mkdir()
    else:
        path.symlink_to(path if spoil == "loop" else project.folder / "nowhere.yaml")
    code, out, err = project.run("apply", "-y")
    assert code == 3
    assert out == ""
    assert "error OSY" in err
    assert project.writes() == []


def test_an_output_that_cannot_be_written_stops_the_run_before_it_sends(project):
    for output in ("json=no/such/plan.json", "events=no/such/e.jsonl", "markdown=."):
        code, _, err = project.run("apply", "-y", "-o", output)
        assert code == 64
        assert "cannot be written" in err
    assert project.writes() == []


def test_a_file_of_events_holds_one_run(project):
    for _ in range(2):
        assert project.run("apply", "-y", "-o", "events=e.jsonl")[0] == 0
    lines = [json.loads(line) for line in (project.folder / "e.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["run_summary"]


def test_a_dry_run_ends_its_events_too(project):
    code, out, _ = project.run("apply", "--dry-run", "-o", "events")
    assert code == 0
    assert json.loads(out) == {"event": "run_summary", "exit_code": 0}


def test_a_time_out_of_nothing_is_wrong_usage(project):
    assert project.run("plan", "--timeout", "0")[0] == 64


def test_a_value_that_is_blank_is_wrong_usage_and_not_as_if_it_were_left_out(project):
    flags = ("cluster", "settings", "overlay", "env-file", "secret-env", "only", "allow-outside")
    for flag in (*flags, "config", "token-file", "endpoint-allowed", "allow"):
        code, _, err = project.run("plan", f"--{flag}", "")
        assert (flag, code, "blank" in err or "not a permission" in err) == (flag, 64, True)


def test_a_debug_log_names_requests_and_no_secret(project):
    text = (project.folder / "hello.yaml").read_text()
    (project.folder / "hello.yaml").write_text(text + '      environment: {secrets: {TOKEN: ""}}\n')
    (project.folder / "values.env").write_text(f"TOKEN={SECRET}\n")
    done = subprocess.run(
        [sys.executable, "-m", "oscar_sync", "apply", "-y", "--env-file", "values.env",
         "--log-level", "debug", "-o", "json=all.json"],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stdout + done.stderr + (project.folder / "all.json").read_text()
    assert "POST /system/services 201" in done.stderr
    assert SECRET not in said
    assert project.emulator.password not in said


@pytest.mark.parametrize(
    ("named", "is_read"),
    [
        ("../outside/values.env", True),
        ("{outside}/values.env", True),
        ("link.env", False),
        ("{folder}/link.env", False),
        ("folder/values.env", False),
        ("{outside}/again/folder/values.env", False),
    ],
)
def test_an_env_file_outside_is_read_where_the_command_names_it_and_not_a_link_in_the_folder(
    project, named, is_read
):
    outside = project.folder.parent / "outside"
    outside.mkdir()
    (outside / "values.env").write_text("TOKEN=first\n")
    (outside / "again").symlink_to(project.folder)
    (project.folder / "link.env").symlink_to(outside / "values.env")
    (project.folder / "folder").symlink_to(outside)
    (project.folder / ".oscar-syncignore").write_text("folder\nlink.env\n")
    text = (project.folder / "hello.yaml").read_text()
    (project.folder / "hello.yaml").write_text(text + '      environment: {secrets: {TOKEN: ""}}\n')
    path = named.format(outside=outside, folder=project.folder)
    code, out, err = project.run("plan", "--env-file", path)
    assert (code, "OSY151" in err) == ((0, False) if is_read else (3, True))
    assert ("environment.secrets.TOKEN" in out) is is_read


def _on_a_terminal(*args):
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "oscar_sync", *args],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "70", "NO_COLOR": "1"},
    ) as process:
        process.wait(60)
    os.close(theirs)
    shown = os.read(mine, 65536).decode()
    os.close(mine)
    return [line.rstrip() for line in shown.splitlines()]


def test_wrong_usage_is_told_in_lines_of_the_terminal(project):
    lines = _on_a_terminal("storage", "cp", "bucket")
    assert max(map(len, lines)) <= 70
    assert "Error: there is no command 'cp'; to upload files:" in " ".join(lines)


def test_a_narrow_terminal_folds_the_right_column_under(project):
    lines = _on_a_terminal("plan")
    place = lines.index(" + edge/hello         create")
    assert lines[place + 1] == " " * 22 + "hello.yaml:3"


def test_a_graph_is_drawn_offline_and_shows_the_loop_that_stops_a_plan(project):
    project.write("hello")
    path = project.folder / "hello.yaml"
    path.write_text(
        path.read_text() + "      output:\n      - storage_provider: minio.default\n"
        "        path: hello/in\n"
    )
    assert project.run("plan")[0] == 3
    code, out, err = project.run("graph")
    assert code == 0
    assert "-> hello/in   trigger loop" in out
    assert "OSY171" in err
    code, out, _ = project.run("graph", "-o", f"svg={project.folder / 'graph.svg'}")
    assert code == 0
    assert (project.folder / "graph.svg").read_text().startswith("<svg")
    assert project.run("graph", "-o", "png")[0] == 64
