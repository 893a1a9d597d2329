"""GitHub's workflow commands, which annotate lines and runs."""

from collections.abc import Sequence
from typing import Final

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.findings import ReportFinding, findings_of_input, own_findings
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import safe

_WORDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LIMIT: Final = 10
"""GitHub shows no more than so many annotations of a kind for a step."""


def github(subject: Subject) -> str:
    return _commands(own_findings(subject))


def github_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    return _commands(findings_of_input(diagnostics))


def _commands(findings: Sequence[ReportFinding]) -> str:
    lines: list[str] = []
    for severity in Severity:
        items = [item for item in findings if item.severity is severity]
        shown = items if len(items) <= _LIMIT else items[: _LIMIT - 1]
        lines.extend(_command(item) for item in shown)
        if len(items) > len(shown):
            more = f"{len(items) - len(shown):,} more of this kind: see the report"
            lines.append(f"::{_WORDS[severity]} title=oscar-sync::{more}")
    return "".join(f"{line}\n" for line in lines)


def _command(item: ReportFinding) -> str:
    properties = [f"title={_property(item.rule)}"]
    if item.origin.file:
        place = [f"file={_property(item.origin.file)}"]
        if item.origin.line:
            place += [f"line={item.origin.line}", f"col={item.origin.column}"]
        properties = [*place, *properties]
    return f"::{_WORDS[item.severity]} {','.join(properties)}::{_escaped(item.sentence)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(safe(text)).replace(":", "%3A").replace(",", "%2C")
