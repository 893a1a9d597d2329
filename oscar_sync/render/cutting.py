"""Keeping a document within its size: the worst first, and what was cut is counted."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural

CUT: Final = "(details cut to fit)"
"""What a block in brief ends in."""


class DocumentBlock(Struct, frozen=True):
    """A part of a document: of a named group, whole, and in brief where it is too long.

    ``whole`` may be made when it is needed: what comes after the cut costs nothing.
    """

    group: str
    whole: str | Callable[[], str]
    brief: str = ""

    def text_within(self, room: int) -> str:
        whole = self.whole if isinstance(self.whole, str) else self.whole()
        return next((one for one in (whole, self.brief) if one and size_of(one) <= room), "")


def size_of(text: str) -> int:
    """Return the bytes of *text* with the line break behind it."""
    return len(text.encode()) + 1


def fitting(blocks: Iterable[DocumentBlock], room: int) -> tuple[list[str], Mapping[str, int]]:
    """Return what of *blocks* fits into *room* bytes, in order, and how many of each group not."""
    # A block that does not fit is shown in brief. Once one was left out, all that follow are.
    shown: list[str] = []
    cut: dict[str, int] = {}
    for block in blocks:
        text = "" if cut else block.text_within(room)
        if text:
            shown.append(text)
            room -= size_of(text)
        else:
            cut[block.group] = cut.get(block.group, 0) + 1
    return shown, cut


def cut_sentence(cut: Mapping[str, int], command: str) -> str:
    if not cut:
        return ""
    counts = ", ".join(f"{count:,} {group}" for group, count in cut.items())
    total = plural(sum(cut.values()), "more entry", "more entries")
    return f"… and {total}, cut to fit ({counts}): run {command}"
