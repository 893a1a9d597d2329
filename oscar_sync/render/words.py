"""The words that all formats share: amounts, values, symbols."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from oscar_sync.model.action import Action, ActionKind, Category, Erased, Kept
from oscar_sync.model.amounts import plural
from oscar_sync.model.field import Json
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.plan import Loss, Plan
from oscar_sync.model.report import LOST, ActionResult
from oscar_sync.model.step import Do

SYMBOLS: Final = {
    ActionKind.CREATE: "+",
    ActionKind.UPDATE: "~",
    ActionKind.REMOVE: "-",
    ActionKind.REPLACE: "-/+",
    ActionKind.RENAME: "->",
    ActionKind.SEED: ">",
    ActionKind.HOOK: "@",
    ActionKind.ADOPT: "=",
    ActionKind.FORGET: "<",
    ActionKind.ERASE: "-",
    ActionKind.CREATE_BUCKET: "+",
    ActionKind.SHARE_BUCKET: "~",
    ActionKind.ADOPT_BUCKET: "=",
    ActionKind.CREATE_VOLUME: "+",
}

_LONGEST: Final = 80
_KEY_COLUMN: Final = 18
_WIDEST_KEY_COLUMN: Final = 40
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


def safe(text: str) -> str:
    """Return *text* without anything that a terminal would obey: controls are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(char if _is_plain(char) else _escaped(char) for char in text)


def safe_lines(text: str) -> str:
    """Return *text* of several lines made safe, its line breaks and tabs kept."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(safe, line.split("\t"))) for line in lines)


def for_terminal(text: str) -> str:
    """Return *text* with nothing that a terminal would obey but our own colours."""
    if text.isprintable():
        return text
    parts = _COLOUR.split(text)
    parts[::2] = map(safe_lines, parts[::2])
    return "".join(parts)


_COLOUR: Final = re.compile(r"(\x1b\[(?:[0-4]|3[1-6])m)")


def _is_plain(char: str) -> bool:
    return char.isprintable() and unicodedata.category(char) != "Cf"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def size(size_bytes: int) -> str:
    """Return bytes as people read them: ``320 MB``; powers of 1000."""
    amount, power = float(size_bytes), 0
    while amount >= 999.5 and power < len(_UNITS) - 1:
        amount /= 1000
        power += 1
    digits = 0 if amount >= 10 or not power else 1
    return f"{amount:.{digits}f} {_UNITS[power]}"


def duration(seconds: float) -> str:
    """Return seconds as people read them: ``20 s``, ``4 min``, ``2 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def wave_lines(plan: Plan) -> list[str]:
    """Return a line for each wave, where there is one to apply: ``1: lab: 2 actions, 4 s``."""
    if not plan.actions:
        return []
    return [
        safe(f"{number}: {', '.join(wave)}: {_work(plan, wave)}")
        for number, wave in enumerate(plan.waves, 1)
    ]


def _work(plan: Plan, wave: Collection[ClusterId]) -> str:
    count = len(plan.actions_of(wave))
    return f"{plural(count, 'action')}, {duration(plan.seconds_of(wave))}" if count else "nothing"


def key_width(keys: Iterable[ServiceKey]) -> int:
    longest = max((len(safe(str(key))) for key in keys), default=0)
    return min(max(longest, _KEY_COLUMN), _WIDEST_KEY_COLUMN)


def value(content: Json) -> str:
    text = whole(content)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - 1]}… ({len(text):,} characters)"


def whole(content: Json) -> str:
    if content is None:
        return "(none)"
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str):
        return safe(content) if content else '""'
    return safe(json.dumps(content, ensure_ascii=False, sort_keys=True))


def lost(loss: Loss) -> str:
    """Return what a plan deletes: ``deletes 1 bucket (3 objects, 6 B)``; blank for nothing."""
    parts = []
    if loss.buckets:
        least = "at least " if loss.is_at_least else ""
        held = f"{least}{plural(loss.objects, 'object')}, {size(loss.size_bytes)}"
        parts.append(f"{plural(loss.buckets, 'bucket')} ({held})")
    if loss.volumes:
        parts.append(plural(loss.volumes, "volume"))
    if loss.extra_objects:
        parts.append(plural(loss.extra_objects, "extra object"))
    return f"deletes {', '.join(parts)}" if parts else ""


_STORAGE: Final = {
    ActionKind.CREATE_BUCKET: ("bucket", "create"),
    ActionKind.SHARE_BUCKET: ("bucket", "share"),
    ActionKind.ADOPT_BUCKET: ("bucket", "adopt"),
    ActionKind.CREATE_VOLUME: ("volume", "create"),
}
_OF_EITHER: Final = {ActionKind.SEED: "seed", ActionKind.HOOK: "repair (notifications)"}


def to_do(plan: Plan) -> Iterator[str]:
    """Yield how many actions of each kind there are: "2 to create", services named beside others.

    What is only deleted is counted as loss.
    """
    drifted = len(plan.of_category(Category.DRIFTED))
    counts = plan.counts()
    other = "service" if _STORAGE.keys() & counts.keys() else ""
    for kind, number in counts.items():
        if kind is not ActionKind.ERASE:
            of_either = ("", _OF_EITHER[kind]) if kind in _OF_EITHER else (other, str(kind))
            noun, verb = _STORAGE.get(kind, of_either)
            extra = f" ({drifted} drifted)" if kind is ActionKind.UPDATE and drifted else ""
            yield f"{plural(number, noun) if noun else number} to {verb}{extra}"


def kept_lines(action: Action) -> list[str]:
    """Return a line for each bucket and volume that *action* keeps, and which it marks as kept."""
    marked = marked_as_kept(action)
    return [
        f"{kept(item)}{'; marked as kept' if item.bucket in marked else ''}"
        for item in action.keeps
    ]


def marked_as_kept(action: Action) -> frozenset[str]:
    marked = {step.target for step in action.steps if step.do is Do.TAG_KEPT}
    return frozenset(marked & {item.bucket for item in action.keeps})


def kept(item: Kept) -> str:
    holds = ""
    if item.objects is not None and item.size_bytes is not None:
        least = "at least " if item.is_at_least else ""
        holds = f": {least}{plural(item.objects, 'object')}"
        if item.objects:
            holds += f", {size(item.size_bytes)}"
    shared = f"; also used by {', '.join(item.shared_with)}" if item.shared_with else ""
    public = "; it stays public: everybody can read, write and delete it" if item.is_public else ""
    return safe(f"{item.name}{holds}{shared}{public}")


def erased(item: Erased) -> str:
    last = f", last write {item.last_write:%Y-%m-%d %H:%MZ}" if item.last_write else ""
    shared = f"; also used by {', '.join(item.shared_with)}" if item.shared_with else ""
    consent = f"   ({item.consent})" if item.consent else ""
    return safe(f"{item.name}{_held(item)}{last}{shared}{consent}")


def _held(item: Erased) -> str:
    if item.objects is None:
        return "" if item.is_volume else ": its content cannot be seen from here"
    least = "at least " if item.is_at_least else ""
    bytes_ = f", {size(item.size_bytes)}" if item.size_bytes is not None else ""
    return f": {least}{plural(item.objects, 'object')}{bytes_}"


def erased_briefly(item: Erased) -> str:
    """Return an erased bucket as a question names it: ``bucket old-data (1,204 objects)``."""
    if item.objects is None:
        return safe(item.name)
    least = "at least " if item.is_at_least else ""
    return safe(f"{item.name} ({least}{plural(item.objects, 'object')})")


def outcome_headline(result: ActionResult) -> str:
    """Return what the action did: of one that lost data never that its data stays."""
    is_lost = result.code == LOST
    return str(result.action.kind) if is_lost else headline(result.action)


_HEADLINES: Final = {
    ActionKind.ERASE: "delete data",
    ActionKind.HOOK: "set notifications",
    ActionKind.ADOPT: "adopt: start managing it",
    ActionKind.ADOPT_BUCKET: "adopt: start managing it",
    ActionKind.CREATE_BUCKET: "create",
    ActionKind.CREATE_VOLUME: "create",
    ActionKind.SHARE_BUCKET: "share",
    ActionKind.FORGET: "forget: stop managing it",
}


def headline(action: Action) -> str:
    match action.kind:
        case ActionKind.REMOVE:
            return "remove, data is deleted" if action.erases else "remove, data stays"
        case ActionKind.REPLACE:
            return f"replace: {safe(action.reason)}"
        case ActionKind.RENAME:
            return f"rename, called {safe(action.renamed_from)} until now, data stays"
        case ActionKind.SEED:
            uploads = [step for step in action.steps if step.size_bytes or step.do == "upload"]
            total = sum(step.size_bytes for step in action.steps)
            extra = sum(step.do == "delete-object" for step in action.steps)
            parts = [f"seed {plural(len(uploads), 'file')}, {size(total)}"] if uploads else ["seed"]
            if extra:
                parts.append(f"delete {plural(extra, 'extra object')}")
            target = action.reason.rpartition(" -> ")[2]
            return f"{', '.join(parts)} -> {safe(target)}"
        case ActionKind.ADOPT_BUCKET if any(step.note for step in action.steps):
            return "renew its mark"
        case _:
            return _HEADLINES.get(action.kind, str(action.kind))
