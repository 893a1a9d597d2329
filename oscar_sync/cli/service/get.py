"""``oscar-sync service get``."""

from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.tables import show_document
from oscar_sync.client.connection import Oscar
from oscar_sync.semantics.masking import masked_service

FORMATS: Final = ("yaml", "json")


@given.command(
    "get", "oscar-sync service get thumbnails", "oscar-sync service get thumbnails -c edge -o json"
)
@click.argument("name", shell_complete=given.SERVICES)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show a service as it is on the cluster. Tokens, keys, passwords and secrets are masked.

    oscar-sync export writes services as FDL files.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def get(oscar: Oscar) -> None:
        document = masked_service(service_of(oscar, name).definition)
        for output in outputs:
            show_document(output, document)

    return on_cluster(options, outputs, get)
