"""A plan as people read it, worst first (product 5). Same plan, same bytes."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from oscar_sync.model.action import Action, ActionKind, Category
from oscar_sync.model.amounts import plural
from oscar_sync.model.field_change import FieldChange, Op
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import Blocked, ClusterSummary, Plan
from oscar_sync.model.step import Do, Step
from oscar_sync.render.base_text import base_sentence
from oscar_sync.render.changes import in_words, script_lines, want_and_live
from oscar_sync.render.paint import SYMBOL_COLOURS, Paint, plain
from oscar_sync.render.words import (
    SYMBOLS,
    duration,
    erased,
    headline,
    kept_lines,
    key_width,
    lost,
    marked_as_kept,
    safe,
    size,
    to_do,
    wave_lines,
)

_PLACE_COLUMN: Final = 66
_FIELD_COLUMN: Final = 28
_LINE_COLOURS: Final = {"+": "green", "-": "red"}
_OF_OP: Final = {Op.ADD: "+", Op.REMOVE: "-", Op.CHANGE: "~", Op.SAME: ""}
_RANK: Final = {
    ActionKind.REMOVE: 0, ActionKind.REPLACE: 1, ActionKind.CREATE: 2, ActionKind.SEED: 2,
    ActionKind.UPDATE: 3, ActionKind.HOOK: 4, ActionKind.ADOPT: 6,
    ActionKind.FORGET: 7, ActionKind.ERASE: 0, ActionKind.CREATE_BUCKET: 2,
    ActionKind.CREATE_VOLUME: 2, ActionKind.SHARE_BUCKET: 2, ActionKind.ADOPT_BUCKET: 6,
    ActionKind.RENAME: 1,
}  # fmt: skip


def plan_text(
    plan: Plan,
    *,
    command: str = "plan",
    paint: Paint = plain,
    verbose: bool = False,
) -> str:
    page = Page(paint, verbose=verbose, key_width=key_width(_keys(plan)))
    page.line(_header(plan, command))
    if against := base_sentence(plan):
        page.line(against)
    due = [item for item in plan.actions if plan.was_due(item)]
    due_blocked = [item for item in plan.blocked if plan.was_due(item.action)]
    own_blocked = [item for item in plan.blocked if item not in due_blocked]
    risky = _worst_first(plan.of_category(Category.DELETED))
    drifted = _worst_first([i for i in plan.of_category(Category.DRIFTED) if i not in due])
    changes = _worst_first([i for i in plan.of_category(Category.CHANGED) if i not in due])
    page.section("DATA AT RISK", len(risky), [page.action(item) for item in risky])
    page.section("BLOCKED", len(own_blocked), [page.blocked(item) for item in own_blocked])
    page.section("CHANGES", len(changes), [page.action(item) for item in changes])
    page.section("DRIFTED", len(drifted), [page.drifted(item) for item in drifted])
    page.section("DUE BEFORE THIS BRANCH", len(due) + len(due_blocked), [
        *(page.blocked(item) for item in due_blocked),
        *(page.action(item) for item in _worst_first(due)),
    ])  # fmt: skip
    page.section("LEFT ALONE", len(plan.left_alone), [
        [safe(f"   {item.key}   {item.message}")] for item in plan.left_alone_by_name
    ])  # fmt: skip
    unread = list(page.not_planned(plan))
    page.section("NOT PLANNED", len(plan.not_planned) or len(unread), unread)
    waves = wave_lines(plan)
    page.section("WAVES", len(waves), [[f"   {line}"] for line in waves])
    page.section("NOTES", len(plan.notes), [[f"   {safe(note)}"] for note in plan.notes])
    page.line("")
    page.line(summary(plan, command))
    return page.text()


def _keys(plan: Plan) -> list[ServiceKey]:
    return [action.key for action in plan.all_actions]


def _worst_first(actions: Sequence[Action]) -> list[Action]:
    """Return removals first, then what is written in its order, each seed behind its service."""
    places = {action.key: place for place, action in reversed(list(enumerate(actions)))}
    return sorted(actions, key=lambda action: (_RANK[action.kind], places[action.key]))


def _header(plan: Plan, command: str) -> str:
    source = plan.source
    where = f" ({source.settings_file})" if source.settings_file else ""
    parts = [
        f"oscar-sync {command}",
        f"set {plan.set_name}{where}" if plan.set_name else f"no set{where}",
        f"{plural(source.files, 'file')} -> {plural(source.services, 'service')}",
        *(_cluster(cluster) for cluster in plan.clusters),
    ]
    if source.narrowed:
        parts.append(source.narrowed)
    return safe("   ".join(parts))


def _cluster(cluster: ClusterSummary) -> str:
    if cluster.problem:
        return f"{cluster.id}: {cluster.reading.upper()}"
    unmanaged = f", {cluster.unstamped} unmanaged" if cluster.unstamped else ""
    return f"{cluster.id}: {plural(cluster.live, 'service')}, {cluster.ours} managed{unmanaged}"


_NOTHING: Final = {
    "seed": "every file of the seeds is in its bucket",
    "remove": "the service does not exist on the clusters",
    "adopt": "the service is managed by this set",
    "forget": "the service is not managed by this set",
}
"""What holds where one of the narrower commands finds nothing to do."""


def summary(plan: Plan, command: str = "plan") -> str:
    digest = f"Digest {plan.digest[:8]}."
    unread = ", ".join(f"{one.id} ({one.reading})" for one in plan.clusters if one.problem)
    if not (plan.actions or plan.blocked or plan.not_planned or unread):
        holds = _NOTHING.get(command.partition(" ")[0])
        if holds:
            return f"Nothing to do: {holds}. {digest}"
        names = ", ".join(cluster.id for cluster in plan.clusters) or "no cluster"
        count = plural(plan.source.services, "service")
        return f"Nothing to do: {count} compared with {names}, no difference. {digest}"
    read = [cluster.id for cluster in plan.clusters if not cluster.problem]
    nothing = f"nothing to do on {', '.join(read)}" if read else "nothing could be planned"
    parts = [
        lost(plan.loss),
        f"{len(plan.blocked)} blocked" if plan.blocked else "",
        ", ".join(to_do(plan)) or ("" if plan.actions or plan.blocked else nothing),
        f"{len(plan.not_planned)} not planned" if plan.not_planned else "",
        f"Not read: {unread}" if unread and not plan.not_planned else "",
    ]
    words = ". ".join(part for part in parts if part)
    return f"Plan: {words}.{_about(plan)} {digest}"


def _about(plan: Plan) -> str:
    if not plan.actions:
        return ""
    restarts = plan.store_restarts
    why = f" ({plural(restarts, 'object-store restart')})" if restarts else ""
    return f" About {duration(plan.seconds)}{why}."


class Page:
    def __init__(self, paint: Paint, *, verbose: bool, key_width: int) -> None:
        self._paint = paint
        self._verbose = verbose
        self._key_width = key_width
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        self._lines.append(text)

    def section(self, title: str, count: int, blocks: Sequence[Sequence[str]]) -> None:
        if not blocks:
            return
        self._lines.extend(("", self._paint(f"{title} ({count})", "bold")))
        for block in blocks:
            self._lines.extend(block)

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def _key(self, action: Action) -> str:
        return f"{action.key!s:<{self._key_width}}"

    def mark(self, symbol: str, text: str) -> str:
        return f" {self._paint(symbol, SYMBOL_COLOURS[symbol])} {text}"

    def _placed(self, text: str, visible: int, place: str) -> str:
        return text + (" " * max(3, _PLACE_COLUMN - visible) + place if place else "")

    def action(self, action: Action) -> list[str]:
        symbol = SYMBOLS[action.kind]
        words = f"{self._key(action)} {headline(action)}"
        notes = [note for note in action.notes if not note.startswith("trigger:")]
        place = _place(action)
        lines = [self._placed(self.mark(symbol, safe(words)), len(words) + 3, safe(place))]
        lines.extend(f"     deletes {erased(item)}" for item in action.erases)
        lines.extend(line for change in action.changes for line in self._change(change))
        lines.extend(f"     keeps  {line}" for line in kept_lines(action))
        lines.extend(self._steps(action))
        lines.extend(f"     note   {safe(note)}" for note in notes)
        if self._verbose:
            lines.extend(line for one in action.unchanged for line in self._change(one))
        elif action.unchanged_fields:
            lines.append(f"       {plural(action.unchanged_fields, 'unchanged field')} hidden")
        return lines

    def _steps(self, action: Action) -> Iterator[str]:
        deletions = [step for step in action.steps if step.do is Do.DELETE_OBJECT]
        left_out = () if self._verbose else deletions[MOST_DELETIONS:]
        for symbol, words in _shown_steps(action, frozenset(left_out)):
            yield f"     {self._paint(symbol, SYMBOL_COLOURS[symbol])} {safe(words)}"
        if left_out:
            yield f"       {plural(len(left_out), 'more object')} to delete (-v lists them)"

    def _change(self, change: FieldChange) -> list[str]:
        symbol = "!" if change.cause.is_drift else _OF_OP[change.op]
        mark = self._paint(symbol, SYMBOL_COLOURS[symbol]) if symbol else " "
        words = f"{safe(change.path):<{_FIELD_COLUMN}}  {in_words(change)}"
        place = safe(str(change.origin)) if change.origin else ""
        lines = [self._placed(f"     {mark} {words}", len(words) + 7, place)]
        lines.extend(self._diff(script_lines(change, is_whole=self._verbose)))
        return lines

    def _diff(self, lines: Sequence[str]) -> list[str]:
        return [
            f"         {self._paint(text, _LINE_COLOURS[text[0]]) if text[0] != ' ' else text}"
            for text in lines
        ]

    def drifted(self, action: Action) -> list[str]:
        lines = []
        for change in action.changes:
            shown = want_and_live(change)
            words = f"{self._key(action)} {change.path}  {shown}   {change.cause.value}"
            lines.append(self.mark("!", safe(words)))
            lines.extend(self._diff(script_lines(change, is_whole=self._verbose)))
        lines.extend(f"     keeps  {line}" for line in kept_lines(action))
        lines.extend(self._steps(action))
        lines.extend(f"     note   {safe(note)}" for note in action.notes)
        return lines

    def not_planned(self, plan: Plan) -> Iterator[list[str]]:
        """Yield for each cluster that was not read why, once, and which services are concerned."""
        most = None if self._verbose else MOST_UNPLANNED
        for cluster in plan.clusters:
            names = [str(one.key.name) for one in plan.not_planned if one.key.cluster == cluster.id]
            if cluster.problem:
                rest = f" and {len(names) - most:,} more" if most and len(names) > most else ""
                why = safe(f"{cluster.id} ({cluster.endpoint}): {cluster.problem}")
                listed = [safe(f"     {', '.join(names[:most])}{rest}")] if names else []
                yield [self.mark("?", why), *listed]

    def _differing(self, action: Action) -> Sequence[FieldChange]:
        """Return what differs on the cluster; with -v also what would be sent beside it."""
        if self._verbose:
            return action.changes
        is_new = action.kind.is_new_name
        return [] if is_new else [one for one in action.changes if one.op is not Op.SAME]

    def blocked(self, item: Blocked) -> list[str]:
        action = item.action
        words = f"{self._key(action)} {_blocked_word(action)}: {item.message}"
        place = safe(str(action.origin)) if action.origin else ""
        lines = [self._placed(self.mark("x", safe(words)), len(words) + 3, place)]
        lines.extend(f"     would delete {erased(bucket)}" for bucket in action.erases)
        lines.extend(line for change in self._differing(action) for line in self._change(change))
        lines.append(f"     reason: {item.code}")
        lines.extend(f"     to continue: {safe(way)}" for way in item.ways_out)
        return lines


def _place(action: Action) -> str:
    trigger = next((note for note in action.notes if note.startswith("trigger:")), "")
    if action.kind is ActionKind.SEED and trigger:
        return trigger
    if action.origin:
        return str(action.origin)
    return action.reason if action.kind is ActionKind.REMOVE else ""


def _blocked_word(action: Action) -> str:
    return f"{action.kind} {safe(action.reason)}" if action.kind is ActionKind.SEED else action.kind


MOST_UNPLANNED: Final = 10
"""So many services of a cluster that was not read are named in text."""
MOST_DELETIONS: Final = 20
"""So many objects that a seed deletes are named in text; -v, HTML and JSON name all."""

_REPLACE_SYMBOLS: Final = {Do.PUT: "&", Do.DELETE: "-", Do.POST: "+"}
"""The steps of a replace are all shown (safety 2); its first PUT detaches, and is not an attach."""
_IN_STEPS: Final = (ActionKind.REPLACE, ActionKind.RENAME)


def _step_symbol(action: Action, step: Step) -> str:
    """Return the symbol of a step worth its own line, blank for one the headline says."""
    if step.member:
        return "+" if step.do is Do.POST else "-"
    if action.kind in _IN_STEPS and step.do in _REPLACE_SYMBOLS:
        return "-" if step.is_detach else _REPLACE_SYMBOLS[step.do]
    match step.do:
        case Do.PUT if action.kind is ActionKind.CREATE:
            return "&"
        case Do.POST if action.kind is not ActionKind.CREATE:
            return "&"
        case Do.PUT if _puts_in_parts(action):
            return "-" if step.is_detach else "&"
        case _:
            return _STEP_SYMBOLS.get(step.do, "")


_STEP_SYMBOLS: Final = {
    Do.HOOK: "@",
    Do.UNHOOK: "@",
    Do.MARKER: "@",
    Do.REHOOK: "@",
    Do.RESTART: "r",
    Do.SET_ACCESS: "~",
    Do.TAG: "=",
    Do.TAG_KEPT: "=",
    Do.DELETE_OBJECT: "-",
}


def _puts_in_parts(action: Action) -> bool:
    return sum(step.do is Do.PUT and not step.member for step in action.steps) > 1


def _shown_steps(
    action: Action, left_out: Collection[Step] = frozenset()
) -> Iterator[tuple[str, str]]:
    marked = marked_as_kept(action)  # said where the bucket is
    for step in action.steps:
        symbol = _step_symbol(action, step)
        if step.do is Do.TAG_KEPT and step.target in marked:
            continue
        if symbol and step not in left_out:
            yield symbol, _step_words(step)


def step_lines(action: Action) -> list[str]:
    return [words for _, words in _shown_steps(action)]


_PUT_WORDS: Final = {"the full definition": "attach existing buckets by a second request"}


def _step_words(step: Step) -> str:
    if step.member:
        return _member_words(step)
    if step.do is Do.PUT:
        return _PUT_WORDS.get(step.note, step.note)
    held = f" ({size(step.size_bytes)})" if step.size_bytes else ""
    words = _STEP_WORDS.get(step.do, f"{{target}}{held}")
    return words.format(target=step.target, note=step.note).rstrip()


_STEP_WORDS: Final = {
    Do.HOOK: "uploads to {target} start it",
    Do.UNHOOK: "uploads to {target} no longer start it",
    Do.MARKER: "folder marker {target}",
    Do.REHOOK: "{note}",
    Do.DELETE: "delete {target}, which no longer names a bucket",
    Do.POST: "create {target} {note}",
    Do.RESTART: "restart {target}",
    Do.SET_ACCESS: "give {target} its access: {note}",
    Do.TAG: "mark {target} as managed by this set {note}",
    Do.TAG_KEPT: "mark {target} as kept by this removal",
}


def _member_words(step: Step) -> str:
    if step.do is Do.POST:
        return f"create the worker {step.target}, {step.note}"
    if step.do is Do.PUT:
        return f"detach the worker {step.target}: {step.note}"
    return f"delete the worker {step.target}, which no longer names a bucket"
