"""``oscar-sync service jobs``."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.polling import polled, watching
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Job
from oscar_sync.model.exits import Exit
from oscar_sync.render.table import Row, Table
from oscar_sync.render.words import duration


@given.command(
    "jobs",
    "oscar-sync service jobs thumbnails --watch",
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
@watching
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, status: str, **options: Any) -> int:
    """List all jobs of a service, the newest first."""
    outputs = outputs_of(options["outputs"], FORMATS)
    states = {state.strip().lower() for state in status.split(",") if state.strip()}

    def listing(oscar: Oscar) -> Exit:
        service_of(oscar, name)
        seen: dict[str, Job] | None = None

        def look() -> bool:
            nonlocal seen
            before = seen or {}
            every = newest_first(oscar.jobs(name))
            jobs = [job for job in every if not states or is_in(job, states)]
            changed = [job for job in jobs if before.get(job.name) != job]
            for output in outputs if changed or seen is None else ():
                # A file holds them all; elsewhere each look adds what is new.
                shown = jobs if output.file else changed
                show((output,), jobs_table(shown), [document(job) for job in shown])
            seen = {job.name: job for job in every}
            return not options["watch"]

        return polled(look, options["interval_s"])

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


def document(job: Job) -> dict[str, object]:
    return {
        "name": job.name,
        "state": job.status,
        "created": job.created or None,
        "started": job.started or None,
        "finished": job.finished or None,
    }
