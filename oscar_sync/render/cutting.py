"""Keeping a document within its size: the worst first, and what was cut is counted."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from oscar_sync.render.words import plural


class Block(NamedTuple):
    """A part of a document: of a named group, whole, and in brief where it is too long."""

    group: str
    whole: str
    brief: str = ""


def size_of(text: str) -> int:
    """Return the bytes of *text* with the line break behind it."""
    return len(text.encode()) + 1


def fitting(blocks: Iterable[Block], room: int) -> tuple[list[str], Mapping[str, int]]:
    """Return what of *blocks* fits into *room* bytes, in order, and how many of each group do not.

    A block that does not fit is told in brief. Once one was left out, all that follow are.
    """
    shown: list[str] = []
    cut: dict[str, int] = {}
    for block in blocks:
        text = next((one for one in block[1:] if one and not cut and size_of(one) <= room), "")
        if text:
            shown.append(text)
            room -= size_of(text)
        else:
            cut[block.group] = cut.get(block.group, 0) + 1
    return shown, cut


def cut_sentence(cut: Mapping[str, int], command: str) -> str:
    """Return how many of what were cut, and where they are shown; blank where nothing was."""
    if not cut:
        return ""
    counts = ", ".join(f"{count:,} {group}" for group, count in cut.items())
    total = plural(sum(cut.values()), "entry", "entries")
    return f"… and {total} more, cut to fit ({counts}): run {command}"
