"""``oscar-sync service restart``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.service.switching import switch
from oscar_sync.client.connection import Oscar


@given.command(
    "restart",
    "oscar-sync service restart notebook",
    "oscar-sync service restart notebook viewer -c edge",
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=given.SERVICES)
@given.one_cluster
def command(names: tuple[str, ...], **options: Any) -> int:
    """Replace the containers of exposed services with new ones of the same definition."""
    return switch(options, names, Oscar.restart, "restarted")
