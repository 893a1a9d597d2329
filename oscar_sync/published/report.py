"""What became of a plan: a result for each action beside the plan, and events as they come."""

from typing import Any, Literal, Self

from pydantic import Field

from oscar_sync.model.action import ActionKind
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.report import RunReport, Status
from oscar_sync.model.step import Do
from oscar_sync.published.base import OrNone, Published, Text, from_path, where_given
from oscar_sync.published.plan import PlanDocument


class SentStep(Published):
    """One write as it went out; ``status`` is the answer's, 0 where none came."""

    do: Do
    target: Text
    status: int


class Result(Published):
    """What became of one action; ``log`` are the last lines of a service that is not ready."""

    id: Text = from_path("action", "id")
    cluster: Text = from_path("action", "key", "cluster")
    service: Text = from_path("action", "key", "name")
    kind: ActionKind = from_path("action", "kind")
    status: Status
    code: Text
    message: Text
    warnings: tuple[Text, ...]
    log: tuple[Text, ...]
    sent: tuple[SentStep, ...]


class ReportDocument(PlanDocument):
    """What became of a plan; ``exit_code`` is the process's.

    ``revision`` is the commit that its writes were marked with.
    """

    results: tuple[Result, ...]
    verified_except: tuple[Text, ...]
    interrupted: bool
    exit_code: int
    revision: OrNone = where_given()

    @classmethod
    def of_report(cls, report: RunReport) -> Self:
        """Return the document of *report*."""
        return cls.of(
            report.plan,
            results=report.results,
            verified_except=report.verified_except,
            interrupted=report.is_interrupted,
            exit_code=int(apply_exit(report)),
            revision=report.revision,
        )


class EventDocument(Published):
    """One line of ``-o events``: what happened, to which action and step."""

    event: Happening = Field(validation_alias="happening")
    id: OrNone = where_given()
    cluster: OrNone = where_given()
    service: OrNone = where_given()
    kind: ActionKind | None = where_given()
    do: Do | None = where_given()
    target: OrNone = where_given()
    bytes: int | None = where_given()
    sent_bytes: int | None = where_given()
    status: int | None = where_given()
    message: OrNone = where_given()

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the line of *event*; what it does not tell is left out."""
        action, step = event.action, event.step
        told: dict[str, Any] = {
            "event": event.happening,
            "sent_bytes": event.sent_bytes or None,
            "status": event.status or None,
            "message": event.message,
        }
        if action is not None:
            key = action.key
            told |= {"id": action.id, "cluster": key.cluster, "service": key.name}
            told["kind"] = action.kind
        if step is not None:
            told |= {"do": step.do, "target": step.target}
            told["bytes"] = step.size_bytes if step.do is Do.UPLOAD else None
        return cls.model_validate(told)


class RunSummary(Published):
    """The last line of ``-o events``: the counts of the run and the process's exit code."""

    event: Literal[Happening.RUN_SUMMARY]
    exit_code: int
    done: int | None = where_given()
    failed: int | None = where_given()
    blocked: int | None = where_given()
    digest: OrNone = where_given()
    message: OrNone = where_given()

    @classmethod
    def of(cls, exit_code: int, report: RunReport | None, message: str = "") -> Self:
        """Return the summary of *report*, or of a run that came to none."""
        if report is None:
            return cls(event=Happening.RUN_SUMMARY, exit_code=exit_code, message=message)
        ends = [result.status for result in report.results]
        return cls(
            event=Happening.RUN_SUMMARY,
            exit_code=exit_code,
            done=ends.count(Status.DONE),
            failed=ends.count(Status.FAILED),
            blocked=len(report.blocked),
            digest=report.plan.digest,
            message=message,
        )
