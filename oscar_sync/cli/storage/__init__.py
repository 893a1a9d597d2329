"""``oscar-sync storage``: files on the cluster's store and on the providers of services."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "ls": Command("storage.listing", "List buckets, or the objects at a place.", ("list",)),
    "get": Command("storage.get", "Download files.", ("g",)),
    "put": Command("storage.put", "Upload files.", ("p",)),
    "rm": Command("storage.removing", "Delete files.", ("delete",)),
}


@click.group(
    "storage",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="A place is [PROVIDER:]BUCKET[/KEY], like grayify/in/cat.png. Without PROVIDER it is "
    "minio.default, the cluster's own store; others (s3.mine, webdav.mine) are those of a service: "
    "--service NAME.",
)
def command() -> None:
    """List, download, upload and delete files on the stores of one cluster and its services."""
