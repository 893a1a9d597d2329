"""``oscar-sync board sync``."""

from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.board.asking import ask, asked_of_a_board


@given.command(
    "sync",
    "oscar-sync board sync --board-token-file token",
    "oscar-sync board sync --board https://board.example.org --board-token-file token",
)
@asked_of_a_board
def command(**options: Any) -> int:
    """Plan now, without waiting for the interval. A board with --apply then applies the plan."""
    return ask(options, "sync", "planning")
