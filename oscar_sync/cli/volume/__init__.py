"""``oscar-sync volume``: the managed volumes of one cluster."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("volume.listing", "List my managed volumes.", ("ls",)),
    "get": Command("volume.get", "Show a volume and the services that it is attached to.", ("g",)),
    "create": Command("volume.create", "Create a volume."),
    "delete": Command("volume.delete", "Delete a volume with all that it holds.", ("rm",)),
}


@click.group(
    "volume",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="Volumes are there since OSCAR 4.0. Which cluster: see oscar-sync service --help.",
)
def command() -> None:
    """List, show, create and delete managed volumes of one cluster."""
