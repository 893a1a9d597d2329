"""``service logs -f``: what is written to a log, as it comes."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.cli.border import say
from oscar_sync.cli.output import show
from oscar_sync.cli.polling import polled
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import BadAnswerError
from oscar_sync.model.exits import Exit
from oscar_sync.semantics.answers import ENDED_JOBS, NO_CONTAINERS

INTERVAL_S: Final = 2.0
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\S+ ")


class LogWriter(Struct):
    """Writes what is added to a log: as it comes, or as a document for each whole line."""

    document: Callable[[str], Mapping[str, str | None]] | None = None
    rest: str = ""

    def add(self, text: str) -> None:
        if self.document is None:
            show(text)
            return
        *lines, self.rest = f"{self.rest}{text}".split("\n")
        for line in lines:
            show(f"{json.dumps(self.document(line), ensure_ascii=False)}\n")

    def end(self) -> None:
        if self.rest:
            self.add("\n")


def follow_job(
    oscar: Oscar, name: str, job: str, read: Callable[[], str], writer: LogWriter
) -> Exit:
    """Write the log of a job, which *read* returns, until the job has finished."""
    shown, is_told = "", False

    def look() -> bool:
        nonlocal is_told
        try:
            if _show_new(read()):
                return False
        except BadAnswerError as error:
            if _has_finished(oscar, name, job):
                raise
            if not is_told:
                say(f"waiting: {error.message}")
            is_told = True
            return False
        if not _has_finished(oscar, name, job):
            return False
        _show_new(read())  # what was written between the two questions
        writer.end()
        return True

    def _show_new(text: str) -> bool:
        nonlocal shown
        if not text.startswith(shown):
            say("the log does not go on from where it was: it follows as it is now")
            writer.end()
            shown = ""
        added, shown = text[len(shown) :], text
        writer.add(added)
        return bool(added)

    return polled(look, INTERVAL_S)


def _has_finished(oscar: Oscar, name: str, job: str) -> bool:
    state = next((one.status for one in oscar.jobs(name) if one.name == job), "")
    return state in ENDED_JOBS


def follow_containers(
    read: Callable[[], Sequence[str]], writer: LogWriter, *, is_timed: bool
) -> Exit:
    """Write what containers write, of which *read* returns the last lines with their times.

    It ends where the service has no containers: none is on its way that could write.
    """
    shown: list[str] = []

    def look() -> bool:
        lines = list(read())
        for line in new_lines(shown, lines):
            writer.add(f"{line if is_timed else _TIME.sub('', line, count=1)}\n")
        shown[:] = lines
        return lines == [NO_CONTAINERS]

    return polled(look, INTERVAL_S)


def new_lines(before: Sequence[str], now: Sequence[str]) -> Sequence[str]:
    """Return the lines of *now* behind those that *before* ends with; all where it lost some."""
    for start, line in enumerate(before):
        if now and line == now[0] and before[start:] == now[: len(before) - start]:
            return now[len(before) - start :]
    return now
