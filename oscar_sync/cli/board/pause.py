"""``oscar-sync board pause``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.board.asking import ask, asked_of_a_board


@given.command(
    "pause",
    "oscar-sync board pause --board-token-file token",
    "oscar-sync board pause --because upgrade --board-token-file token",
)
@click.option("--because", metavar="TEXT", default="", help="Why, for whoever reads the board.")
@asked_of_a_board
def command(because: str, **options: Any) -> int:
    """Let the board plan and show, and apply nothing until `board resume`.

    The pause is a file in the folder of the history: it still holds after a restart. An apply
    that is under way is finished.
    """
    return ask(options, "pause", "paused", because=because)
