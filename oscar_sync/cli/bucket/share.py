"""``oscar-sync bucket share``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.asking import is_confirmed
from oscar_sync.cli.bucket.access import access_of, access_options, shown_access
from oscar_sync.cli.bucket.get import bucket_of, counted
from oscar_sync.cli.bucket.listing import document
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit
from oscar_sync.render.words import size


@given.command(
    "share",
    "oscar-sync bucket share atlas --user a1b2@egi.eu --user c3d4@egi.eu",
    "oscar-sync bucket share atlas --visibility private -c edge",
)
@click.argument("name", shell_complete=given.BUCKETS)
@access_options
@given.YES
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Set who has access to a bucket, after confirmation. The users given replace those before.

    Whoever has access may read, write and delete objects. Needs a token: only owners can share. A
    service that uses the bucket gives it the service's own visibility at its next update.
    """
    visibility, users = access_of(options)
    if not visibility:
        raise click.UsageError("say who has access: --user ID or --visibility")
    outputs = outputs_of(options["outputs"], FORMATS)

    def share(oscar: Oscar) -> Exit:
        before = bucket_of(oscar, name)
        wanted = before.model_copy(update={"visibility": visibility, "allowed_users": users})
        now, then = shown_access(before), shown_access(wanted)
        key = f"{oscar.cluster.id}/{name}"
        if now == then:
            show_words(outputs, f"{key}: unchanged; {now}", document(before))
            return Exit.OK
        held = "" if options["yes"] or visibility == "private" else _held(oscar, name)
        question = f"{key}: {now}.{held}\nChange it to {then}?"
        if (refused := is_confirmed(question, is_yes=options["yes"])) is not None:
            return refused
        bucket = oscar.share_bucket(name, visibility, users)
        show_words(outputs, f"{key}: changed; {shown_access(bucket)}", document(bucket))
        return Exit.OK

    return on_cluster(options, outputs, share)


def _held(oscar: Oscar, name: str) -> str:
    count = counted(oscar, name)
    if count is None:
        return ""
    least = "at least " if count.is_at_least else ""
    return f" It holds {least}{plural(count.objects, 'object')} ({size(count.size_bytes)})."
