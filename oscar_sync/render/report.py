"""What became of an apply, as text and JSON."""

from oscar_sync.model.event import Event
from oscar_sync.model.field import Json
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.plan import ActionKind, Do
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.render.documents import json_line, json_text
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.plan_json import plan_document
from oscar_sync.render.words import (
    SYMBOLS,
    erased_briefly,
    key_width,
    outcome_headline,
    plural,
    safe,
)

_COLOURS = {Status.DONE: "green", Status.SKIPPED: "yellow", Status.INTERRUPTED: "yellow"}


def report_text(report: RunReport, *, paint: Paint = plain) -> str:
    """Return one line for each action, warnings, what holds now and how to use what is new."""
    width = key_width(result.action.key for result in report.results)
    lines = [line for result in report.results for line in _result(result, paint, width)]
    if lines:
        lines.append("")
    lines.append(report_sentence(report))
    lines.extend(safe(hint) for hint in report.hints)
    return "\n".join(lines) + "\n"


def _result(result: ActionResult, paint: Paint, width: int) -> list[str]:
    action = result.action
    word = paint(f"{result.status:<12}", _COLOURS.get(result.status, "red"))
    tail = f": {safe(result.message)}" if result.message else ""
    symbol = SYMBOLS[action.kind]
    lines = [f" {word} {symbol} {safe(str(action.key)):<{width}} {outcome_headline(result)}{tail}"]
    if action.erases and result.status is Status.DONE:
        names = ", ".join(map(erased_briefly, action.erases))
        lines.append(f"              deleted {names}")
    lines.extend(f"              warning: {safe(warning)}" for warning in result.warnings)
    lines.extend(f"              log: {safe(line)}" for line in result.log)
    return lines


def report_sentence(report: RunReport) -> str:
    """Return the closing sentence of an apply."""
    done = sum(result.status is Status.DONE for result in report.results)
    total = len(report.results)
    parts = [f"{done} of {plural(total, 'action')} done and read back."] if total else []
    if not total:
        parts.append("Nothing was sent.")
    for status in (Status.FAILED, Status.STALE, Status.SKIPPED, Status.NOT_VERIFIED):
        count = sum(result.status is status for result in report.results)
        if count:
            parts.append(f"{count} {status}.")
    if report.blocked:
        parts.append(f"{len(report.blocked)} blocked.")
    if report.is_interrupted:
        parts.append("Interrupted: run it again, it goes on from what is there.")
    if report.verified_except:
        parts.append(f"Not verified: {safe(', '.join(report.verified_except))}.")
    return " ".join(parts)


def report_document(report: RunReport) -> dict[str, Json]:
    """Return the report as a JSON document; its exit code is the process's."""
    return {
        **plan_document(report.plan),
        "results": [_result_document(result) for result in report.results],
        "verified_except": [*report.verified_except],
        "interrupted": report.is_interrupted,
        "exit_code": int(apply_exit(report)),
    }


def _result_document(result: ActionResult) -> dict[str, Json]:
    return {
        "id": result.action.id,
        "cluster": result.action.key.cluster,
        "service": result.action.key.name,
        "kind": str(result.action.kind),
        "status": str(result.status),
        "code": result.code,
        "message": result.message,
        "warnings": [*result.warnings],
        "log": [*result.log],
        "sent": [
            {"do": str(step.do), "target": step.target, "status": step.status}
            for step in result.sent
        ],
    }


def report_json(report: RunReport) -> str:
    """Return the report document as text."""
    return json_text(report_document(report))


def event_line(event: Event) -> str:
    """Return one event as a line of JSON."""
    document: dict[str, Json] = {"event": str(event.happening)}
    if event.action is not None:
        document |= {
            "id": event.action.id, "cluster": event.action.key.cluster,
            "service": event.action.key.name, "kind": str(event.action.kind),
        }  # fmt: skip
    if event.step is not None:
        document |= {"do": str(event.step.do), "target": event.step.target}
        if event.step.do is Do.UPLOAD:
            document["bytes"] = event.step.size_bytes
    if event.sent_bytes:
        document["sent_bytes"] = event.sent_bytes
    if event.status:
        document["status"] = event.status
    if event.message:
        document["message"] = event.message
    return json_line(document)


def summary_line(exit_code: int, report: RunReport | None, message: str = "") -> str:
    """Return the last line of an event stream: counts and the process's exit code."""
    document: dict[str, Json] = {"event": "run_summary", "exit_code": exit_code}
    if report is not None:
        document["done"] = sum(item.status is Status.DONE for item in report.results)
        document["failed"] = sum(item.status is Status.FAILED for item in report.results)
        document["blocked"] = len(report.blocked)
        document["digest"] = report.plan.digest
    if message:
        document["message"] = message
    return json_line(document)


def new_services(report: RunReport) -> tuple[ActionResult, ...]:
    """Return the creations that are done: each gets a closing line."""
    return tuple(
        result
        for result in report.results
        if result.action.kind is ActionKind.CREATE and result.status is Status.DONE
    )
