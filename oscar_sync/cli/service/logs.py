"""``oscar-sync service logs``."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.other_words import logs_answer
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of, unknown_job
from oscar_sync.cli.service.following import LogWriter, follow_containers, follow_job
from oscar_sync.cli.service.jobs import document, jobs_table, newest_first
from oscar_sync.cli.service.log_removal import HOW, remove_logs
from oscar_sync.cli.tables import FORMATS, show, show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import BadAnswerError, UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.render.usage import command_on
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.use import kind_of

_FOLLOWABLE: Final = ((Output(FORMATS[0]),), (Output("json"),))


@given.command(
    "logs",
    "oscar-sync service logs thumbnails --latest -f",
    "oscar-sync service logs rm thumbnails --finished",
)
@click.argument(
    "words", nargs=-1, required=True, metavar="[rm] NAME [JOB]", shell_complete=given.LOGGED
)
@click.option("-l", "--latest", is_flag=True, help="Show the newest job.")
@click.option("-d", "--deployment", is_flag=True, help="Show the service's containers, not a job.")
@click.option("-t", "--show-timestamps", is_flag=True, help="Show when each line was written.")
@click.option(
    "-f",
    "--follow",
    is_flag=True,
    help="Show what is added, asked for every 2 seconds, until the job has finished or Ctrl-C.",
)
@click.option("--finished", is_flag=True, help="With rm: every job that has finished.")
@click.option(
    "--all", "all_jobs", is_flag=True, help="With rm: every job; running ones are stopped."
)
@given.YES
@given.one_cluster
@given.formats(*FORMATS)
def command(words: tuple[str, ...], **options: Any) -> int:
    """Show the log of JOB, or with --latest of the newest job.

    Without either, show the log of an exposed service's containers, and the list of jobs of
    another service, or the log of its containers if it has no jobs. With -f and -o json each line
    is a document of its own.

    `logs rm NAME JOB`, or with --finished or --all, deletes jobs with their logs after
    confirmation.
    """
    outputs = outputs_of(options["outputs"], FORMATS)
    if words[0] == "rm" and (len(words) > 1 or options["finished"] or options["all_jobs"]):
        return remove_logs(words[1:], options, outputs)
    if options["finished"] or options["all_jobs"]:
        raise click.UsageError("--finished and --all are for: service logs rm NAME")
    name, job = _name_and_job(words)
    if sum((job is not None, options["latest"], options["deployment"])) > 1:
        raise click.UsageError("give one of JOB, --latest and --deployment")
    if options["follow"] and outputs not in _FOLLOWABLE:
        raise click.UsageError("-f writes text, or with -o json a document a line, to stdout")

    def logs(oscar: Oscar) -> Exit:
        if words == ("rm",) and oscar.service(name) is None:
            raise UsageError(HOW)
        form = live_service(oscar.cluster.id, service_of(oscar, name).definition).form
        is_own = options["deployment"] or (
            job is None and not options["latest"] and kind_of(form) == "exposed"
        )
        is_timed = options["show_timestamps"]
        if options["follow"]:
            asked = None if is_own else job or _latest(oscar, name)
            is_text = outputs == _FOLLOWABLE[0]
            writer = LogWriter(None if is_text else partial(_document, name, asked))
            return _follow(oscar, name, asked, writer, is_timed=is_timed)
        asked = _latest(oscar, name) if options["latest"] else job
        jobs = () if is_own or asked else newest_first(oscar.jobs(name))
        if jobs:
            show(outputs, jobs_table(jobs), list(map(document, jobs)))
            again = command_on(oscar.cluster, f"service logs {name} JOB")
            say(f"for what one wrote: {again}, or --latest in place of JOB")
            return Exit.OK
        if asked:
            text = _job_log(oscar, name, asked, is_timed=is_timed)
        else:
            text = "\n".join(oscar.log(name, has_timestamps=is_timed))
        _show_log(outputs, name, asked, text)
        return Exit.OK

    return on_cluster(options, outputs, logs)


def _name_and_job(words: tuple[str, ...]) -> tuple[str, str | None]:
    if answer := logs_answer(words):
        raise click.UsageError(answer)
    if len(words) > 2:
        raise click.UsageError(f"one job at a time: {words[2]} is too much")
    return words[0], words[1] if len(words) == 2 else None


def _follow(oscar: Oscar, name: str, job: str | None, writer: LogWriter, *, is_timed: bool) -> Exit:
    if job is None:
        lines = partial(oscar.log, name, has_timestamps=True)
        return follow_containers(lines, writer, is_timed=is_timed)
    read = partial(_job_log, oscar, name, job, is_timed=is_timed)
    return follow_job(oscar, name, job, read, writer)


def _document(name: str, job: str | None, text: str) -> dict[str, str | None]:
    return {"service": name, "job": job, "log": text}


def _latest(oscar: Oscar, name: str) -> str:
    jobs = newest_first(oscar.jobs(name))
    if not jobs:
        raise UsageError(f"{name} has no jobs")
    say(f"job {jobs[0].name} ({jobs[0].status})")
    return jobs[0].name


def _job_log(oscar: Oscar, name: str, job: str, *, is_timed: bool) -> str:
    try:
        return oscar.job_log(name, job, has_timestamps=is_timed)
    except BadAnswerError as error:
        # An unknown job is answered 500, one whose pod is gone 404 (oscar-server 1.6).
        jobs = {listed.name: listed for listed in oscar.jobs(name)}
        if job not in jobs:
            raise unknown_job(oscar, name, job) from error
        words = f"the job {job} ({jobs[job].status}) has no log: it did not start yet, or its "
        raise oscar.api.bad(f"{words}pod is gone") from error


def _show_log(outputs: Sequence[Output], name: str, job: str | None, text: str) -> None:
    if not text:
        say("there is nothing in it, or you may not read it")
        outputs = [output for output in outputs if output.format != FORMATS[0]]
    show_words(outputs, text.removesuffix("\n"), _document(name, job, text))
    sys.stdout.flush()
