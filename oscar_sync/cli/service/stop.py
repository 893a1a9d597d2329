"""``oscar-sync service stop``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.service.switching import switch
from oscar_sync.client.connection import Oscar


@given.command(
    "stop", "oscar-sync service stop notebook", "oscar-sync service stop notebook viewer -c edge"
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=given.SERVICES)
@given.one_cluster
def command(names: tuple[str, ...], **options: Any) -> int:
    """Stop exposed services: no replica runs until `service start`."""
    return switch(options, names, Oscar.stop, "stopped")
