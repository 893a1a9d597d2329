"""``oscar-sync volume create``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.semantics.names import is_dns_label
from oscar_sync.semantics.quantities import is_positive_quantity


@given.command(
    "create",
    "oscar-sync volume create models --size 20Gi",
    "oscar-sync volume create scratch --size 500Mi -c edge",
)
@click.argument("name")
@click.option("--size", required=True, metavar="SIZE", help="How much it holds, such as 20Gi.")
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, size: str, **options: Any) -> int:
    """Create a volume that services can mount. Its size cannot be changed later."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def create(oscar: Oscar) -> None:
        if not is_dns_label(name):
            raise UsageError(
                f"{name!r} is not the name of a volume: use lower-case letters, digits and -"
            )
        if not is_positive_quantity(size):
            raise UsageError(f"--size {size!r} is not a size: write 20Gi or 500Mi")
        made = oscar.create_volume(name, size)
        words = f"{oscar.cluster.id}/{name}: created; {made.get('size', size)}"
        show_words(outputs, words, made)

    return on_cluster(options, outputs, create)
