"""``oscar-sync service jobs``."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.tables import show
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Job
from oscar_sync.model.exits import Exit
from oscar_sync.render.table import Row, Table
from oscar_sync.render.words import duration

FORMATS: Final = ("table", "json", "yaml")


@given.command(
    "jobs",
    "oscar-sync service jobs thumbnails",
    "oscar-sync service jobs thumbnails -s failed,running",
)
@click.argument("name", shell_complete=given.SERVICES)
@click.option(
    "-s",
    "--status",
    metavar="STATE[,STATE]",
    default="",
    show_default=False,
    help="Show only these states.",
)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, status: str, **options: Any) -> int:
    """List all jobs of a service, the newest first."""
    outputs = outputs_of(options["outputs"], FORMATS)
    states = {state.strip().lower() for state in status.split(",") if state.strip()}

    def listing(oscar: Oscar) -> Exit:
        service_of(oscar, name)
        jobs = [job for job in newest_first(oscar.jobs(name)) if not states or is_in(job, states)]
        show(outputs, jobs_table(jobs), [_document(job) for job in jobs])
        return Exit.OK

    return on_cluster(options, outputs, listing)


def is_in(job: Job, states: set[str]) -> bool:
    return job.status.lower() in states


def newest_first(jobs: Iterable[Job]) -> list[Job]:
    """Return *jobs* by their times, those without any (they wait) first."""
    return sorted(jobs, key=lambda job: (job.created or job.started or "~", job.name), reverse=True)


def jobs_table(jobs: Iterable[Job]) -> Table:
    rows = [
        Row((job.name, job.status, job.started or job.created or "-", _took(job))) for job in jobs
    ]
    return Table(("JOB", "STATE", "STARTED", "TOOK"), tuple(rows))


def _took(job: Job) -> str:
    try:
        begin, end = map(datetime.fromisoformat, (job.started, job.finished))
        return duration((end - begin).total_seconds())
    except (ValueError, TypeError):
        return "-"


def _document(job: Job) -> dict[str, object]:
    return {
        "name": job.name,
        "state": job.status,
        "created": job.created or None,
        "started": job.started or None,
        "finished": job.finished or None,
    }
