"""`oscar-sync board`: what it asks of a board, and what it says when that refuses."""

import pytest

from oscar_sync.cli.main import call
from tests.board.conftest import TOKEN
from tests.unit.wire.stub import reply, running


@pytest.fixture
def ask(token_file, capfd):
    """Return exit code, output and messages of a request to a board."""

    def asked(url, *words):
        code = call(["board", *words, "--board", url, "--board-token-file", str(token_file)])
        out, err = capfd.readouterr()
        return code, out.strip(), " ".join(err.split())

    return asked


@pytest.mark.parametrize(("words", "said", "asked"), [
    (("sync",), "planning", "sync"),
    (("pause", "--because", "an upgrade"), "paused", "pause an upgrade"),
    (("resume",), "resumed", "resume"),
])  # fmt: skip
def test_a_board_is_asked_by_its_token(serve, ask, words, said, asked):
    served = serve()
    assert ask(served.server.url, *words) == (0, said, "")
    assert served.asked == [asked]


def test_words_of_a_refusal_hold_neither_the_token_nor_codes_of_a_terminal(ask):
    with running() as stub:
        stub.answer = lambda asked: reply(f"\x1b]0;x\x07not {asked.headers['Authorization']}", 403)
        code, _, err = ask(stub.url, "sync")
    assert code == 64
    assert f"the board at {stub.url} answers 403:" in err
    assert TOKEN not in err
    assert "\x1b" not in err


@pytest.mark.parametrize("url", ["http://me:s3cret@127.0.0.1:9", "127.0.0.1:9", "http://h:x",
                                 "http://127.0.0.1:9/?token=s3cret"])  # fmt: skip
def test_what_is_not_the_address_of_a_board_is_refused_and_not_repeated(ask, url):
    code, _, err = ask(url, "sync")
    assert code == 64
    assert "is not an http(s) address" in err
    assert "s3cret" not in err


@pytest.mark.parametrize("content", [b"one\ntwo", "t\N{LATIN SMALL LETTER E WITH ACUTE}".encode(),
                                     b"\xff\xfe", b"", b"a\x00b"])  # fmt: skip
def test_a_file_that_holds_no_token_is_refused_before_anything_is_sent(ask, token_file, content):
    token_file.write_bytes(content)
    code, _, err = ask("http://127.0.0.1:9", "sync")
    assert code == 64
    assert f"--board-token-file {token_file}: " in err


def test_a_token_that_others_can_read_on_the_way_is_warned_about(serve, ask):
    url = serve().server.url
    _, _, err = ask(url.replace("127.0.0.1", "0.0.0.0"), "sync")
    assert err.startswith("warning: http://0.0.0.0:")
    assert "is not encrypted: others can read the token on the way; use https" in err
    assert ask(url.replace("127.0.0.1", "localhost"), "sync") == (0, "planning", "")


def test_a_board_that_is_away_is_said_with_its_address(ask):
    code, _, err = ask("http://127.0.0.1:9", "sync")
    assert code == 6
    assert "http://127.0.0.1:9" in err
