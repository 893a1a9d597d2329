"""Markdown for a pull request's comment: the gist open, the rest folded, the worst first."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.field import Json
from oscar_sync.model.plan import Action, ActionKind, Blocked, FieldChange, Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.render.cutting import CUT, Block, cut_sentence, fitting, size_of
from oscar_sync.render.drift import drift_sentence, moved
from oscar_sync.render.findings import findings_of_input
from oscar_sync.render.plan_text import summary
from oscar_sync.render.report import report_sentence
from oscar_sync.render.script_diff import script_diff
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import SYMBOLS, erased, headline, kept, plural, safe, value

LIMIT: Final = 60_000
"""Bytes; GitHub takes 65,536 characters of a comment, and a workflow may add its own words."""
_TAIL: Final = 4_000
_SENTENCE: Final = 600


def markdown(subject: Subject) -> str:
    """Return *subject* within the size of a comment: what does not fit is counted by kind."""
    plan, report = subject.plan, subject.report
    if report is not None:
        return _page(subject, report_sentence(report), [*_of_report(report), *_of_plan(plan)])
    if subject.is_drift:
        return _page(subject, drift_sentence(plan), _of_drift(plan))
    return _page(subject, summary(plan, subject.command), _of_plan(plan))


def markdown_of_input(found: Sequence[Diagnostic]) -> str:
    """Return what is wrong with the files."""
    blocks = []
    for item in findings_of_input(found):
        place = f"{item.origin.file}:{item.origin.line}" if item.origin.line else item.origin.file
        line = f"- **{item.severity}** `{item.rule}` {_text(place)}: {_text(item.message)}"
        blocks.append(Block(f"of severity {item.severity}", line))
    shown, cut = fitting(blocks, LIMIT - _TAIL)
    head = ["### oscar-sync", "", f"{plural(len(found), 'finding')} in the files.", ""]
    return "\n".join([*head, *shown, *_cut(cut_sentence(cut, "oscar-sync validate")), ""])


def _page(subject: Subject, sentence: str, blocks: Sequence[Block]) -> str:
    plan = subject.plan
    head = [f"### {_text(subject.title)}", "", _text(sentence), "", *_unread(plan)]
    notes, lost = fitting([Block("notes", f"> {_text(note)}\n>") for note in plan.notes], _TAIL)
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
    return [*fitting([Block("clusters", line) for line in lines], _TAIL)[0], ""] if lines else []


def _of_plan(plan: Plan) -> list[Block]:
    """Return what would be done: data at risk, blocked, drifted, the rest."""
    risky = [action for action in plan.actions if action.erases]
    drifted = [action for action in plan.actions if not action.erases and action.is_drifted]
    rest = [action for action in plan.actions if not action.erases and not action.is_drifted]
    return [
        *(_action(action, "that erase data") for action in risky),
        *(_blocked(item) for item in plan.blocked),
        *(_action(action, "drifted") for action in drifted),
        *(_action(action, f"to {action.kind}") for action in rest),
        *(
            Block("left alone", f"- {_text(str(item.key))}: {_text(item.message)}")
            for item in plan.left_alone
        ),
        *(
            Block("not planned", f"- {_text(str(item.key))} not planned: {_text(item.reason)}")
            for item in plan.not_planned
        ),
    ]


def _of_drift(plan: Plan) -> list[Block]:
    return [_moved(action) for action in moved(plan)]


def _moved(action: Action) -> Block:
    key = f"<code>!</code> <b>{_text(str(action.key))}</b>"
    if action.kind is ActionKind.CREATE:
        return Block("missing", f"- {key} missing: never created, or deleted on the cluster")
    if action.kind is ActionKind.HOOK:
        targets = ", ".join(step.target for step in action.steps)
        words = f"notifications: {_text(targets)}; remedy: `oscar-sync apply --hooks`"
        return Block("with other notifications", f"- {key} {words}")
    changes = [change for change in action.changes if change.cause.is_drift]
    names = ", ".join(change.path for change in changes)
    title = f"{key} {_text(_short(names))}"
    return Block("drifted", lambda: _folded(title, _fields(changes)), f"- {title} {CUT}")


def _of_report(report: RunReport) -> Iterator[Block]:
    """Yield a line for each action, what was not done first."""
    for result in sorted(report.results, key=lambda item: item.status is Status.DONE):
        yield Block(str(result.status), _result(result))
    if report.results:
        yield Block("headings", "\n#### The plan\n")


def _result(result: ActionResult) -> str:
    mark = ":white_check_mark:" if result.status is Status.DONE else ":x:"
    tail = f": {_text(_short(result.message, 400))}" if result.message else ""
    key, words = _text(str(result.action.key)), _text(headline(result.action))
    lines = [f"- {mark} {result.status} **{key}** {words}{tail}"]
    lines += [f"  - warning: {_text(_short(warning, 400))}" for warning in result.warnings[:5]]
    return "\n".join(lines)


def _action(action: Action, group: str) -> Block:
    key = f"<code>{_text(SYMBOLS[action.kind])}</code> <b>{_text(str(action.key))}</b>"
    title = f"{key} {_text(headline(action))}"
    lines = [f"- erases {_text(erased(item))}" for item in action.erases]
    lines += [f"- keeps {_text(kept(item))}" for item in action.keeps]
    lines += [f"- {_text(note)}" for note in action.notes]
    data = [f"  {line}" for line in lines[: len(action.erases)]]
    brief = "\n".join([f"- {title} {CUT}", *data])
    return Block(group, lambda: _folded(title, [*_fields(action.changes), *lines]), brief)


def _folded(title: str, body: Sequence[str]) -> str:
    if not body:
        return f"- {title}"
    return "\n".join(["", f"<details><summary>{title}</summary>", "", *body, "", "</details>", ""])


def _fields(changes: Sequence[FieldChange]) -> list[str]:
    """Return a table of the fields, and the changed lines of the script under it."""
    if not changes:
        return []
    lines = ["| field | live | wanted | cause |", "|---|---|---|---|"]
    lines += [_row(change) for change in changes if not _is_script(change)]
    scripts = [change for change in changes if _is_script(change)]
    for change in scripts:
        added, removed, diff = script_diff(change.before, change.after)
        counts = f"+{added} -{removed} lines"
        lines.append(f"| script | {counts} | | {_text(change.cause.value)} |")
        lines += ["", *_fenced(diff)]
    return [*lines, ""]


def _is_script(change: FieldChange) -> bool:
    return change.path == "script" and _is_text(change.before) and _is_text(change.after)


def _is_text(content: Json) -> bool:
    return isinstance(content, str)


def _fenced(lines: Sequence[str]) -> list[str]:
    """Return *lines* as a difference, between fences that none of them can close."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}diff", *(_short(line, 300) for line in lines), fence]


def _row(change: FieldChange) -> str:
    cells = (change.path, value(change.before), value(change.after), change.cause.value)
    return "| " + " | ".join(_text(cell) for cell in cells) + " |"


def _blocked(item: Blocked) -> Block:
    key, kind = _text(str(item.action.key)), _text(str(item.action.kind))
    head = f"- :no_entry: **{key}** {kind} blocked (`{item.code}`)"
    lines = [f"{head}: {_text(item.message)}"]
    lines += [f"  - would erase {_text(erased(found))}" for found in item.action.erases]
    lines += [f"  - way out: {_text(way)}" for way in item.ways_out]
    return Block("blocked", "\n".join(lines), f"{head} {CUT}")


def _short(text: str, longest: int = 200) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


_MARKS: Final = {char: f"\\{char}" for char in "\\`*_[]|~#!$"}


def _text(text: str) -> str:
    """Return *text* with everything escaped that Markdown or HTML would obey."""
    plain = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = "".join(_MARKS.get(char, char) for char in plain).replace("@", "&#64;")
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
