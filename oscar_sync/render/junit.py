"""JUnit XML: a suite for each cluster, a case for each service, and one for the files.

A plan fails what is blocked or not read; a drift report what moved; a report of an apply what was
not done. Everything else passes, a service that does not differ too. What was due before a
branch is in suites of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.findings import ReportFinding, findings_of, findings_of_input
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import safe, safe_lines

_FILES: Final = "files"
_LONGEST: Final = 2_000
_CASES: Final = 4_000


class _Case(Struct, frozen=True):
    suite: str
    name: str
    findings: tuple[ReportFinding, ...] = ()
    is_drift: bool = False

    @property
    def faults(self) -> tuple[ReportFinding, ...]:
        return tuple(
            item
            for item in self.findings
            if item.severity is Severity.ERROR
            or (self.is_drift and item.about and item.severity is Severity.WARNING)
        )


def junit(subject: Subject) -> str:
    cases = _cases(subject)
    cut = len(cases) - _CASES
    if cut > 0:  # those that pass go first
        cases = sorted(cases, key=lambda case: not case.faults)[:_CASES]
        text = f"{plural(cut, 'more case')} cut to fit; all that fail are kept before them"
        cases.append(_Case(_FILES, "cut", (ReportFinding("cut", Severity.NOTE, "", text),)))
    return _document(subject.title, cases)


def junit_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    by_file: dict[str, list[ReportFinding]] = {}
    for item in findings_of_input(diagnostics):
        by_file.setdefault(item.origin.file, []).append(item)
    cases = [_Case(_FILES, name, tuple(items)) for name, items in sorted(by_file.items())]
    return _document("oscar-sync", cases)


def _cases(subject: Subject) -> list[_Case]:
    names: dict[str, list[ReportFinding]] = {str(key): [] for key in subject.services}
    due: dict[str, list[ReportFinding]] = {}
    for cluster in subject.plan.clusters:
        names.setdefault(cluster.id, [])
    for item in findings_of(subject):
        listed = due if item.was_due else names
        listed.setdefault(item.about or item.origin.file or _FILES, []).append(item)
    lost = {str(item.key): item.reason for item in subject.plan.not_planned}
    for name, reason in lost.items():
        text = f"not planned: {reason}"
        names.setdefault(name, []).append(ReportFinding("not-planned", Severity.ERROR, name, text))
    clusters = {cluster.id for cluster in subject.plan.clusters}
    return [
        *(
            _Case(*_place(name, clusters), tuple(findings), is_drift=subject.is_drift)
            for name, findings in names.items()
        ),
        *(_due(*_place(name, clusters), findings) for name, findings in due.items()),
    ]


def _due(suite: str, name: str, findings: Sequence[ReportFinding]) -> _Case:
    return _Case(f"{suite} (due before this branch)", name, tuple(findings))


def _place(name: str, clusters: Iterable[str]) -> tuple[str, str]:
    if name in clusters:
        return name, "cluster"
    cluster, _, service = name.partition("/")
    return (cluster, service) if cluster in clusters and service else (_FILES, name)


def _document(title: str, cases: Sequence[_Case]) -> str:
    suites: dict[str, list[_Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    root = Element("testsuites", {"name": safe(title), **_counts(cases)})
    for name, within in sorted(suites.items()):
        suite = SubElement(
            root, "testsuite", {"name": safe(name), **_counts(within), "skipped": "0"}
        )
        for case in within:
            _add(case, suite)
    indent(root)
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return content.decode() + "\n"


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    failed = sum(bool(case.faults) for case in cases)
    return {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "time": "0"}


def _add(case: _Case, suite: Element) -> None:
    place = next((item.origin.file for item in case.findings if item.origin.file), "")
    names = {"classname": safe(case.suite), "name": safe(case.name)}
    file = {"file": safe(place)} if place else {}
    element = SubElement(suite, "testcase", {**names, **file, "time": "0"})
    if case.faults:
        first = case.faults[0]
        failure = SubElement(
            element, "failure", message=safe(first.message[:_LONGEST]), type=safe(first.rule)
        )
        failure.text = _lines_of(case.faults)
    rest = [item for item in case.findings if item not in case.faults]
    if rest:
        SubElement(element, "system-out").text = _lines_of(rest)


def _lines_of(findings: Sequence[ReportFinding]) -> str:
    text = "\n".join(f"{item.severity} {item.rule}: {item.message}" for item in findings)
    more = f"\n… {len(text) - _LONGEST:,} characters more" if len(text) > _LONGEST else ""
    return safe_lines(text[:_LONGEST]) + more
