"""A run says what it covers, and what of `removed` it could not find (trust 1.6, 1.7)."""

import os
import shutil

import pytest

FDL = (
    "functions:\n  oscar:\n  - any:\n      name: {0}\n      image: ghcr.io/x/{0}:1.0\n"
    "      script: run.sh\n"
)


@pytest.fixture
def layout(project):
    """The layout of the README: settings at the root, FDL files in services/."""
    folder = project.folder / "services"
    folder.mkdir()
    for name in ("hello.yaml", "run.sh"):
        shutil.move(project.folder / name, folder / name)
    project.settings()
    (project.folder / ".git").mkdir()
    return project


def codes(err):
    return [word for word in err.replace(":", " ").split() if word.startswith("OSY")]


def gone(project):
    """Apply a second service, and take its manifest away."""
    manifest = project.folder / "services" / "gone.yaml"
    manifest.write_text(FDL.format("gone"))
    assert project.run("apply", "services/", "-y")[0] == 0
    manifest.unlink()


def test_paths_with_every_fdl_file_of_the_settings_folder_are_a_full_run(layout):
    gone(layout)
    (layout.folder / "mkdocs.yml").write_text("site_name: x\n")
    code, out, _ = layout.run("apply", "services/", "-y", "--prune")
    assert code == 0
    assert "narrowed" not in out
    assert set(layout.live()) == {"hello"}


def test_removed_is_looked_at_from_inside_the_services_folder_too(layout, monkeypatch):
    gone(layout)
    layout.settings("removed: [gone]\n")
    monkeypatch.chdir(layout.folder / "services")
    assert layout.run("apply", "-y")[0] == 0
    assert set(layout.live()) == {"hello"}


LEFT_OUT = {
    "an FDL file": FDL.format("other"),
    "flow style": '{"functions": {"oscar": []}}',
    "broken": "functions:\n\t- [\n",
    "only a key": "functions:\n",
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_a_run_that_leaves_fdl_out_says_so_and_prunes_nothing(layout, kind):
    gone(layout)
    layout.settings("prune: true\nremoved: [old]\n")
    (layout.folder / "other.yaml").write_text(LEFT_OUT[kind])
    code, out, _ = layout.run("apply", "services/", "-y")
    assert code == 0
    words = "narrowed to the given paths, without other.yaml: nothing is pruned; `removed` is not "
    assert words + "looked at: old" in out
    assert set(layout.live()) == {"hello", "gone"}
    code, _, err = layout.run("plan", "services/", "--prune")
    assert code == 64
    assert "the PATHs leave out other.yaml" in err


def test_what_cannot_be_read_outside_of_the_paths_may_hold_fdl(layout):
    os.mkfifo(layout.folder / "odd.yaml")
    (layout.folder / "large.yaml").write_bytes(b"#" * (3 << 20))
    _, out, _ = layout.run("plan", "services/")
    assert "narrowed to the given paths, without " in out
    assert "large.yaml" in out


@pytest.mark.parametrize("name", ["text", "markdown", "html", "json", "junit", "sarif", "gitlab"])
def test_every_format_says_that_a_run_was_narrowed(layout, name):
    (layout.folder / "other.yaml").write_text(FDL.format("other"))
    _, out, _ = layout.run("plan", "services/", "-o", name)
    assert "narrowed to the given paths" in out


def test_prune_of_named_services_is_wrong_usage(layout):
    code, _, err = layout.run("plan", "services/", "--only", "hello", "--prune")
    assert code == 64
    assert "--only" in err


# settings that are not used


def test_settings_of_the_working_directory_that_are_not_used_are_told_outside_git_too(layout):
    shutil.rmtree(layout.folder / ".git")
    _, _, err = layout.run("plan", "services/", "-c", layout.emulator.url)
    assert "OSY215" in codes(err)
    assert "use it by --settings oscar-sync.yaml" in err


def test_settings_between_the_working_directory_and_the_path_are_told(layout):
    nearer = layout.folder / "services" / "deep"
    nearer.mkdir()
    settings = (layout.folder / "oscar-sync.yaml").read_text()
    nearer_settings = settings.replace("set: tests", "set: nearer")
    (layout.folder / "services" / "oscar-sync.yaml").write_text(nearer_settings)
    (nearer / "hello.yaml").write_text(FDL.format("hello"))
    (nearer / "run.sh").write_text("#!/bin/sh\n")
    _, out, err = layout.run("plan", "services/deep")
    assert "set nearer" in out
    assert codes(err).count("OSY215") == 1
    assert "oscar-sync.yaml" in err


def test_settings_under_another_spelling_are_told_with_the_right_one(layout):
    settings = layout.folder / "oscar-sync.yaml"
    settings.rename(settings.with_suffix(".yml"))
    _, _, err = layout.run("plan", "-c", layout.emulator.url)
    assert "OSY215" in codes(err)
    assert "oscar-sync.yml: warning OSY215: is not read: settings are called oscar-sync.yaml" in err
    assert "remedy: rename it to oscar-sync.yaml" in err


def test_settings_that_are_used_or_named_are_not_told(layout):
    shutil.rmtree(layout.folder / ".git")
    for args in (["plan"], ["plan", "services/", "--settings", "oscar-sync.yaml"]):
        _, _, err = layout.run(*args)
        assert "OSY215" not in codes(err)


@pytest.mark.parametrize("kind", ["folder", "dangling", "fifo"])
def test_a_settings_file_that_is_not_a_file_stops_the_run(project, kind):
    path = project.folder / "oscar-sync.yaml"
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "dangling":
        path.symlink_to("nowhere.yaml")
    else:
        os.mkfifo(path)
    code, _, err = project.run("plan", "-c", project.emulator.url)
    assert code == 3
    assert "OSY203" in codes(err)


# entries of removed


@pytest.mark.parametrize("entry", ["'*'", "'edge/*'", "he?lo", "edge/"])
def test_a_removal_by_pattern_is_an_error(project, entry):
    project.settings(f"removed: [{entry}]\n")
    code, _, err = project.run("plan")
    assert code == 3
    assert "name one service: SERVICE, or CLUSTER/SERVICE" in err


@pytest.mark.parametrize("more", [[], ["-c", "edge"]])
def test_a_removal_on_a_cluster_that_nobody_knows_is_an_error(project, more):
    project.settings("removed: [egde/hello2]\n")
    code, _, err = project.run("plan", *more)
    assert code == 3
    assert "no cluster is called egde; did you mean edge?" in err


def test_a_removal_of_what_is_nowhere_is_a_warning_in_every_run(project):
    project.run("apply", "-y")
    project.write("other")
    project.settings("removed: [helo]\n")
    for command in ("plan", "apply"):
        code, out, _ = project.run(command, *(["-y"] if command == "apply" else []))
        assert code == 0
        assert "no service helo on edge" in out
        assert "did you mean hello?" in out


@pytest.mark.parametrize("wrong", ["helo", "edge/helo"])
def test_removing_by_hand_what_is_not_there_is_wrong_usage(project, wrong):
    project.run("apply", "-y")
    code, _, err = project.run("remove", wrong, "-y")
    assert code == 64
    assert "there is no service" in err
    assert "did you mean" in err
    assert set(project.live()) == {"hello"}


def test_a_removal_that_was_cut_off_can_be_asked_for_again(project):
    project.run("apply", "-y")
    assert project.run("remove", "hello", "-y")[0] == 0
    code, _, _ = project.run("remove", "hello", "-y", "--allow", "erase:hello")
    assert code == 0
    assert project.run("remove", "hello", "-y")[0] == 64


def test_what_is_blocked_alone_is_not_called_nothing_to_do(project):
    project.run("apply", "-y")
    project.settings("services: {hello: {protect: true}}\n")
    code, out, _ = project.run("remove", "hello", "-y")
    assert code == 7
    assert "\nPlan: 1 blocked. Digest " in out
    assert "othing to do" not in out


def test_a_narrowed_removal_erases_nothing_that_another_manifest_uses(project):
    """hello is not there yet, and its bucket is another service's: ``--only`` hides neither."""
    (project.folder / "hello.yaml").unlink()
    uses = '      output: [{storage_provider: minio.default, path: "red/out"}]\n'
    (project.folder / "gone.yaml").write_text(FDL.format("gone") + uses)
    assert project.run("apply", "-y")[0] == 0
    (project.folder / "gone.yaml").unlink()
    (project.folder / "later.yaml").write_text(FDL.format("later") + uses)
    (project.folder / "other.yaml").write_text(FDL.format("other"))
    for narrow in ((), ("--only", "gone"), ("--only", "edge/gone")):
        code, out, _ = project.run("remove", "gone", "--allow", "erase:red", *narrow)
        assert (code, "red is used by edge/later (later.yaml:3)" in out) == (10, True), narrow


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("egde/hello", "did you mean edge?"), ("cloud-2/hello", "this run is for: edge")],
)
@pytest.mark.parametrize("command", ["remove", "adopt", "forget"])
def test_a_name_on_a_cluster_that_nobody_knows_says_which_are(project, command, wrong, hint):
    code, _, err = project.run(command, wrong, "-y")
    assert code == 64
    assert f"no cluster is called {wrong.partition('/')[0]}; {hint}" in err


@pytest.mark.parametrize("command", ["plan", "apply", "watch"])
def test_prune_without_a_set_is_wrong_usage(project, command):
    text = (project.folder / "oscar-sync.yaml").read_text()
    (project.folder / "oscar-sync.yaml").write_text(text.replace("set: tests\n", ""))
    code, _, err = project.run(command, "--prune")
    assert code == 64
    assert "write `set: NAME`" in err


def test_an_entry_without_an_address_says_that_it_is_missing(project):
    (project.folder / "oscar-sync.yaml").write_text("clusters: {edge: {auth_user: me}}\n")
    code, _, err = project.run("plan")
    assert code == 3
    assert "clusters.edge.endpoint: is missing" in err


def test_a_misspelt_format_is_recognised(project):
    assert "did you mean html?" in project.run("plan", "-o", "htlm")[2]
    assert "write one of text, json" in project.run("plan", "-o", "picture")[2]
