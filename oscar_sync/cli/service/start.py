"""``oscar-sync service start``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.service.switching import switch
from oscar_sync.client.connection import Oscar


@given.command(
    "start", "oscar-sync service start notebook", "oscar-sync service start notebook viewer -c edge"
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=given.SERVICES)
@given.one_cluster
def command(names: tuple[str, ...], **options: Any) -> int:
    """Start stopped exposed services with as many replicas as before, or min_scale."""
    return switch(options, names, Oscar.start, "started")
