"""The table of formats: what `-o` offers beside text and events."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.render.diagnostics import diagnostics_document
from oscar_sync.render.drift import drift_json
from oscar_sync.render.github import github, github_of_input
from oscar_sync.render.gitlab import gitlab, gitlab_of_input
from oscar_sync.render.html import html, html_of_input
from oscar_sync.render.junit import junit, junit_of_input
from oscar_sync.render.markdown import markdown, markdown_of_input
from oscar_sync.render.plan_json import plan_json
from oscar_sync.render.report import report_json
from oscar_sync.render.sarif import sarif, sarif_of_input
from oscar_sync.render.subject import Subject


class Format(NamedTuple):
    """How a subject is written, and what is wrong with the files where none could be made.

    ``budget`` are the bytes that a document keeps within; 0: what it lists is never cut.
    """

    write: Callable[[Subject], str]
    write_input: Callable[[Sequence[Diagnostic]], str]
    budget: int = 0


def _json(subject: Subject) -> str:
    if subject.report is not None:
        return report_json(subject.report)
    return drift_json(subject.plan) if subject.is_drift else plan_json(subject.plan)


FORMATS: Final[dict[str, Format]] = {
    "json": Format(_json, diagnostics_document),
    "markdown": Format(markdown, markdown_of_input, 65_536),
    "html": Format(html, html_of_input, 8_000_000),
    "junit": Format(junit, junit_of_input, 30_000_000),
    "sarif": Format(sarif, sarif_of_input, 10_000_000),
    "github": Format(github, github_of_input, 65_536),
    "gitlab": Format(gitlab, gitlab_of_input, 10_000_000),
}
