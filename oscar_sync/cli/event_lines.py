"""The lines of ``-o events``, made only where that is asked for."""

from oscar_sync.model.event import Event
from oscar_sync.model.report import RunReport
from oscar_sync.render.documents import json_line


def event_line(event: Event) -> str:
    """Return one event as a line of JSON."""
    from oscar_sync.published.report import EventDocument

    return json_line(EventDocument.of(event).data)


def summary_line(exit_code: int, report: RunReport | None = None) -> str:
    """Return the last line of a stream of events: counts and the process's exit code."""
    from oscar_sync.published.report import RunSummary

    return json_line(RunSummary.of(exit_code, report).data)
