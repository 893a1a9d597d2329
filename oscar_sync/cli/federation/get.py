"""``oscar-sync federation get``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.reaching import unknown_service
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar


@given.command(
    "get", "oscar-sync federation get plants", "oscar-sync federation get plants -c edge -o json"
)
@click.argument("name", shell_complete=given.SERVICES)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show the topology of a service's federation and its members. Secrets are masked."""

    def get(oscar: Oscar) -> Fields:
        found = oscar.federation(name)
        if found is None:
            raise unknown_service(oscar, name)
        return found

    return show_one(options, get)
