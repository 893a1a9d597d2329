"""Each option, argument and setting that takes a path says what is wrong with a path, in words."""

import json

import pytest

UNREADABLE_LINK = "/proc/1/cwd/x"  # of another user's process: not even where it leads is told
BAD = (UNREADABLE_LINK, "to-unreadable", "loop/x", "n" * 300, "file/x", "folder")
RARE = ("loop", "a/" * 3000, "nowhere/x", "file", "two\nlines", "with\0nul")
IN_SETTINGS = {
    "env_file": "env_file: PATH",
    "seeds": 'services: {hello: {seeds: [{from: PATH, to: "minio.default:hello/in"}]}}',
    "seeds of a bucket": "buckets: {hello: {clusters: [edge], seeds: [{from: PATH}]}}",
    "token_file": "  lab: {endpoint: https://lab.example.org, token_file: PATH}",
    "ca_bundle": "  lab: {endpoint: https://lab.example.org, ca_bundle: PATH}",
}
FOLLOWING = ("watch", "--git", "https://127.0.0.1:1/x.git", "--git-folder", "folder")
COMMANDS = [
    ("validate", "PATH"),
    ("plan", "PATH"),
    ("graph", "PATH"),
    *(
        ("plan", option, "PATH")
        for option in ("--allow-outside", "--config", "--env-file", "--settings", "--token-file",
                       "--base", "--compare")
    ),
    ("plan", "-o", "json=PATH"),
    ("drift", "--metrics", "PATH"),
    ("apply", "--expect", "PATH", "--yes"),
    ("history", "--history", "PATH"),
    ("init", "PATH"),
    ("export", "PATH"),
    ("storage", "put", "PATH", "hello/in/x"),
    ("storage", "put", "-r", "PATH", "hello/in"),
    ("storage", "get", "hello/in/x", "PATH"),
    ("storage", "get", "-r", "hello/in", "PATH"),
    ("service", "run", "hello", "-f", "PATH"),
    ("service", "run", "hello", "-i", "x", "-o", "PATH"),
    ("board", "sync", "--board", "http://127.0.0.1:1", "--board-token-file", "PATH"),
    *((*FOLLOWING, option, "PATH")
      for option in ("--git-known-hosts", "--git-ssh-key", "--git-token-file",
                     "--verify-signatures")),
    *(("watch", "--listen", "127.0.0.1:0", option, "PATH")
      for option in ("--listen-token-file", "--hook-secret-file", "--tls-cert")),
]  # fmt: skip


@pytest.fixture
def paths(project):
    (project.folder / "file").write_text("x")
    (project.folder / "folder").mkdir()
    (project.folder / "loop").symlink_to("loop")
    (project.folder / "to-unreadable").symlink_to(UNREADABLE_LINK)
    return project


def is_in_words(project, *command):
    _, out, err = project.run(*command)
    return "unexpected" not in out + err


@pytest.mark.parametrize("key", IN_SETTINGS)
def test_a_path_in_the_settings_is_judged_in_words(paths, key):
    before = (paths.folder / "oscar-sync.yaml").read_text()
    for path in (*BAD, *RARE):
        text = IN_SETTINGS[key].replace("PATH", json.dumps(path))
        (paths.folder / "oscar-sync.yaml").write_text(f"{before}{text}\n")
        assert is_in_words(paths, "plan"), path


@pytest.mark.parametrize("path", [*BAD, *RARE])
def test_a_path_of_a_script_is_judged_in_words(paths, path):
    manifest = paths.folder / "hello.yaml"
    manifest.write_text(manifest.read_text().replace("run.sh", json.dumps(path)))
    assert is_in_words(paths, "plan")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_path_on_the_command_line_is_judged_in_words(paths, command):
    for path in BAD:
        given = [word.replace("PATH", path) for word in command]
        assert is_in_words(paths, *given), path


@pytest.mark.parametrize("words", [
    ("plan",), ("validate",), ("apply", "--yes"), ("drift",), ("status",), ("doctor",), ("watch",),
    ("init",), ("export",), ("graph",), ("history",), ("settings",), ("service", "list"),
    ("storage", "ls"), ("cluster", "list"), ("remove", "alpha"), ("seed",),
])  # fmt: skip
def test_a_current_folder_that_was_deleted_is_said(paths, monkeypatch, words):
    gone = paths.folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, out, err = paths.run(*words)
    assert (code, out) == (3, "")
    assert " ".join(err.split()) == (
        "error: the current folder was deleted: change to one that exists (cd FOLDER)"
    )
