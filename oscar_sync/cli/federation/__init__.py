"""``oscar-sync federation``: the members of a service's federation."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "get": Command("federation.get", "Show topology and members of a service.", ("g",)),
}


@click.group(
    "federation",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="To change a federation: write `federation` in the service's FDL, then oscar-sync "
    "apply.",
)
def command() -> None:
    """Show the federation of a service."""
