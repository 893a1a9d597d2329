"""``oscar-sync volume delete``."""

import shlex
from typing import Any

import click
from msgspec.structs import replace

from oscar_sync.cli import options as given
from oscar_sync.cli.applying import carry_out
from oscar_sync.cli.border import guarded
from oscar_sync.cli.deleting import deletion_of, deletion_run
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.request import connections_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.exits import Exit


@given.command(
    "delete",
    "oscar-sync volume delete models",
    "oscar-sync volume delete models -c edge --confirm models",
)
@click.argument("name", shell_complete=given.VOLUMES)
@click.option(
    "--confirm", metavar="NAME", help="Skip the confirmation: the volume's name once more."
)
@given.HISTORY
@given.one_cluster
@given.formats(*APPLY_FORMATS)
def command(name: str, confirm: str | None, **options: Any) -> int:
    """Delete a volume and all that it holds, after its name is typed.

    Nobody can count what a volume holds. Blocked while a service is attached to it, or a manifest
    of this folder names it.
    """
    outputs = outputs_of(options["outputs"], APPLY_FORMATS)
    record = RunRecord("volume delete", history=given.history_of(options))
    if confirm not in (None, name):
        raise click.UsageError(f"--confirm {confirm} is not the name {name}")

    def run() -> Exit:
        connections = connections_of(options)
        planned = deletion_of(name, options, connections, is_volume=True)
        how = deletion_run(options, outputs, record, f"--confirm {shlex.quote(name)}")
        return carry_out(planned, replace(how, is_yes=confirm == name, word=name), connections)

    return record.end(guarded(run, outputs, options["color"]))
