"""``service logs rm``: jobs go with their logs, each by its name."""

from collections.abc import Sequence
from typing import Any, Final

import click

from oscar_sync.cli.asking import is_confirmed
from oscar_sync.cli.border import say
from oscar_sync.cli.output import Output
from oscar_sync.cli.reaching import on_cluster, service_of, unknown_job
from oscar_sync.cli.tables import show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Job
from oscar_sync.errors import BadAnswerError
from oscar_sync.model.amounts import plural, several
from oscar_sync.model.exits import Exit
from oscar_sync.semantics.answers import ENDED_JOBS

HOW: Final = "write: service logs rm NAME, and JOB, --finished or --all"


def remove_logs(words: Sequence[str], options: dict[str, Any], outputs: Sequence[Output]) -> int:
    """Delete the jobs that *words* (NAME JOB…) name, or the finished ones, or all."""
    name, jobs = (words[0], words[1:]) if words else ("", ())
    if not name or sum((bool(jobs), options["finished"], options["all_jobs"])) != 1:
        raise click.UsageError(HOW)

    def remove(oscar: Oscar) -> Exit:
        oscar.check_write()
        service_of(oscar, name)
        removed = _to_delete(oscar, name, jobs, options)
        if not removed:
            say(f"{name} has no jobs" if options["all_jobs"] else f"{name} has no finished jobs")
            return _deleted(oscar, name, (), outputs)
        question = f"Delete {_shown(removed)} of {oscar.cluster.id}/{name}, with their logs?"
        if (refused := is_confirmed(question, is_yes=options["yes"])) is not None:
            return refused
        return _deleted(oscar, name, removed, outputs)

    return on_cluster(options, outputs, remove)


def _to_delete(oscar: Oscar, name: str, jobs: Sequence[str], options: dict[str, Any]) -> list[Job]:
    # One by one, by name: OSCAR's own "all" also takes the jobs of other users (handlers/logs.go).
    listed = {job.name: job for job in oscar.jobs(name)}
    if missing := [job for job in jobs if job not in listed]:
        raise unknown_job(oscar, name, ", ".join(missing))
    if jobs:
        return [listed[job] for job in dict.fromkeys(jobs)]
    return [job for job in listed.values() if options["all_jobs"] or _is_finished(job)]


def _is_finished(job: Job) -> bool:
    return job.status in ENDED_JOBS


def _shown(jobs: Sequence[Job]) -> str:
    active = sum(not _is_finished(job) for job in jobs)
    names = several([job.name for job in jobs])
    stopped = f"; {active} not finished, which are stopped" if active else ""
    return f"{plural(len(jobs), 'job')} ({names}{stopped})"


def _deleted(oscar: Oscar, name: str, jobs: Sequence[Job], outputs: Sequence[Output]) -> Exit:
    failed: list[str] = []
    for job in jobs:
        try:
            oscar.delete_job(name, job.name)
        except BadAnswerError as error:
            say(f"error: {error}")
            failed.append(job.name)
    gone = [job.name for job in jobs if job.name not in failed]
    words = f"{oscar.cluster.id}/{name}: {plural(len(gone), 'job')} deleted"
    show_words(outputs, words, {"deleted": gone, "not_deleted": failed})
    if not failed:
        return Exit.OK
    return Exit.PARTIAL if gone else Exit.UNREACHABLE
