"""``oscar-sync bucket``: the buckets of one cluster."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("bucket.listing", "List the buckets that I can see.", ("ls",)),
    "get": Command("bucket.get", "Show a bucket: access, content, and who uses it.", ("g",)),
    "create": Command("bucket.create", "Create a bucket.", ("mb",)),
    "share": Command("bucket.share", "Set who has access to a bucket.", ("update",)),
    "presign": Command("bucket.presign", "Print an address for one object, without a log-in."),
    "delete": Command("bucket.delete", "Delete a bucket with all that it holds.", ("rm",)),
}


@click.group(
    "bucket",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="Files in buckets: oscar-sync storage. Which cluster: see oscar-sync service --help.",
)
def command() -> None:
    """List, show, create, share and delete buckets of one cluster."""
