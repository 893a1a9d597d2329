"""The rows of a drawing in layers: few crossings, and each name near those that it is joined to."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final

LANE: Final = 0.4
"""The height of an edge's lane in rows; a node takes one."""
_SWEEPS: Final = 6


def in_rows(
    layer: Mapping[str, int], heights: Mapping[str, float], pairs: Iterable[tuple[str, str]]
) -> dict[str, float]:
    """Return the row of each name; *pairs* join names of neighbouring layers, left and right."""
    columns: dict[int, list[str]] = {}
    for name, number in layer.items():
        columns.setdefault(number, []).append(name)
    in_order = [columns[number] for number in sorted(columns)]
    before: dict[str, list[str]] = {name: [] for name in layer}
    after: dict[str, list[str]] = {name: [] for name in layer}
    for left, right in pairs:
        before[right].append(left)
        after[left].append(right)
    rows = {name: float(row) for column in in_order for row, name in enumerate(column)}
    for sweep in range(_SWEEPS):
        is_to_the_right = sweep % 2 == 0
        near = before if is_to_the_right else after
        for column in in_order if is_to_the_right else reversed(in_order):
            column.sort(key=lambda name: _mean(name, near[name], rows))
            rows.update({name: float(row) for row, name in enumerate(column)})
    near = {name: before[name] + after[name] for name in layer}
    for sweep in range(_SWEEPS):
        for column in in_order if sweep % 2 == 0 else reversed(in_order):
            wished = [_mean(name, near[name], rows) for name in column]
            rows.update(
                zip(column, _apart(wished, [heights[name] for name in column]), strict=True)
            )
    top = min(rows.values(), default=0)
    return {name: row - top for name, row in rows.items()}


def _mean(name: str, near: Sequence[str], rows: Mapping[str, float]) -> float:
    return sum(rows[other] for other in near) / len(near) if near else rows[name]


def _apart(wished: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return rows in the order of *wished*, near to them, that leave room for each height."""
    # The mean of the placing downwards and of that upwards: both keep the distances, so it does.
    steps = [(one + other) / 2 for one, other in pairwise(heights)]
    offsets = list(accumulate(steps, initial=0.0))
    free = [row - offset for row, offset in zip(wished, offsets, strict=True)]
    down = list(accumulate(free, max))
    up = list(accumulate(reversed(free), min))[::-1]
    return [(low + high) / 2 + offset for low, high, offset in zip(down, up, offsets, strict=True)]
