"""The lines of ``-o events``, made only where that is asked for."""

from oscar_sync.model.event import Event
from oscar_sync.model.report import RunReport
from oscar_sync.render.documents import json_line


def event_line(event: Event) -> str:
    from oscar_sync.published.report import EventDocument

    return json_line(EventDocument.of(event).data)


def summary_line(exit_code: int, report: RunReport | None = None) -> str:
    from oscar_sync.published.report import RunSummary

    return json_line(RunSummary.of(exit_code, report).data)
