"""JUnit XML: a suite for each cluster, a case for each service, and one for the files.

A plan fails what is blocked or not read; a drift report what moved; a report of an apply what was
not done. Everything else passes, a service that does not differ too.
"""

import html
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.findings import Finding, findings_of, findings_of_input
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import safe, safe_lines

_FILES: Final = "files"
_LONGEST: Final = 2_000
_CASES: Final = 4_000


class _Case(Struct, frozen=True):
    suite: str
    name: str
    found: tuple[Finding, ...] = ()
    is_drift: bool = False

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Return what makes the case fail."""
        return tuple(
            item
            for item in self.found
            if item.severity is Severity.ERROR
            or (self.is_drift and item.about and item.severity is Severity.WARNING)
        )


def junit(subject: Subject) -> str:
    """Return *subject* as suites of cases."""
    cases = _cases(subject)
    cut = len(cases) - _CASES
    if cut > 0:  # those that pass go first
        cases = sorted(cases, key=lambda case: not case.faults)[:_CASES]
        text = f"{cut:,} more cases, all that fail kept before them, were cut to fit"
        cases.append(_Case(_FILES, "cut", (Finding("cut", Severity.NOTE, "", text),)))
    return _document(subject.title, cases)


def junit_of_input(found: Sequence[Diagnostic]) -> str:
    """Return what is wrong with the files, a case for each file."""
    by_file: dict[str, list[Finding]] = {}
    for item in findings_of_input(found):
        by_file.setdefault(item.origin.file, []).append(item)
    cases = [_Case(_FILES, name, tuple(items)) for name, items in sorted(by_file.items())]
    return _document("oscar-sync", cases)


def _cases(subject: Subject) -> list[_Case]:
    names: dict[str, list[Finding]] = {str(key): [] for key in subject.services}
    for cluster in subject.plan.clusters:
        names.setdefault(cluster.id, [])
    for item in findings_of(subject):
        names.setdefault(item.about or item.origin.file or _FILES, []).append(item)
    lost = {str(item.key): item.reason for item in subject.plan.not_planned}
    for name, reason in lost.items():
        text = f"not planned: {reason}"
        names.setdefault(name, []).append(Finding("not-planned", Severity.ERROR, name, text))
    clusters = {cluster.id for cluster in subject.plan.clusters}
    return [
        _Case(*_place(name, clusters), tuple(found), is_drift=subject.is_drift)
        for name, found in names.items()
    ]


def _place(name: str, clusters: Iterable[str]) -> tuple[str, str]:
    if name in clusters:
        return name, "cluster"
    cluster, _, service = name.partition("/")
    return (cluster, service) if cluster in clusters and service else (_FILES, name)


def _document(title: str, cases: Sequence[_Case]) -> str:
    suites: dict[str, list[_Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{_text(title)}" {_counts(cases)}>',
        *(line for name, within in sorted(suites.items()) for line in _suite(name, within)),
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _counts(cases: Sequence[_Case]) -> str:
    failed = sum(bool(case.faults) for case in cases)
    return f'tests="{len(cases)}" failures="{failed}" errors="0" time="0"'


def _suite(name: str, cases: Sequence[_Case]) -> list[str]:
    head = f'  <testsuite name="{_text(name)}" {_counts(cases)} skipped="0">'
    return [head, *(line for case in cases for line in _case(case)), "  </testsuite>"]


def _case(case: _Case) -> list[str]:
    place = next((item.origin.file for item in case.found if item.origin.file), "")
    file = f' file="{_text(place)}"' if place else ""
    head = f'<testcase classname="{_text(case.suite)}" name="{_text(case.name)}"{file} time="0"'
    if not case.found:
        return [f"    {head}/>"]
    lines = [f"    {head}>"]
    if case.faults:
        first = case.faults[0]
        message = f'message="{_text(first.message[:_LONGEST])}" type="{_text(first.rule)}"'
        lines.append(f"      <failure {message}>{_told(case.faults)}</failure>")
    rest = [item for item in case.found if item not in case.faults]
    if rest:
        lines.append(f"      <system-out>{_told(rest)}</system-out>")
    return [*lines, "    </testcase>"]


def _told(found: Sequence[Finding]) -> str:
    text = "\n".join(f"{item.severity} {item.rule}: {item.message}" for item in found)
    more = f"\n… {len(text) - _LONGEST:,} characters more" if len(text) > _LONGEST else ""
    return html.escape(safe_lines(text[:_LONGEST]) + more)


def _text(text: str) -> str:
    return html.escape(safe(text))
