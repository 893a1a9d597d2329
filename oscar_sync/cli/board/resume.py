"""``oscar-sync board resume``."""

from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.board.asking import ask, asked_of_a_board


@given.command(
    "resume",
    "oscar-sync board resume --board-token-file token",
    "oscar-sync board resume --board https://board.example.org --board-token-file token",
)
@asked_of_a_board
def command(**options: Any) -> int:
    """Let the board apply again."""
    return ask(options, "resume", "resumed")
