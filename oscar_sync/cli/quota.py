"""``oscar-sync quota``."""

from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import show_fields
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit

FORMATS: Final = ("table", "json", "yaml")


@given.command("quota", "oscar-sync quota", "oscar-sync quota get a1b2@egi.eu -c edge -o json")
@click.argument("words", nargs=-1, metavar="[get [USER]]")
@given.one_cluster
@given.formats(*FORMATS)
def command(words: tuple[str, ...], **options: Any) -> int:
    """Show my quota and what is used of it, or that of USER for administrators.

    Used and allowed: processors and memory of jobs, volumes, buckets.
    """
    outputs = outputs_of(options["outputs"], FORMATS)
    if len(words) > 2 or (words and words[0] != "get"):
        raise click.UsageError("write: oscar-sync quota, or oscar-sync quota get USER")
    user = words[1] if len(words) == 2 else ""

    def quota(oscar: Oscar) -> Exit:
        show_fields(outputs, oscar.quota(user))
        return Exit.OK

    return on_cluster(options, outputs, quota)
