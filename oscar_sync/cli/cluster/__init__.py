"""``oscar-sync cluster``: the clusters that are known."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("cluster.listing", "List the clusters that are known.", ("ls",)),
    "info": Command("cluster.show", "Show release, configuration and nodes of a cluster.", ("i",)),
}


@click.group(
    "cluster",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="To add one: `clusters` in oscar-sync.yaml. oscar-cli's file is read, never written.",
)
def command() -> None:
    """List the clusters that are known; show what one says of itself."""
