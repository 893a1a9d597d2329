"""The published figures: kept as JSON, shown in docs/benchmarks.md, compared with each run."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measuring import Result
from bench.rows import ROWS, Row
from bench.setting import HERE, ROOT

Found = Sequence[tuple[Row, Result]]
Figures = Mapping[str, Any]
"""By row number: when it was measured, with what, and each of its ratios."""

FILE = HERE / "published.json"
PAGE = ROOT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- table: python -m bench --publish -->\n", "<!-- end of table -->\n"
_HEAD = "| # | row | what is measured | against | ratio | budget | what it does not show |\n"


def figures_in(file: Path) -> Figures:
    """Return the figures kept in *file*, none where it does not exist."""
    return json.loads(file.read_text()) if file.exists() else {}


def with_run(figures: Figures, found: Found, seen: Mapping[str, str]) -> Figures:
    """Return *figures* with those of this run in the place of older ones of the same rows."""
    new = {
        str(row.number): {
            "name": row.name,
            "measured": time.strftime("%Y-%m-%d"),
            "versions": dict(seen),
            "ratios": [
                {
                    "against": ratio.against,
                    "budget": ratio.budget,
                    "median": round(ratio.median, 3),
                    "range": [round(min(ratio.values), 3), round(max(ratio.values), 3)],
                    "rounds": len(ratio.values),
                }
                for ratio in result.ratios
            ],
        }
        for row, result in found
        if result.ratios
    }
    return dict(sorted({**figures, **new}.items(), key=lambda item: int(item[0])))


def keep(file: Path, figures: Figures) -> None:
    """Write *figures* into *file*."""
    file.write_text(json.dumps(figures, indent=1) + "\n")


def changes(before: Figures, now: Figures) -> list[str]:
    """Return a line for each ratio that *before* has as well: by how much it moved."""
    lines = []
    for number, row in now.items():
        old = {one["against"]: one["median"] for one in before.get(number, {}).get("ratios", ())}
        lines += [
            f"row {number} {row['name']}: x {one['median']:g} of {one['against']}, "
            f"was {old[one['against']]:g}" + _moved(old[one["against"]], one["median"])
            for one in row["ratios"]
            if one["against"] in old
        ]
    return lines


def _moved(old: float, new: float) -> str:
    return f" ({(new - old) / old:+.0%})" if old else ""


def page_with(text: str, figures: Figures) -> str:
    """Return the page *text* with the table of *figures* between its marks."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return before + _BEGIN + table(figures) + _END + after


def table(figures: Figures) -> str:
    """Return the table of all rows, those without figures as well, in Markdown."""
    lines = [_HEAD, "|" + "---|" * 7 + "\n"]
    lines += [_line(row, figures.get(str(row.number), {}).get("ratios")) for row in ROWS]
    return "".join(lines)


def _line(row: Row, ratios: Sequence[Mapping[str, Any]] | None) -> str:
    found = [_cells(ratio) for ratio in ratios or ()] or [("-", "not measured", "-")]
    judged = ("<br>".join(cells) for cells in zip(*found, strict=True))
    return f"| {' | '.join((str(row.number), row.name, row.work, *judged, row.blind))} |\n"


def _cells(ratio: Mapping[str, Any]) -> tuple[str, str, str]:
    is_held = ratio["median"] <= ratio["budget"]
    shown = f"{ratio['median']:g}" if is_held else f"**{ratio['median']:g}, missed**"
    return ratio["against"], shown, f"{ratio['budget']:g}"
