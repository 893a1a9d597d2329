"""Markdown for a pull request's comment: the gist open, the rest folded, the worst first."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from oscar_sync.model.action import Action, ActionKind, Category
from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.field_change import FieldChange, Op
from oscar_sync.model.plan import Blocked, Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.step import Do
from oscar_sync.render.base_text import base_sentence
from oscar_sync.render.changes import in_words, live_and_wanted, script_lines
from oscar_sync.render.cutting import CUT, DocumentBlock, cut_sentence, fitting, size_of
from oscar_sync.render.drift import drift_sentence, moved, origin_lines
from oscar_sync.render.findings import findings_of_input
from oscar_sync.render.plan_text import summary
from oscar_sync.render.report import report_sentence
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import (
    SYMBOLS,
    erased,
    headline,
    kept_lines,
    outcome_headline,
    safe,
    wave_lines,
)

LIMIT: Final = 60_000
"""Bytes; GitHub takes 65,536 characters of a comment, and a workflow may add its own words."""
_LONGEST_WARNING: Final = 8000
_TAIL: Final = 4_000
_SENTENCE: Final = 600
_SHORT_SCRIPT: Final = 30
_LISTED: Final = 50
"""So many deleted objects are named one by one."""


def markdown(subject: Subject) -> str:
    """Return *subject* within the size of a comment: what does not fit is counted by kind."""
    plan, report = subject.plan, subject.report
    if report is not None:
        return _page(subject, report_sentence(report), [*_of_report(report), *_of_plan(plan)])
    if subject.is_drift:
        return _page(subject, drift_sentence(plan), _of_drift(plan))
    return _page(subject, summary(plan, subject.command), _of_plan(plan))


def markdown_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    blocks = []
    for item in findings_of_input(diagnostics):
        place = f"{item.origin.file}:{item.origin.line}" if item.origin.line else item.origin.file
        line = f"- **{item.severity}** `{item.rule}` {_text(place)}: {_text(item.message)}"
        blocks.append(DocumentBlock(f"of severity {item.severity}", line))
    shown, cut = fitting(blocks, LIMIT - _TAIL)
    head = ["### oscar-sync", "", f"{plural(len(diagnostics), 'finding')} in the files.", ""]
    return "\n".join([*head, *shown, *_cut(cut_sentence(cut, "oscar-sync validate")), ""])


def _page(subject: Subject, sentence: str, blocks: Sequence[DocumentBlock]) -> str:
    plan = subject.plan
    head = [f"### {_text(subject.title)}", "", _text(sentence), ""]
    head += [f"*{_text(plan.source.narrowed)}*", ""] if plan.source.narrowed else []
    head += [f"*Waves {_text('; '.join(waves))}*", ""] if (waves := wave_lines(plan)) else []
    head += [_text(base_sentence(plan)), ""] if plan.base else []
    head += _unread(plan)
    notes, lost = fitting(
        [DocumentBlock("notes", f"> {_text(note)}\n>") for note in plan.notes], _TAIL
    )
    tail = [*notes, *_cut(cut_sentence(lost, subject.title)), ""]
    tail += [f"Digest `{plan.digest}`", ""]
    room = LIMIT - _SENTENCE - sum(size_of(line) for line in (*head, *tail))
    shown, cut = fitting(blocks, room)
    return "\n".join([*head, *shown, *_cut(cut_sentence(cut, subject.title)), "", *tail])


def _cut(sentence: str) -> list[str]:
    return ["", _text(sentence[:_SENTENCE])] if sentence else []


def _unread(plan: Plan) -> list[str]:
    lines = [
        f"- :warning: **{_text(cluster.id)}** could not be read: {_text(cluster.problem)}"
        for cluster in plan.clusters
        if cluster.problem
    ]
    return (
        [*fitting([DocumentBlock("clusters", line) for line in lines], _TAIL)[0], ""]
        if lines
        else []
    )


def _of_plan(plan: Plan) -> list[DocumentBlock]:
    """Return what would be done: deletions, which are never folded, blocked, changed, drifted."""

    # What was due before the branch is summed up by the sentence above.
    def own(category: Category) -> list[Action]:
        return [action for action in plan.of_category(category) if not plan.was_due(action)]

    return [
        *(_deletion(action) for action in plan.of_category(Category.DELETED)),
        *(_blocked(item) for item in plan.blocked if not plan.was_due(item.action)),
        *(_action(action, f"to {action.kind}") for action in own(Category.CHANGED)),
        *(_action(action, "drifted") for action in own(Category.DRIFTED)),
        *(
            DocumentBlock("left alone", f"- {_text(str(item.key))}: {_text(item.message)}")
            for item in plan.left_alone_by_name
        ),
        *(
            DocumentBlock(
                "not planned", f"- {_text(str(item.key))} not planned: {_text(item.reason)}"
            )
            for item in plan.not_planned
        ),
    ]


def _of_drift(plan: Plan) -> list[DocumentBlock]:
    return [_moved(action) for action in moved(plan)]


def _moved(action: Action) -> DocumentBlock:
    key = f"<code>!</code> <b>{_text(str(action.key))}</b>"
    if action.kind.is_creation:
        return DocumentBlock("missing", f"- {key} missing: {_text(action.reason)}")
    if action.kind is ActionKind.HOOK:
        targets = ", ".join(step.target for step in action.steps)
        words = f"notifications: {_text(targets)}; remedy: `oscar-sync apply --hooks`"
        return DocumentBlock("with other notifications", f"- {key} {words}")
    changes = [change for change in action.changes if change.cause.is_drift]
    names = ", ".join(change.path for change in changes)
    title = f"<code>!</code> <b>{_html(str(action.key))}</b> {_html(_short(names))}"
    brief = f"- {key} {_text(_short(names))} {CUT}"
    origin = [f"\n{line}" for line in origin_lines(action)]
    return DocumentBlock("drifted", lambda: _folded(title, [*_table(changes), *origin]), brief)


def _of_report(report: RunReport) -> Iterator[DocumentBlock]:
    """Yield a line for each action, what was not done first."""
    for result in sorted(report.results, key=lambda item: item.status is Status.DONE):
        yield DocumentBlock(str(result.status), _result(result))
    if report.results:
        yield DocumentBlock("headings", "\n#### The plan\n")


def _result(result: ActionResult) -> str:
    mark = ":white_check_mark:" if result.status is Status.DONE else ":x:"
    tail = f": {_text(_short(result.message, 400))}" if result.message else ""
    key, words = _text(str(result.action.key)), _text(outcome_headline(result))
    lines = [f"- {mark} {result.status} **{key}** {words}{tail}"]
    lines += [
        f"  - warning: {_text(_short(warning, _LONGEST_WARNING))}"
        for warning in result.warnings[:5]
    ]
    return "\n".join(lines)


def _deletion(action: Action) -> DocumentBlock:
    """Return what deletes data, open: nobody should have to unfold a loss."""
    key, words = _text(str(action.key)), _text(headline(action))
    lines = [f"- :rotating_light: **{key}** {words}"]
    lines += [f"  - **deletes** {_text(erased(item))}" for item in action.erases]
    objects = [step.target for step in action.steps if step.do is Do.DELETE_OBJECT]
    lines += [f"  - **deletes** object {_text(name)}" for name in objects[:_LISTED]]
    if len(objects) > _LISTED:
        lines.append(f"  - **deletes** {plural(len(objects) - _LISTED, 'more object')}")
    brief = "\n".join([f"{lines[0]} {CUT}", *lines[1:]])
    rest = [f"  - keeps {_text(line)}" for line in kept_lines(action)]
    rest += [f"  - {_text(note)}" for note in action.notes]
    fields = ["", *_fields(action)] if action.changes else []
    return DocumentBlock("that delete data", "\n".join([*lines, *rest, *fields]), brief)


def _action(action: Action, group: str) -> DocumentBlock:
    lines = [f"- keeps {_text(line)}" for line in kept_lines(action)]
    lines += [f"- {_text(note)}" for note in action.notes]
    brief = f"- {_title(action, _text)} {CUT}"

    def whole() -> str:
        body = [*_fields(action), *lines]
        return _folded(_title(action, _html), body) if body else f"- {_title(action, _text)}"

    return DocumentBlock(group, whole, brief)


def _title(action: Action, escaped: Callable[[str], str]) -> str:
    """Return symbol, service and what is done; a summary is HTML, a line of a list Markdown."""
    mark = f"<code>{escaped(SYMBOLS[action.kind])}</code>"
    return f"{mark} <b>{escaped(str(action.key))}</b> {escaped(headline(action))}"


def _folded(title: str, body: Sequence[str]) -> str:
    return "\n".join(["", f"<details><summary>{title}</summary>", "", *body, "", "</details>", ""])


def _fields(action: Action) -> list[str]:
    return _table(action.changes, is_new=action.kind.is_new_name)


def _table(changes: Sequence[FieldChange], *, is_new: bool = False) -> list[str]:
    if not changes:
        return []
    titles = ("field", "sent") if is_new else ("field", "live", "wanted", "cause")
    lines = [_line_of(titles), f"|{'---|' * len(titles)}"]
    for change in changes:
        sent = (in_words(change),)
        cells = sent if is_new else (*live_and_wanted(change), change.cause.value)
        lines.append(_line_of(map(_text, (change.path, *cells))))
    for change in changes:
        shown = script_lines(change, is_whole=_is_short_script(change))
        if shown:
            lines += ["", *_fenced(shown)]
    return [*lines, ""]


def _line_of(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _is_short_script(change: FieldChange) -> bool:
    return change.op is Op.ADD and len(str(change.after).splitlines()) <= _SHORT_SCRIPT


def _fenced(lines: Sequence[str]) -> list[str]:
    """Return *lines* as a difference, between fences that none of them can close."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}diff", *(_short(line, 300) for line in lines), fence]


def _blocked(item: Blocked) -> DocumentBlock:
    key, kind = _text(str(item.action.key)), _text(str(item.action.kind))
    head = f"- :no_entry: **{key}** {kind} blocked (`{item.code}`)"
    lines = [f"{head}: {_text(item.message)}"]
    lines += [f"  - would delete {_text(erased(bucket))}" for bucket in item.action.erases]
    lines += [f"  - to continue: {_text(way)}" for way in item.ways_out]
    return DocumentBlock("blocked", "\n".join(lines), f"{head} {CUT}")


def _short(text: str, longest: int = 200) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


_MARKUP: Final = "\\`*_[]|~!$"
_MARKS: Final = {char: f"\\{char}" for char in f"{_MARKUP}#"}
_ENTITIES: Final = {char: f"&#{ord(char)};" for char in _MARKUP}


def _text(text: str, marks: Mapping[str, str] = _MARKS) -> str:
    """Return *text* with everything escaped that Markdown or HTML would obey, by *marks*."""
    # Nothing in it becomes a mention or a link by itself either.
    plain = html.escape(safe(text), quote=False)
    escaped = "".join(marks.get(char, char) for char in plain)
    unlinked = escaped.replace("@", "&#64;").replace("://", "&#58;//")
    return unlinked.replace("www.", "www&#46;")


def _html(text: str) -> str:
    """Return *text* for a line of HTML, where a backslash would show and entities do not."""
    return _text(text, _ENTITIES)
