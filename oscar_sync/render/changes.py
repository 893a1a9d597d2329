"""One field that is sent or differs, in the words that all formats share."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from oscar_sync.documents.text import text_hash
from oscar_sync.model.amounts import plural
from oscar_sync.model.field import Json
from oscar_sync.model.field_change import FieldChange, Op
from oscar_sync.render.script_diff import script_diff
from oscar_sync.render.words import safe, value, whole

_PRINT: Final = "fingerprint "
_NOT_COMPARED: Final = "not compared"
_SECRET: Final = "secret"


def in_words(change: FieldChange) -> str:
    if change.is_sensitive:
        return _sensitive(change)
    match change.op:
        case Op.ADD | Op.SAME:
            return value_in_words(change.path, change.after)
        case Op.REMOVE:
            return f"{value_in_words(change.path, change.before)} -> (none)"
        case _ if is_script(change.path):
            added, removed, _ = script_diff(change.before, change.after)
            return f"+{added} -{removed} lines"
        case _:
            before, after = (
                value_in_words(change.path, side) for side in (change.before, change.after)
            )
            return f"{before} -> {after}"


def script_lines(change: FieldChange, *, is_whole: bool) -> list[str]:
    """Return the lines of a script that come and go."""
    # With *is_whole* all lines, those of a new script too, and values that one line has to cut.
    if change.is_sensitive:
        return []
    if not is_script(change.path):
        return _whole_values(change) if is_whole else []
    if change.op is Op.CHANGE:
        return script_diff(change.before, change.after, is_whole=is_whole)[2]
    if change.op is Op.ADD and is_whole:
        return [f"+ {safe(line)}" for line in str(change.after).splitlines()]
    return []


def _whole_values(change: FieldChange) -> list[str]:
    is_same = change.op is Op.SAME
    sides = [(" ", change.after)] if is_same else [("-", change.before), ("+", change.after)]
    is_cut = any(value(content) != whole(content) for _, content in sides)
    return [f"{sign} {whole(content)}" for sign, content in sides if content is not None and is_cut]


def want_and_live(change: FieldChange) -> str:
    if change.is_sensitive:
        return _sensitive(change)
    if is_script(change.path) and change.op is Op.CHANGE:
        return in_words(change)
    wanted, live = (
        value_in_words(change.path, content) for content in (change.after, change.before)
    )
    return f"want {wanted}  live {live}"


def live_and_wanted(change: FieldChange) -> tuple[str, str]:
    if change.is_sensitive:
        return _SECRET, in_words(change)
    if is_script(change.path) and change.op is Op.CHANGE:
        return in_words(change), ""
    live = "(none)" if change.op is Op.ADD else value_in_words(change.path, change.before)
    return live, value_in_words(change.path, change.after)


def value_in_words(path: str, content: Json) -> str:
    if is_script(path) and isinstance(content, str):
        return summary_of_script(content)
    if isinstance(content, Mapping) and {"storage_provider", "path"} <= content.keys():
        return _place(content)
    return value(content)


def is_script(path: str) -> bool:
    return path == "script"


@lru_cache(maxsize=64)  # many services may share one script
def summary_of_script(script: str) -> str:
    lines = plural(len(script.splitlines()), "line")
    return f"{lines}, sha256 {text_hash(script)[:8]}"


def _place(entry: Mapping[str, Json]) -> str:
    rest = [
        f"{name} {safe(', '.join(map(str, part))) if isinstance(part, list) else value(part)}"
        for name, part in entry.items()
        if name not in ("storage_provider", "path") and part not in (None, "", [], {})
    ]
    place = safe(f"{entry['storage_provider']}:{entry['path']}")
    return f"{place} ({', '.join(rest)})" if rest else place


def _sensitive(change: FieldChange) -> str:
    before, after = value(change.before), value(change.after)
    match change.op:
        case Op.ADD | Op.SAME:
            return f"{_SECRET}, {after}"
        case Op.REMOVE:
            return f"{_SECRET}, removed"
        case _ if before == after:
            return f"{_SECRET}, changed"
        case _ if before.startswith(_PRINT) and after.startswith(_PRINT):
            return f"{_SECRET}, changed ({before} -> {after.removeprefix(_PRINT)})"
        case _ if before == _NOT_COMPARED:
            shown = f" ({after})" if after.startswith(_PRINT) else ""
            return f"{_SECRET}, {before}, sent again{shown}"
        case _:
            return f"{_SECRET}, {before} -> {after}"
