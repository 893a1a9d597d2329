"""How one plan differs from another, in the plan's own words (trust 1.4).

DeepDiff finds the differences; this module says what is compared and how it is worded.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final, TypeAlias

from oscar_sync.model.action import Kept
from oscar_sync.model.amounts import plural
from oscar_sync.model.field_change import Op
from oscar_sync.published.plan import (
    ActionEntry,
    ChangeEntry,
    ClusterEntry,
    ErasedBucket,
    KeptBucket,
    MemberEntry,
    PlanDocument,
)
from oscar_sync.render.changes import value_in_words
from oscar_sync.render.words import safe, size

_MOST: Final = 50
_ABSENT: Final = "(none)"
_THERE: Final = ("yes", "used")
_HASH: Final = "a value that is not shown, such as a secret's"
"""Said only where nothing else differs: a secret's value without a key, or who owns the service."""

PlanWords: TypeAlias = Mapping[str, Mapping[str, str]]
"""What a plan says of each of its parts: the part's name, then what is said of it in words."""


def plan_differences(old: PlanDocument, new: PlanDocument) -> tuple[str, ...]:
    from deepdiff import DeepDiff

    before, after = _words_by_part(old), _words_by_part(new)
    lines = [
        *(f"- {safe(name)}: no longer in the plan" for name in before if name not in after),
        *(f"+ {safe(name)}: new in the plan" for name in after if name not in before),
    ]
    common = [name for name in before if name in after]
    differences = DeepDiff(
        {name: before[name] for name in common},
        {name: after[name] for name in common},
        view="tree",
        threshold_to_diff_deeper=0,  # each field for itself, however few stayed as they were
    )
    told: dict[str, dict[str, str]] = {}
    for items in differences.values():
        for item in items:
            name, what = item.path(output_format="list")
            was, now = (side.get(name, {}).get(what, _ABSENT) for side in (before, after))
            words = "changed" if what == _HASH else _otherwise(was, now)
            told.setdefault(name, {})[what] = words
    for name, differing in told.items():
        shown = {what: words for what, words in differing.items() if what != _HASH} or differing
        lines.extend(f"~ {safe(name)}: {safe(f'{what}: {words}')}" for what, words in shown.items())
    return tuple(sorted(lines, key=lambda line: line[2:])[:_MOST])


def _otherwise(was: str, now: str) -> str:
    """Return how one thing that is said of a part differs; what is only there or not is new."""
    if was == _ABSENT and now in _THERE:
        return "new"
    return "no longer" if now == _ABSENT and was in _THERE else f"was {was}, is {now}"


def _words_by_part(document: PlanDocument) -> PlanWords:
    return {
        **{f"cluster {one.id}": _cluster(one) for one in document.clusters},
        **{_name(one): _action(one) for one in document.actions},
        **{
            f"{_name(one)}, blocked": {**_action(one), "blocked because": one.code}
            for one in document.blocked
        },
        "waves": {
            f"wave {at}": ", ".join(one.clusters) for at, one in enumerate(document.waves or (), 1)
        },
        **{f"{one.cluster}/{one.service}, not planned": {} for one in document.not_planned},
        "permissions": dict.fromkeys(document.consents, "used"),
    }


def _cluster(entry: ClusterEntry) -> dict[str, str]:
    return {
        "address": entry.endpoint,
        "identity": entry.identity,
        "certificate": "checked" if entry.ssl_verify else "not checked",
        "store": entry.s3_endpoint or "(as the cluster says)",
    }


def _name(action: ActionEntry) -> str:
    _, mark, number = action.id.rpartition("#")
    return " ".join(
        [f"{action.cluster}/{action.service}", action.kind, *([f"#{number}"] if mark else [])]
    )


def _action(action: ActionEntry) -> dict[str, str]:
    """Return everything that the digest covers; places, seconds and notes are not compared."""
    return {
        **{change.path: _change(change) for change in action.changes},
        **{f"deletes {item.bucket}": _held(item) for item in action.erases},
        **{_keeps(item): "yes" for item in action.keeps},
        **{f"member {item.cluster}/{item.service}": _member(item) for item in action.members},
        **{f"step {step.do} {step.target}": step.checksum or "yes" for step in action.steps},
        "the service on the cluster": action.preconditions.live_fingerprint or _ABSENT,
        "the service to rename": action.preconditions.old_fingerprint or _ABSENT,
        "renamed from": action.renamed_from or _ABSENT,
        _HASH: action.sends or _ABSENT,
    }


def _member(entry: MemberEntry) -> str:
    known = entry.live_fingerprint
    return ", ".join(
        [
            entry.fate,
            f"at {entry.endpoint or _ABSENT}",
            *([f"worker {known}"] if known else []),
            *sorted(map(_keeps, entry.keeps)),
        ]
    )


def _keeps(item: KeptBucket) -> str:
    return f"keeps {Kept(item.bucket).name}"


def _change(change: ChangeEntry) -> str:
    before, after = (value_in_words(change.path, side) for side in (change.before, change.after))
    words = after if change.op in (Op.ADD, Op.SAME) else f"{before} -> {after}"
    return f"{words} [{_hash(change)}]" if "…" in words else words


def _hash(change: ChangeEntry) -> str:
    """Return what tells values apart that are too long to be shown whole."""
    values = json.dumps([change.before, change.after], sort_keys=True)
    return hashlib.sha256(values.encode()).hexdigest()[:8]


def _held(item: ErasedBucket) -> str:
    if item.objects is None or item.bytes is None:
        return "contents unknown"
    least = "at least " if item.at_least else ""
    last = f", last write {item.last_write:%Y-%m-%d %H:%M:%SZ}" if item.last_write else ""
    return f"{least}{plural(item.objects, 'object')}, {size(item.bytes)}{last}"
