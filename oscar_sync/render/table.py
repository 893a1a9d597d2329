"""Tables of plain text: aligned columns, nothing that a terminal would obey."""

from typing import Final

from msgspec import Struct

from oscar_sync.render.words import safe

_GAP: Final = "  "
_UNDER: Final = "    "
_NARROWEST: Final = 16


class Row(Struct, frozen=True):
    """One line, and what is printed under it, indented."""

    cells: tuple[str, ...]
    below: tuple[str, ...] = ()


class Table(Struct, frozen=True):
    """Titles and rows. In a narrow place column ``cut`` is shortened and the last one folded."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    cut: int | None = None


def table_text(table: Table, width: int | None = None) -> str:
    """Return *table* in lines of *width* where that can be; None: as wide as it is."""
    grid = [table.titles, *(tuple(map(safe, row.cells)) for row in table.rows)]
    widths = [max(len(line[place]) for line in grid) for place in range(len(table.titles))]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width if width else 0
    is_folded = False
    if excess > 0 and table.cut is not None:
        excess = _narrow(widths, table.cut, excess)
    if excess > 0:
        is_folded = True
    lines = []
    for row, cells in zip((None, *table.rows), grid, strict=True):
        shown = [_fitted(cell, wide) for cell, wide in zip(cells, widths, strict=True)]
        kept = shown[:-1] if is_folded else shown
        lines.append(_GAP.join(kept).rstrip())
        if row is not None:
            under = (cells[-1], *map(safe, row.below)) if is_folded else tuple(map(safe, row.below))
            lines.extend(f"{_UNDER}{text}" for text in under if text)
    return "".join(f"{line}\n" for line in lines)


def _narrow(widths: list[int], place: int, excess: int) -> int:
    taken = max(0, min(excess, widths[place] - _NARROWEST))
    widths[place] -= taken
    return excess - taken


def _fitted(cell: str, width: int) -> str:
    return cell.ljust(width) if len(cell) <= width else f"{cell[: width - 1]}…"
