"""A plan as people read it, worst first (product 5). Same plan, same bytes."""

from collections.abc import Iterator, Sequence
from typing import Final

from oscar_sync.model.field import Json
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import (
    Action,
    ActionKind,
    Blocked,
    ClusterSummary,
    Do,
    FieldChange,
    Op,
    Plan,
    Step,
)
from oscar_sync.render.paint import SYMBOL_COLOURS, Paint, plain
from oscar_sync.render.script_diff import script_diff
from oscar_sync.render.words import (
    SYMBOLS,
    duration,
    erased,
    headline,
    kept,
    key_width,
    plural,
    safe,
    size,
    value,
)

DEFAULT_WIDTH: Final = 100
_PLACE_COLUMN: Final = 66
_FIELD_COLUMN: Final = 28
_FINGERPRINT: Final = "fp "
_RANK: Final = {
    ActionKind.REMOVE: 0, ActionKind.REPLACE: 1, ActionKind.CREATE: 2, ActionKind.SEED: 2,
    ActionKind.UPDATE: 3, ActionKind.HOOK: 4, ActionKind.RESTART: 5, ActionKind.ADOPT: 6,
    ActionKind.FORGET: 7, ActionKind.ERASE: 0,
}  # fmt: skip


def plan_text(
    plan: Plan,
    *,
    command: str = "plan",
    width: int = DEFAULT_WIDTH,
    paint: Paint = plain,
    verbose: bool = False,
) -> str:
    """Return the whole plan as text, ending in a line break."""
    page = Page(width, paint, verbose=verbose, key_width=key_width(_keys(plan)))
    page.line(_header(plan, command))
    risky = [action for action in plan.actions if action.erases]
    safe_ones = [action for action in plan.actions if not action.erases]
    drifted = [action for action in safe_ones if is_only_drift(action)]
    changes = _worst_first([action for action in safe_ones if not is_only_drift(action)])
    page.section("DATA AT RISK", len(risky), [page.action(item) for item in risky])
    page.section("BLOCKED", len(plan.blocked), [page.blocked(item) for item in plan.blocked])
    page.section("CHANGES", len(changes), [page.action(item) for item in changes])
    page.section("DRIFTED", len(drifted), [page.drifted(item) for item in drifted])
    page.section("LEFT ALONE", len(plan.left_alone), [
        [safe(f"   {item.key}   {item.message}")] for item in plan.left_alone
    ])  # fmt: skip
    page.section("NOT PLANNED", len(plan.not_planned), [
        [page.mark("?", safe(f"{item.key}   {item.reason}"))] for item in plan.not_planned
    ])  # fmt: skip
    page.section("NOTES", len(plan.notes), [[f"   {safe(note)}"] for note in plan.notes])
    page.line("")
    page.line(summary(plan, command))
    return page.text()


def _keys(plan: Plan) -> list[ServiceKey]:
    return [action.key for action in (*plan.actions, *(item.action for item in plan.blocked))]


def _worst_first(actions: Sequence[Action]) -> list[Action]:
    """Return removals first, then what is written in its order, each seed behind its service."""
    places = {action.key: place for place, action in reversed(list(enumerate(actions)))}
    return sorted(actions, key=lambda action: (_RANK[action.kind], places[action.key]))


def is_only_drift(action: Action) -> bool:
    """Tell whether nobody but the cluster moved in what the action updates."""
    return (
        action.kind is ActionKind.UPDATE
        and bool(action.changes)
        and all(change.cause.is_drift for change in action.changes)
    )


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
    unstamped = f", {cluster.unstamped} unstamped" if cluster.unstamped else ""
    return f"{cluster.id}: {cluster.live} live, {cluster.ours} ours{unstamped}"


_NOTHING: Final = {
    "seed": "every file of the seeds is in its bucket",
    "remove": "no such service is on the clusters",
    "adopt": "the service carries this set's stamp",
    "forget": "the service carries no stamp of this set",
}
"""What holds where one of the narrower commands finds nothing to do."""


def summary(plan: Plan, command: str = "plan") -> str:
    """Return the closing line: counts, time, digest; one sentence where there is nothing to do."""
    digest = f"Digest {plan.digest[:8]}."
    if not plan.actions and not plan.blocked and not plan.not_planned:
        holds = _NOTHING.get(command.partition(" ")[0])
        if holds:
            return f"Nothing to do: {holds}. {digest}"
        names = ", ".join(cluster.id for cluster in plan.clusters) or "no cluster"
        count = plural(plan.source.services, "service")
        return f"Nothing to do: {count} compared with {names}, no difference. {digest}"
    drifted = sum(action.is_drifted for action in plan.actions if action.kind is ActionKind.UPDATE)
    counts = []
    for kind, number in plan.counts().items():
        word = "mend (hooks)" if kind is ActionKind.HOOK else str(kind)
        extra = f" ({drifted} drifted)" if kind is ActionKind.UPDATE and drifted else ""
        counts.append(f"{number} to {word}{extra}")
    read = [cluster.id for cluster in plan.clusters if not cluster.problem]
    nothing = f"nothing to do on {', '.join(read)}" if read else "nothing could be planned"
    restarts = sum(step.restarts_store for action in plan.actions for step in action.steps)
    about = f" About {duration(_seconds(plan))}" if plan.actions else ""
    if restarts:
        about += f" ({plural(restarts, 'object-store restart')})"
    return (
        f"Plan: {', '.join(counts) or nothing}. Blocked: {len(plan.blocked)}. "
        f"Not planned: {len(plan.not_planned)}.{about + '.' if about else ''} {digest}"
    )


def _seconds(plan: Plan) -> float:
    by_cluster: dict[str, float] = {}
    for action in plan.actions:
        name = action.key.cluster
        by_cluster[name] = by_cluster.get(name, 0.0) + action.seconds
    return max(by_cluster.values(), default=0.0)


class Page:
    """Lines of text, folded where the terminal is narrow."""

    def __init__(self, width: int, paint: Paint, *, verbose: bool, key_width: int) -> None:
        self._width = width
        self._paint = paint
        self._verbose = verbose
        self._key_width = key_width
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        """Add one line."""
        self._lines.append(text)

    def section(self, title: str, count: int, blocks: Sequence[Sequence[str]]) -> None:
        """Add a titled section, none where it is empty."""
        if not blocks:
            return
        self._lines.extend(("", self._paint(f"{title} ({count})", "bold")))
        for block in blocks:
            self._lines.extend(block)

    def text(self) -> str:
        """Return everything."""
        return "\n".join(self._lines) + "\n"

    def _key(self, action: Action) -> str:
        return f"{action.key!s:<{self._key_width}}"

    def mark(self, symbol: str, text: str) -> str:
        """Return a line that starts with a symbol."""
        return f" {self._paint(symbol, SYMBOL_COLOURS[symbol])} {text}"

    def _placed(self, text: str, visible: int, place: str) -> list[str]:
        """Return *text* with *place* in the right column, or folded under it."""
        if not place:
            return [text]
        if self._width < DEFAULT_WIDTH:
            return [text, f"         {place}"]
        return [text + " " * max(3, _PLACE_COLUMN - visible) + place]

    def action(self, action: Action) -> list[str]:
        """Return an action with its fields, buckets and notes."""
        symbol = SYMBOLS[action.kind]
        words = f"{self._key(action)} {headline(action)}"
        notes = [note for note in action.notes if not note.startswith("trigger:")]
        place = _place(action)
        lines = self._placed(self.mark(symbol, safe(words)), len(words) + 3, safe(place))
        lines.extend(line for change in action.changes for line in self._change(change))
        lines.extend(f"     erases {erased(item)}" for item in action.erases)
        lines.extend(f"     keeps  {kept(item)}" for item in action.keeps)
        lines.extend(self._steps(action))
        lines.extend(f"     note   {safe(note)}" for note in notes)
        if action.changes and action.unchanged_fields and self._verbose:
            lines.append(f"       {plural(action.unchanged_fields, 'unchanged field')}")
        elif action.changes and action.unchanged_fields:
            lines.append(f"       {plural(action.unchanged_fields, 'unchanged field')} hidden")
        return lines

    def _steps(self, action: Action) -> Iterator[str]:
        for symbol, words in _told_steps(action):
            yield f"     {self._paint(symbol, SYMBOL_COLOURS[symbol])} {safe(words)}"

    def _change(self, change: FieldChange) -> list[str]:
        symbol = {Op.ADD: "+", Op.REMOVE: "-", Op.CHANGE: "~"}[change.op]
        if change.cause.is_drift:
            symbol = "!"
        path = safe(change.path)
        if change.path == "script" and change.op is Op.CHANGE:
            added, removed, diff = script_diff(change.before, change.after)
            words = f"{path:<{_FIELD_COLUMN}}  +{added} -{removed}"
        else:
            words, diff = f"{path:<{_FIELD_COLUMN}}  {_values(change)}", []
        place = safe(str(change.origin)) if change.origin else ""
        lines = self._placed(
            f"     {self._paint(symbol, SYMBOL_COLOURS[symbol])} {words}", len(words) + 7, place
        )
        lines.extend(self._diff(diff))
        return lines

    def _diff(self, lines: Sequence[str]) -> list[str]:
        return [
            f"         {self._paint(text, 'green' if text.startswith('+') else 'red')}"
            for text in lines
        ]

    def drifted(self, action: Action) -> list[str]:
        """Return one line for each field that the cluster moved."""
        lines = []
        for change in action.changes:
            shown, diff = want_and_live(change)
            words = f"{self._key(action)} {change.path}  {shown}   {change.cause.value}"
            lines.append(self.mark("!", safe(words)))
            lines.extend(self._diff(diff))
        lines.extend(f"     keeps  {kept(item)}" for item in action.keeps)
        lines.extend(self._steps(action))
        lines.extend(f"     note   {safe(note)}" for note in action.notes)
        return lines

    def blocked(self, item: Blocked) -> list[str]:
        """Return a blocked action with its reason and every way out."""
        action = item.action
        words = f"{self._key(action)} {_blocked_word(action)}: {item.message}"
        place = safe(str(action.origin)) if action.origin else ""
        lines = self._placed(self.mark("x", safe(words)), len(words) + 3, place)
        lines.extend(line for change in action.changes for line in self._change(change))
        lines.extend(f"     would erase {erased(found)}" for found in action.erases)
        lines.append(f"     reason  {item.code}")
        lines.extend(f"     way out {safe(way)}" for way in item.ways_out)
        return lines


def _place(action: Action) -> str:
    """Return the right column: the place in the files, a seed's trigger, a removal's reason."""
    trigger = next((note for note in action.notes if note.startswith("trigger:")), "")
    if action.kind is ActionKind.SEED and trigger:
        return trigger
    if action.origin:
        return str(action.origin)
    return action.reason if action.kind is ActionKind.REMOVE else ""


def _blocked_word(action: Action) -> str:
    return f"{action.kind} {safe(action.reason)}" if action.kind is ActionKind.SEED else action.kind


def _short(content: Json) -> Json:
    """Return a script as its size: its text would fill the screen."""
    if isinstance(content, str) and "\n" in content:
        return f"{plural(len(content.splitlines()), 'line')}"
    return content


def change_in_words(change: FieldChange) -> str:
    """Return live and wanted of one field on one line; of a script, how many lines differ."""
    if change.path == "script" and change.op is Op.CHANGE:
        added, removed, _ = script_diff(change.before, change.after)
        return f"+{added} -{removed} lines"
    return _values(change)


def _values(change: FieldChange) -> str:
    if change.is_sensitive:
        before, after = value(change.before), value(change.after)
        if before.startswith(_FINGERPRINT):
            after = after.removeprefix(_FINGERPRINT)
        return f"(sensitive) {before} -> {after}"
    if change.op is Op.ADD:
        return value(_short(change.after))
    if change.op is Op.REMOVE:
        return f"{value(_short(change.before))} -> (none)"
    return f"{value(change.before)} -> {value(change.after)}"


def want_and_live(change: FieldChange) -> tuple[str, list[str]]:
    """Return what is wanted and what is live; of a script, what an apply would change in it."""
    if change.path == "script" and change.op is Op.CHANGE:
        added, removed, diff = script_diff(change.before, change.after)
        return f"+{added} -{removed}", diff
    return f"want {value(_short(change.after))}  live {value(_short(change.before))}", []


_REPLACE_SYMBOLS: Final = {Do.PUT: "&", Do.DELETE: "-", Do.POST: "+"}
"""The steps of a replace are all shown (safety 2); its first PUT lets go, and is no attach."""


def _step_symbol(action: Action, step: Step) -> str:
    """Return the symbol of a step worth its own line, blank for one the headline says."""
    if action.kind is ActionKind.REPLACE and step.do in _REPLACE_SYMBOLS:
        is_detach = step.do is Do.PUT and step is action.steps[0]
        return "-" if is_detach else _REPLACE_SYMBOLS[step.do]
    match step.do:
        case Do.HOOK | Do.UNHOOK | Do.MARKER:
            return "@"
        case Do.PUT if action.kind is ActionKind.CREATE:
            return "&"
        case Do.RESTART:
            return "r"
        case Do.DELETE_OBJECT:
            return "-"
        case Do.UPLOAD if len(action.steps) > 1:
            return ""
        case _:
            return ""


def _told_steps(action: Action) -> Iterator[tuple[str, str]]:
    """Yield symbol and words of the steps that are not plain from the headline."""
    for step in action.steps:
        symbol = _step_symbol(action, step)
        if symbol:
            yield symbol, _step_words(step)


def step_lines(action: Action) -> list[str]:
    """Return the steps that are not plain from the headline, in words."""
    return [words for _, words in _told_steps(action)]


def _step_words(step: Step) -> str:
    match step.do:
        case Do.HOOK:
            return f"uploads to {step.target} start it"
        case Do.UNHOOK:
            return f"uploads to {step.target} no longer start it"
        case Do.MARKER:
            return f"folder marker {step.target}"
        case Do.PUT if step.note.startswith("lets go"):
            return f"detach: {step.note}"
        case Do.DELETE:
            return f"delete {step.target}, which names no bucket by then"
        case Do.POST:
            return f"create {step.target} {step.note}".rstrip()
        case Do.PUT:
            return "attach: a second request names the buckets that exist"
        case Do.RESTART:
            return f"restart {step.target}"
        case _:
            return f"{step.target}{f' ({size(step.size_bytes)})' if step.size_bytes else ''}"
