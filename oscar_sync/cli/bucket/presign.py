"""``oscar-sync bucket presign``."""

from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.storage.keys import fault

FORMATS: Final = ("text", "json", "yaml")
_WEEK_S: Final = 604_800


@given.command(
    "presign",
    "oscar-sync bucket presign thumbnails/out/cat.png",
    "oscar-sync bucket presign thumbnails/in/dog.png --upload --expires 3600",
)
@click.argument("place", metavar="BUCKET/KEY", shell_complete=given.BUCKETS)
@click.option("--upload", is_flag=True, help="For a PUT of the object, not a GET.")
@click.option(
    "--expires", type=given.Whole(1, _WEEK_S), default=900, metavar="SECONDS",
    help="Seconds for which the address works, up to a week.",
)  # fmt: skip
@given.one_cluster
@given.formats(*FORMATS)
def command(place: str, upload: bool, expires: int, **options: Any) -> int:
    """Print an address that reads or writes one object without a log-in.

    Whoever has the address can use it until it expires; it cannot be withdrawn.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def presign(oscar: Oscar) -> None:
        bucket, _, key = place.partition("/")
        if not bucket or not key.strip("/ "):
            raise UsageError(f"{place!r} does not name an object: write BUCKET/KEY")
        if problem := fault(key):
            raise UsageError(f"{place!r} does not name an object: its key {problem}")
        made = oscar.presign(bucket, key, upload=upload, expires_s=expires)
        show_words(outputs, made.url, made.data)
        if not options["quiet"]:
            say(f"for a {made.method} request, until {made.expires_at}")

    return on_cluster(options, outputs, presign)
