"""What a document for machines lists: one finding a thing, the worst first."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.field_change import FieldChange
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import Blocked, Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.step import Do
from oscar_sync.render.base_text import base_sentence
from oscar_sync.render.changes import in_words
from oscar_sync.render.drift import moved
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import erased, headline, outcome_headline, safe

_RANK: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_LONGEST: Final = 1_000
_STATUS: Final = {Status.DONE: Severity.NOTE, Status.SKIPPED: Severity.WARNING}


class ReportFinding(Struct, frozen=True):
    """One thing to tell: a stable rule, of what (a service, a file), in a sentence, and where.

    ``path`` tells findings of one rule about one thing apart. A blank file is not a place.
    ``was_due``: the files of the base plan it too; None where nothing was compared.
    """

    rule: str
    severity: Severity
    about: str
    message: str
    origin: Origin = Origin("", 0, 0)
    path: str = ""
    was_due: bool | None = None

    @property
    def sentence(self) -> str:
        text = safe(f"{self.about}: {self.message}" if self.about else self.message)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    @property
    def fingerprint(self) -> str:
        """Return 32 hex digits that stay when lines and words move."""
        parts = "\0".join((self.rule, self.about or self.origin.file, self.path))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def findings_of(subject: Subject) -> list[ReportFinding]:
    """Return what *subject* has to tell, errors first, else in the plan's order."""
    if subject.report is not None:
        findings = _of_report(subject.report)
    elif subject.is_drift:
        findings = _of_drift(subject.plan)
    else:
        findings = _of_plan(subject.plan)
    return sorted(findings, key=lambda item: _RANK[item.severity])


def findings_of_input(diagnostics: Sequence[Diagnostic]) -> list[ReportFinding]:
    return sorted(map(_diagnostic, diagnostics), key=lambda item: _RANK[item.severity])


def own_findings(subject: Subject) -> list[ReportFinding]:
    """Return what *subject* has to tell of its branch; a sentence sums up what was due before."""
    return [item for item in findings_of(subject) if not item.was_due]


def as_many(findings: Sequence[ReportFinding], limit: int, room: int) -> Sequence[ReportFinding]:
    for at, item in enumerate(findings[:limit]):
        room -= 2 * len(item.sentence.encode()) + 9 * len(item.origin.file) + 900
        if room < 0:
            return findings[:at]
    return findings[:limit]


def without_twins(findings: Iterable[ReportFinding]) -> Iterator[tuple[ReportFinding, str]]:
    seen: dict[str, int] = {}
    for item in findings:
        name = item.fingerprint
        seen[name] = seen.get(name, 0) + 1
        twin = replace(item, path=f"{item.path}#{seen[name]}") if seen[name] > 1 else item
        yield item, twin.fingerprint


def _diagnostic(item: Diagnostic) -> ReportFinding:
    is_named = not item.path or item.path in item.message
    message = item.message if is_named else f"{item.path}: {item.message}"
    text = f"{message}; {item.remedy}" if item.remedy else message
    place = Origin(item.file, item.line, item.column)
    return ReportFinding(item.code, item.severity, "", text, place, f"{item.path}\0{item.message}")


def _shared(plan: Plan) -> Iterator[ReportFinding]:
    yield from map(_diagnostic, plan.diagnostics)
    if plan.source.narrowed:
        place = Origin(plan.source.settings_file, 0, 0)
        yield ReportFinding("narrowed", Severity.NOTE, "", plan.source.narrowed, place)
    if plan.base:
        yield ReportFinding("base", Severity.NOTE, "", base_sentence(plan))
    for cluster in plan.clusters:
        if cluster.problem:
            text = f"could not be read: {cluster.problem}"
            yield ReportFinding("not-read", Severity.ERROR, cluster.id, text)


def _of_plan(plan: Plan) -> Iterator[ReportFinding]:
    yield from _shared(plan)
    for blocked in plan.blocked:
        yield _compared(plan, blocked.action, _blocked(blocked))
    for action in plan.actions:
        for finding in (*_erased(action), *_planned(action)):
            yield _compared(plan, action, finding)
    for item in plan.left_alone:
        yield ReportFinding("left-alone", Severity.NOTE, str(item.key), item.message)


def _compared(plan: Plan, action: Action, finding: ReportFinding) -> ReportFinding:
    if plan.base is None:
        return finding
    in_part = plan.base.fields.get(action.id, ())
    return replace(finding, was_due=plan.was_due(action) or finding.path in in_part)


def _blocked(item: Blocked) -> ReportFinding:
    action = item.action
    ways = "".join(f"; to continue: {way}" for way in item.ways_out)
    text = f"{action.kind} blocked: {item.message}{ways}"
    return ReportFinding(
        item.code, Severity.ERROR, str(action.key), text, _place(action), action.id
    )


def _erased(action: Action) -> Iterator[ReportFinding]:
    for item in action.erases:
        text, key = f"{action.kind} deletes {erased(item)}", str(action.key)
        yield ReportFinding("erases", Severity.WARNING, key, text, _place(action), item.bucket)
    extra = [step.target for step in action.steps if step.do is Do.DELETE_OBJECT]
    if extra:
        text = f"{action.kind} deletes {plural(len(extra), 'extra object')}: {', '.join(extra)}"
        yield ReportFinding(
            "erases", Severity.WARNING, str(action.key), text, _place(action), action.id
        )


def _planned(action: Action) -> Iterator[ReportFinding]:
    if action.kind.is_update and action.changes:
        yield from (_change(action, change) for change in action.changes)
    else:
        text, rule = headline(action), str(action.kind)
        yield ReportFinding(rule, Severity.NOTE, str(action.key), text, _place(action), action.id)


def _change(action: Action, change: FieldChange) -> ReportFinding:
    is_drift = change.cause.is_drift
    text = f"{change.path}: {in_words(change)} ({change.cause.value})"
    severity = Severity.WARNING if is_drift else Severity.NOTE
    place = change.origin or _place(action)
    rule = "drift" if is_drift else "change"
    return ReportFinding(rule, severity, str(action.key), text, place, change.path)


def _place(action: Action) -> Origin:
    return action.origin or Origin("", 0, 0)


def _of_drift(plan: Plan) -> Iterator[ReportFinding]:
    yield from _shared(plan)
    for action in moved(plan):
        key, place = str(action.key), _place(action)
        if action.kind.is_creation:
            text = f"missing: {action.reason}"
            yield ReportFinding("missing", Severity.WARNING, key, text, place)
        elif action.kind is ActionKind.HOOK:
            targets = ", ".join(step.target for step in action.steps)
            text = f"notifications: {targets}; remedy: oscar-sync apply --hooks"
            yield ReportFinding("hooks", Severity.WARNING, key, text, place)
        else:
            yield from (
                _change(action, change) for change in action.changes if change.cause.is_drift
            )


def _of_report(report: RunReport) -> Iterator[ReportFinding]:
    yield from _shared(report.plan)
    yield from map(_blocked, report.blocked)
    for result in report.results:
        yield _result(result)
        for warning in result.warnings:
            key, place = str(result.action.key), _place(result.action)
            yield ReportFinding("warning", Severity.WARNING, key, warning, place, warning)


def _result(result: ActionResult) -> ReportFinding:
    action = result.action
    tail = f": {result.message}" if result.message else ""
    text = f"{result.status}: {outcome_headline(result)}{tail}"
    severity = _STATUS.get(result.status, Severity.ERROR)
    rule = result.code or str(result.status).replace(" ", "-")
    return ReportFinding(rule, severity, str(action.key), text, _place(action), action.id)
