"""`watch --git` says what of its options cannot be, before anything is fetched."""

import pytest

from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.errors import RepositoryError
from oscar_sync.workspace.git_remote import Remote

URL = "http://127.0.0.1:9/set.git"
REFUSED = {
    ("--git", URL, "sets"): "PATHS and --git exclude each other: name what to plan within the "
    "repository by --path",
    ("--git", URL, "--path", "a/../../x"): "--path ../x leads out of the repository",
    ("--git", URL, "--path", "/etc"): "--path /etc leads out of the repository",
    ("--git", URL, "--git-token-file", "gone"): "--git-token-file gone: no such file",
    ("--git", URL, "--verify-signatures", "gone"): "--verify-signatures gone: no such file",
    ("--git", "/srv/set.git"): "--git: /srv/set.git is not an address of https or ssh",
    ("--git", "https://ada:s3cret@h/x"): "--git: the address holds a user or password; write them",
    ("--git", "https://h/x?token=s3cret"): "--git: the address holds ? or #",
    ("--ref", "main"): "--ref needs --git URL",
    ("--path", "sets"): "--path needs --git URL",
    ("--git-accept", "c0ffee"): "--git-accept needs --git URL",
}


@pytest.mark.parametrize("words", REFUSED)
def test_options_that_cannot_be_used_are_refused(project, words):
    code, _, err = project.run("watch", *words)
    assert code == 64
    assert REFUSED[words] in " ".join(err.split())
    assert "s3cret" not in err


@pytest.mark.parametrize(("is_refused", "pauses"), [(True, [60, 120, 240]), (False, [5, 10, 20])])
def test_a_fetch_that_fails_is_tried_again_less_and_less_often(is_refused, pauses):
    """After a refused log-in no sooner than at the interval: no account is locked."""
    said: list[str] = []
    problem = WatchProblem(60.0, said.append)
    error = RepositoryError(URL, "no", is_refused=is_refused)
    found = []
    for _ in pauses:
        problem.stopped(error)
        found.append(problem.pause_s())
    assert found == pauses
    assert said == [
        f"{URL}: no; the last good plan stays (next try in {pauses[0]} s, then less often)"
    ]


@pytest.mark.parametrize(("url", "token", "signers", "deeds"), [
    ("http://git.example.org/x", "t", "", "read the token and change what is planned"),
    ("http://git.example.org/x", "t", "s", "read the token"),
    ("http://git.example.org/x", "", "", "change what is planned"),
    ("http://git.example.org/x", "", "s", ""),
    ("http://localhost.example.org/x", "t", "s", "read the token"),
    ("http://127.0.0.2/x", "t", "", ""),
    ("http://[::1]:8080/x", "t", "", ""),
    ("https://git.example.org/x", "t", "", ""),
    ("ssh://git@git.example.org/x", "", "", ""),
    ("git@http:x", "", "", ""),
])  # fmt: skip
def test_what_others_can_do_on_the_way_is_known(url, token, signers, deeds):
    assert Remote(url, token).exposure(signers) == deeds


def test_a_repository_that_is_not_encrypted_is_warned_of_once(project, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    _, _, err = project.run("watch", "--git", "http://git.example.org/x")
    assert " ".join(err.split()).count(
        "warning: http://git.example.org/x is not encrypted: others can change what is planned on "
        "the way; use https or ssh"
    ) == 1  # fmt: skip


def test_a_folder_of_someone_else_is_refused(project):
    code, _, err = project.run("watch", "--git", URL, "--git-folder", ".")
    assert code == 64
    assert "name an empty or new folder by --git-folder" in " ".join(err.split())
    assert (project.folder / "hello.yaml").exists()


def test_a_repository_that_is_not_there_ends_the_watch(project):
    code, _, err = project.run("watch", "--git", URL)
    assert code == 6
    assert f"error: {URL}: it cannot be fetched" in err
