"""Options that read a file end in words, whatever is at its path."""

import os

import pytest

from oscar_sync.cli.service import sending
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.trust import context_of

SPARSE_BYTES = 3 << 30
INVOKE = ("service", "run", "hello", "-f")
TLS = ("watch", "--listen", "127.0.0.1:0", "--tls-key", "ODD", "--tls-cert")


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """Return a path of each kind that is not a file of a sensible size."""
    made = {name: tmp_path / name for name in ("pipe", "folder", "sparse")}
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    monkeypatch.setattr(sending, "LARGEST_BYTES", 1 << 20)
    with made["sparse"].open("wb") as file:
        file.truncate(SPARSE_BYTES)
    return {**made, "zero": "/dev/zero", "full": "/dev/full"}


@pytest.mark.parametrize("kind", ["pipe", "folder", "sparse", "zero", "full"])
@pytest.mark.parametrize(("words", "codes"), [
    (INVOKE, {64}), (TLS, {64}),
    (("plan", "--token-file"), {3, 6}), (("plan", "--env-file"), {3}),
    (("plan", "--settings"), {3, 64}), (("plan", "--config"), {3}),
    (("plan", "--compare"), {64}), (("apply", "--expect"), {64}),
    (("watch", "--listen", "127.0.0.1:0", "--listen-token-file"), {64}),
    (("watch", "--listen", "127.0.0.1:0", "--hook-secret-file"), {64}),
    (("board", "sync", "--board", "http://127.0.0.1:9", "--board-token-file"), {64}),
])  # fmt: skip
def test_what_cannot_be_used_as_a_file_is_refused(project, odd, kind, words, codes):
    project.write("hello")
    path = str(odd[kind])
    code, _, err = project.run(*(word.replace("ODD", path) for word in words), path)
    assert code in codes, err
    assert "unexpected" not in err


@pytest.mark.parametrize("kind", ["pipe", "sparse", "zero", "full"])
def test_a_file_of_cas_that_is_not_one_is_refused(odd, kind):
    with pytest.raises(NoExchangeError, match="contains no CA certificates"):
        context_of(str(odd[kind]))
