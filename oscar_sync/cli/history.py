"""``oscar-sync history``: the last runs, of all services or of one."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.tables import FORMATS, show, show_words
from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.model.run import PastRun
from oscar_sync.render.history import history_table
from oscar_sync.settings.load.discovery import Where, find
from oscar_sync.workspace.history import history_file, read_runs


@given.command("history", "oscar-sync history", "oscar-sync history edge/thumbnails -o json")
@click.argument("service", required=False, shell_complete=given.SERVICES)
@given.HISTORY
@given.located
@given.formats(*FORMATS)
def command(service: str | None, **options: Any) -> int:
    """Show the last runs that changed something: when, whose commit, what was done, the outcome.

    SERVICE is NAME or CLUSTER/NAME. The last 200 runs are kept in a file on this machine;
    nothing depends on it.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def run() -> Exit:
        where = Where((".",), real_path("."), options["settings"] or "")
        folder = Path(find(where) or "oscar-sync.yaml").parent
        path = history_file(folder, given.history_of(options))
        runs = _about(_read(path, options["history"]), service, os.path.relpath(path))
        from oscar_sync.published.history import HistoryDocument

        document = HistoryDocument.of(runs).data
        if runs:
            show(outputs, history_table(runs), document)
        else:
            show_words(outputs, f"No runs are kept in {os.path.relpath(path)}.", document)
        return Exit.OK

    return guarded(run, outputs)


def _read(path: Path, folder: str | None) -> tuple[PastRun, ...]:
    """Raises UsageError: it cannot be read, or there is no such *folder*."""
    try:
        if folder:
            os.scandir(folder).close()
        return read_runs(path)
    except OSError as error:
        raise UsageError(f"{os.path.relpath(path)} cannot be read: {error.strerror}") from error


def _about(runs: Sequence[PastRun], service: str | None, place: str) -> Sequence[PastRun]:
    """Raises UsageError: there are runs, and none names *service*."""
    if service is None or not runs:
        return runs
    found = [one for one in runs if _is_about(one, service)]
    if found:
        return found
    named = [one for run in runs for one in run.services]
    known = {name for one in named for name in (one.service, f"{one.cluster}/{one.service}")}
    hint = did_you_mean(service, sorted(known))
    words = f"no run in {place} names {service}"
    raise UsageError(f"{words}; {hint}" if hint else words)


def _is_about(run: PastRun, service: str) -> bool:
    cluster, _, name = service.rpartition("/")
    return any(one.service == name and cluster in {"", one.cluster} for one in run.services)
