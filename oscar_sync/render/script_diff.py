"""What of a script differs, line by line."""

from collections.abc import Iterator
from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.field import Json
from oscar_sync.render.words import safe

_MOST_SHOWN: Final = 40


def script_diff(before: Json, after: Json, *, is_whole: bool = False) -> tuple[int, int, list[str]]:
    """Return added and removed line counts, and the lines themselves."""
    # They are cut where they are many, unless *is_whole*.
    lines = [*_differing(str(before or "").splitlines(), str(after or "").splitlines())]
    added = sum(sign == "+" for sign, _ in lines)
    most = len(lines) if is_whole else _MOST_SHOWN
    shown = [f"{sign} {safe(line)}" for sign, line in lines[:most]]
    if len(lines) > most:
        shown.append(f"  … {plural(len(lines) - most, 'more line')}")
    return added, len(lines) - added, shown


def _differing(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each line that goes (-) or comes (+), in the order of the script."""
    # What is the same at both ends is left out first: most changes are a line or two.
    start = _same(old, new)
    old, new = old[start:], new[start:]
    end = _same(old[::-1], new[::-1])
    old, new = old[: len(old) - end], new[: len(new) - end]
    if old and new and len(old) + len(new) > 2:
        from difflib import SequenceMatcher

        changes = SequenceMatcher(None, old, new).get_opcodes()
    else:
        changes = [("replace", 0, len(old), 0, len(new))]
    for kind, first, last, first_new, last_new in changes:
        if kind != "equal":
            yield from (("-", line) for line in old[first:last])
            yield from (("+", line) for line in new[first_new:last_new])


def _same(old: list[str], new: list[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
