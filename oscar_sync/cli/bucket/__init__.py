"""``oscar-sync bucket``: the buckets of one cluster."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("bucket.listing", "List the buckets that I can see.", ("ls",)),
}


@click.group(
    "bucket",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="Files in buckets: oscar-sync storage. Which cluster: see oscar-sync service --help.",
)
def command() -> None:
    """List buckets of one cluster."""
