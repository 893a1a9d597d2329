"""One request to a board, with its token."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, say
from oscar_sync.cli.output import Output, write
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.model.secret import Secret

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def asked_of_a_board(function: Decorated) -> Decorated:
    """Add ``--board`` and ``--board-token-file``."""
    board = click.option(
        "--board", metavar="URL", envvar="OSCAR_SYNC_BOARD", type=given.GIVEN,
        default="http://127.0.0.1:8090", help="Address of the board.",
    )  # fmt: skip
    token = click.option(
        "--board-token-file", metavar="FILE", envvar="OSCAR_SYNC_BOARD_TOKEN_FILE",
        type=given.SECRET_FILE, required=True,
        help="The token in FILE, which the board has as --listen-token-file.",
    )  # fmt: skip
    return board(token(function))


def ask(options: dict[str, Any], what: str, words: str, **fields: str) -> int:
    """POST *fields* to ``/api/WHAT`` of the board, and say *words* if it agrees."""

    def run() -> Exit:
        from oscar_sync.wire.board import ask_board

        token = _token(options["board_token_file"])
        ask_board(options["board"], f"/api/{what}", token, fields, os.environ, say)
        write(Output("text"), f"{words}\n")
        return Exit.OK

    return guarded(run, (), "auto")


def _token(path: str) -> Secret:
    """Raises UsageError: the file cannot be read, or holds no token."""
    from oscar_sync.documents.secret_file import SecretFileError, read_secret

    try:
        return Secret(read_secret(path))
    except SecretFileError as error:
        raise UsageError(f"--board-token-file {path}: {error}") from error
