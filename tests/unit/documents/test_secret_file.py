"""One reading of files that hold a token: each option of the program goes by it."""

import os

import pytest

from oscar_sync.board.access import secret_in
from oscar_sync.cli.board.asking import _token
from oscar_sync.documents.secret_file import SecretFileError, read_secret
from oscar_sync.errors import RepositoryError, UsageError
from oscar_sync.model.cluster import TokenFileLogin
from oscar_sync.wire.login import UnusableLoginError, authorization
from oscar_sync.workspace.git_remote import Remote

READERS = {
    "--token-file": (lambda path: authorization(TokenFileLogin(str(path))), UnusableLoginError),
    "--listen-token-file": (lambda path: secret_in(path, "--listen-token-file"), UsageError),
    "--board-token-file": (lambda path: _token(str(path)), UsageError),
    "--git-token-file": (
        lambda path: Remote("https://git.example.org/x", str(path)).secrets(), RepositoryError,
    ),
}  # fmt: skip
BAD = {
    "empty": b"", "blank": b" \n\n", "two lines": b"one-of-it\ntwo", "not ASCII": b"\xc3\xa9" * 9,
    "not text": b"\xff\xfe" * 20, "a NUL": b"a" * 20 + b"\0b", "a tab": b"a" * 20 + b"\tb",
    "long": b"a" * (1 << 17),
}  # fmt: skip


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
@pytest.mark.parametrize(("read", "error"), READERS.values(), ids=READERS)
def test_what_no_header_can_hold_is_refused_with_the_name_of_the_file(
    tmp_path, read, error, content
):
    path = tmp_path / "token"
    path.write_bytes(content)
    why = "one line of printable ASCII characters" if content.strip() else "it is empty"
    with pytest.raises(error, match=why) as refused:
        read(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(("read", "error"), READERS.values(), ids=READERS)
def test_a_file_that_is_not_there_is_named(tmp_path, read, error):
    with pytest.raises(error, match="No such file") as refused:
        read(tmp_path / "token")
    assert str(tmp_path / "token") in str(refused.value)


def test_the_secret_is_read_without_what_stands_around_it(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(b"\n  correct horse battery staple\r\n")
    assert read_secret(path) == "correct horse battery staple"
    path.write_bytes(b"another")
    assert read_secret(path) == "another"

    with pytest.raises(SecretFileError, match="directory"):
        read_secret(tmp_path)


@pytest.mark.parametrize(("read", "error"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_without_a_writer_and_a_device_without_an_end_are_refused(
    tmp_path, read, error, kind
):
    path = tmp_path / "token"
    os.mkfifo(path) if kind == "pipe" else path.symlink_to("/dev/zero")
    words = {"pipe": "a pipe that nobody writes to", "device": "one line of printable ASCII"}
    with pytest.raises(error, match=words[kind]):
        read(path)


def test_a_secret_that_a_shell_puts_into_a_pipe_is_read():
    reader, writer = os.pipe()
    os.write(writer, b"a-token-of-a-program\n")
    os.close(writer)
    try:
        assert read_secret(f"/dev/fd/{reader}") == "a-token-of-a-program"
    finally:
        os.close(reader)
