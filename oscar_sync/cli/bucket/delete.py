"""``oscar-sync bucket delete``."""

from typing import Any

import click
from msgspec.structs import replace

from oscar_sync.cli import options as given
from oscar_sync.cli.applying import carry_out
from oscar_sync.cli.border import guarded, say
from oscar_sync.cli.deleting import deletion_of, deletion_run
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.request import connections_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit


@given.command(
    "delete",
    "oscar-sync bucket delete atlas",
    "oscar-sync bucket delete atlas -c edge --yes --objects 12",
)
@click.argument("name", shell_complete=given.BUCKETS)
@click.option(
    "--objects", type=given.Whole(0), metavar="NUMBER",
    help="Go on only if the bucket holds this many objects. --yes needs it unless it is empty.",
)  # fmt: skip
@given.YES
@given.HISTORY
@given.one_cluster
@given.formats(*APPLY_FORMATS)
def command(name: str, objects: int | None, **options: Any) -> int:
    """Delete a bucket of mine and every object in it, after confirmation.

    Blocked where a service that I can see or a manifest of this folder uses it, and where it is not
    known who does. It is counted for the question, and again just before it goes.
    """
    outputs = outputs_of(options["outputs"], APPLY_FORMATS)
    record = RunRecord("bucket delete", history=given.history_of(options))

    def run() -> Exit:
        connections = connections_of(options)
        planned = deletion_of(name, options, connections)
        plan = planned.draft.plan
        if objects is not None and plan.actions and objects != plan.loss.objects:
            held = plural(plan.loss.objects, "object")
            say(f"error: nothing was sent: bucket {name} holds {held}, not {objects}")
            return Exit.STALE
        is_counted = objects is not None or not plan.loss.objects
        how = deletion_run(options, outputs, record, f"--yes --objects {plan.loss.objects}")
        return carry_out(planned, replace(how, is_yes=options["yes"] and is_counted), connections)

    return record.end(guarded(run, outputs, options["color"]))
