"""Differences between free-form values. The one door of deepdiff, loaded when it is needed."""

from collections.abc import Mapping
from typing import Final

_MOST: Final = 50
_PARTS: Final = ("actions", "blocked", "not_planned")


def document_differences(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[str, ...]:
    """Return one line for each place where two plan documents differ in what they would do."""
    from deepdiff import DeepDiff

    lines: list[str] = []
    for part in _PARTS:
        before, after = _by_id(old.get(part)), _by_id(new.get(part))
        for name in sorted({*before, *after}):
            if name not in after:
                lines.append(f"- {part}: {name} is no longer in the plan")
            elif name not in before:
                lines.append(f"+ {part}: {name} is new in the plan")
            else:
                lines.extend(
                    f"~ {part}: {name}: {line}"
                    for line in _lines(DeepDiff(before[name], after[name], view="tree"))
                )
    return tuple(lines[:_MOST])


def _by_id(entries: object) -> dict[str, object]:
    if not isinstance(entries, list):
        return {}
    return {
        str(entry.get("id") or f"{entry.get('cluster')}/{entry.get('service')}"): entry
        for entry in entries
        if isinstance(entry, dict)
    }


def _lines(found: Mapping[str, object]) -> list[str]:
    lines = []
    for kind, items in found.items():
        for item in items if hasattr(items, "__iter__") else ():
            path = item.path(root="plan")
            if kind.endswith("_added"):
                lines.append(f"{path}: {item.t2!r} is new")
            elif kind.endswith("_removed"):
                lines.append(f"{path}: {item.t1!r} is gone")
            else:
                lines.append(f"{path}: {item.t1!r} -> {item.t2!r}")
    return lines
