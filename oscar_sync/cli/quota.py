"""``oscar-sync quota``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import show_one
from oscar_sync.cli.tables import FORMATS


@given.command("quota", "oscar-sync quota", "oscar-sync quota get a1b2@egi.eu -c edge -o json")
@click.argument("words", nargs=-1, metavar="[get [USER]]", shell_complete=given.GET)
@given.one_cluster
@given.formats(*FORMATS)
def command(words: tuple[str, ...], **options: Any) -> int:
    """Show my quota and what is used of it, or that of USER for administrators.

    Used and allowed: processors and memory of jobs, volumes, buckets.
    """
    if len(words) > 2 or (words and words[0] != "get"):
        raise click.UsageError("write: oscar-sync quota, or oscar-sync quota get USER")
    user = words[1] if len(words) == 2 else ""
    return show_one(options, lambda oscar: oscar.quota(user))
