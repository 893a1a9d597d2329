"""``oscar-sync board``: what a running board is asked to do."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "sync": Command("board.sync", "Plan now; a board with --apply then applies."),
    "pause": Command("board.pause", "Apply nothing until `board resume`."),
    "resume": Command("board.resume", "Apply again after `board pause`."),
}


@click.group(
    "board",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="A board runs beside a watch: oscar-sync watch --listen 127.0.0.1:8090",
)
def command() -> None:
    """Ask a running board for something."""
