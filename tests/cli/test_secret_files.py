"""A secret that other users can read is used, with a warning that says what to do."""

import pytest
from click.shell_completion import ShellComplete

from oscar_sync.cli.main import cli

SECRET = "a-secret-of-the-tests"
LISTEN = ("watch", "--listen", "127.0.0.1:0")
BOARD = ("board", "sync", "--board", "http://127.0.0.1:9")


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "the secret"
    path.write_text(f"{SECRET}\n")
    return path


@pytest.mark.parametrize("words", [
    ("plan", "--token-file"),
    ("validate", "--token-file"),
    ("watch", "--git", "no address", "--git-token-file"),
    (*LISTEN, "--tls-cert", "nothing", "--listen-token-file"),
    (*LISTEN, "--tls-cert", "nothing", "--hook-secret-file"),
    (*LISTEN, "--tls-key"),
    (*BOARD, "--board-token-file"),
])  # fmt: skip
@pytest.mark.parametrize(("mode", "is_warned"), [(0o644, True), (0o620, True), (0o600, False)])
def test_an_option_warns_of_a_secret_that_others_can_read(project, secret, words, mode, is_warned):
    secret.chmod(mode)
    _, _, err = project.run(*words, str(secret))
    assert (f"can be read by other users; run: chmod 600 '{secret}'" in " ".join(err.split())) is (
        is_warned
    )
    assert err.count("other users") == is_warned


def test_quiet_leaves_the_warning_out(project, secret):
    assert "other users" not in project.run("plan", "-q", "--token-file", str(secret))[2]


def test_nothing_is_said_while_a_shell_completes_an_option(project, secret, capfd):
    complete = ShellComplete(cli, {}, "oscar-sync", "_OSCAR_SYNC_COMPLETE")
    offered = complete.get_completions(["plan", "--token-file", str(secret)], "--onl")
    assert [one.value for one in offered] == ["--only"]
    assert capfd.readouterr().err == ""


def test_the_settings_warn_of_a_token_file_that_others_can_read(project):
    (project.folder / "token").write_text(SECRET)
    project.settings()
    settings = project.folder / "oscar-sync.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("auth_user:", "token_file: token\n    auth_user:"))
    _, _, err = project.run("validate")
    assert "OSY316" in err
    assert f"chmod 600 {project.folder / 'token'}" in " ".join(err.split())
    (project.folder / "token").chmod(0o600)
    assert "OSY316" not in project.run("validate")[2]


def test_a_missing_token_of_a_board_names_its_variable(project):
    code, _, err = project.run("board", "sync")
    assert code == 64
    assert "--board-token-file: give it, or set OSCAR_SYNC_BOARD_TOKEN_FILE" in err
