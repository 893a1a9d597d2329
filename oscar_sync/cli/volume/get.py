"""``oscar-sync volume get``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.reaching import unknown
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar


@given.command(
    "get", "oscar-sync volume get models", "oscar-sync volume get models -c edge -o json"
)
@click.argument("name", shell_complete=given.VOLUMES)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show a volume: its size and state, and the services that it is attached to."""

    def get(oscar: Oscar) -> Fields:
        found = oscar.volume(name)
        if found is None:
            raise unknown(oscar, "volume", name, (one.name for one in oscar.volumes()))
        return found

    return show_one(options, get)
