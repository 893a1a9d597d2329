"""``oscar-sync history``: the last runs, of all services or of one."""

import os
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.tables import show
from oscar_sync.errors import OutputError
from oscar_sync.model.exits import Exit
from oscar_sync.model.run import PastRun
from oscar_sync.render.history import history_table
from oscar_sync.settings.load import Where, find
from oscar_sync.workspace.history import history_file, read_runs

FORMATS: Final = ("table", "json", "yaml")


@given.command("history", "oscar-sync history", "oscar-sync history edge/thumbnails -o json")
@click.argument("service", required=False, shell_complete=given.SERVICES)
@given.HISTORY
@given.located
@given.formats(*FORMATS)
def command(service: str | None, **options: Any) -> int:
    """Show the last runs of apply and watch: when, whose commit, what was done, and the outcome.

    SERVICE is NAME or CLUSTER/NAME. The last 200 runs are kept in a file on this machine;
    nothing depends on it.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def run() -> Exit:
        where = Where((".",), os.path.realpath("."), options["settings"] or "")
        folder = Path(find(where) or "oscar-sync.yaml").parent
        path = history_file(folder, given.history_of(options))
        try:
            runs = [one for one in read_runs(path) if service is None or _is_about(one, service)]
        except OSError as error:
            raise OutputError(str(path), error.strerror or str(error)) from error
        from oscar_sync.published.history import HistoryDocument

        show(outputs, history_table(runs), HistoryDocument.of(runs).data)
        return Exit.OK

    return guarded(run, outputs)


def _is_about(run: PastRun, service: str) -> bool:
    cluster, _, name = service.rpartition("/")
    return any(one.service == name and cluster in {"", one.cluster} for one in run.services)
