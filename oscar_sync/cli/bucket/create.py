"""``oscar-sync bucket create``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.bucket.access import access_of, access_options, shown_access
from oscar_sync.cli.bucket.listing import document
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.semantics.names import bucket_name_fault


@given.command(
    "create",
    "oscar-sync bucket create atlas",
    "oscar-sync bucket create atlas --visibility restricted --user a1b2@egi.eu -c edge",
)
@click.argument("name")
@access_options
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Create a bucket of mine. `apply` creates the buckets that services name."""
    visibility, users = access_of(options)
    outputs = outputs_of(options["outputs"], FORMATS)

    def create(oscar: Oscar) -> None:
        if fault := bucket_name_fault(name):
            raise UsageError(f"{name!r} is not the name of a bucket: it {fault}")
        bucket = oscar.create_bucket(name, visibility or "private", users)
        words = f"{oscar.cluster.id}/{name}: created; {shown_access(bucket)}"
        show_words(outputs, words, document(bucket))

    return on_cluster(options, outputs, create)
