"""What became of an apply, as text."""

from oscar_sync.model.action import ActionKind
from oscar_sync.model.amounts import plural
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.words import SYMBOLS, erased_briefly, key_width, outcome_headline, safe

_COLOURS = {Status.DONE: "green", Status.SKIPPED: "yellow", Status.INTERRUPTED: "yellow"}


def report_text(report: RunReport, *, paint: Paint = plain) -> str:
    width = key_width(result.action.key for result in report.results)
    lines = [line for result in report.results for line in _result(result, paint, width)]
    if lines:
        lines.append("")
    lines.append(report_sentence(report))
    if report.revision:
        lines.append(f"From commit {safe(report.revision)}.")
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
    done = sum(result.status is Status.DONE for result in report.results)
    total = len(report.results)
    parts = [f"{done} of {plural(total, 'action')} done and verified."] if total else []
    if not total:
        parts.append("Nothing was sent.")
    for status in (Status.FAILED, Status.STALE, Status.SKIPPED, Status.NOT_VERIFIED):
        count = sum(result.status is status for result in report.results)
        if count:
            parts.append(f"{count} {status}.")
    if report.blocked:
        parts.append(f"{len(report.blocked)} blocked.")
    if report.is_interrupted:
        parts.append("Interrupted: run the command again to continue.")
    if report.verified_except:
        parts.append(f"Not verified: {safe(', '.join(report.verified_except))}.")
    return " ".join(parts)


def new_services(report: RunReport) -> tuple[ActionResult, ...]:
    return tuple(
        result
        for result in report.results
        if result.action.kind is ActionKind.CREATE and result.status is Status.DONE
    )
