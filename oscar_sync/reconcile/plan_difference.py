"""How one plan differs from another, in the plan's own words (trust 1.4).

DeepDiff finds the differences; this module says what is compared and how it is told.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from oscar_sync.model.field import Json
from oscar_sync.render.changes import value_in_words
from oscar_sync.render.words import plural, safe, size

_MOST: Final = 50
_ABSENT: Final = "(none)"
_HASH: Final = "what is sent, as a hash"
"""Told only where nothing else differs: a secret's value without a key, or who owns the service."""

Told: TypeAlias = Mapping[str, Mapping[str, str]]
"""What a plan says of each of its parts: the part's name, then what is said of it in words."""


def plan_differences(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[str, ...]:
    """Return one line for each thing that *new* would do otherwise; both are plan documents."""
    from deepdiff import DeepDiff

    before, after = _told(old), _told(new)
    lines = [
        *(f"- {safe(name)}: no longer in the plan" for name in before if name not in after),
        *(f"+ {safe(name)}: new in the plan" for name in after if name not in before),
    ]
    common = [name for name in before if name in after]
    found = DeepDiff(
        {name: before[name] for name in common},
        {name: after[name] for name in common},
        view="tree",
        threshold_to_diff_deeper=0,  # each field for itself, however few stayed as they were
    )
    told: dict[str, dict[str, str]] = {}
    for items in found.values():
        for item in items:
            name, what = item.path(output_format="list")
            was, now = (side.get(name, {}).get(what, _ABSENT) for side in (before, after))
            told.setdefault(name, {})[what] = f"was {was}, is {now}"
    for name, differing in told.items():
        shown = {what: words for what, words in differing.items() if what != _HASH} or differing
        lines.extend(f"~ {safe(name)}: {safe(f'{what}: {words}')}" for what, words in shown.items())
    return tuple(sorted(lines, key=lambda line: line[2:])[:_MOST])


def _told(document: Mapping[str, object]) -> Told:
    return {
        **{f"cluster {_text(one, 'id')}": _cluster(one) for one in _entries(document, "clusters")},
        **{_name(one): _action(one) for one in _entries(document, "actions")},
        **{f"{_name(one)}, blocked": _action(one) for one in _entries(document, "blocked")},
        **{f"{_name(one)}, not planned": {} for one in _entries(document, "not_planned")},
        "permissions": {str(one): "used" for one in _list(document.get("consents"))},
    }


def _cluster(entry: Mapping[str, object]) -> dict[str, str]:
    return {
        "address": _text(entry, "endpoint"),
        "identity": _text(entry, "identity"),
        "certificate": "checked" if entry.get("ssl_verify") else "not checked",
        "store": _text(entry, "s3_endpoint") or "(as the cluster says)",
    }


def _name(entry: Mapping[str, object]) -> str:
    place = f"{_text(entry, 'cluster')}/{_text(entry, 'service')}"
    _, mark, number = _text(entry, "id").rpartition("#")
    return " ".join([place, _text(entry, "kind"), *([f"#{number}"] if mark else [])]).strip()


def _action(entry: Mapping[str, object]) -> dict[str, str]:
    """Return everything that the digest covers; places, seconds and notes are not compared."""
    words: dict[str, str] = {}
    for change in _entries(entry, "changes"):
        words[_text(change, "path")] = _change(change)
    for item in _entries(entry, "erases"):
        words[f"deletes {_text(item, 'bucket')}"] = _held(item)
    for item in _entries(entry, "keeps"):
        words[f"keeps bucket {_text(item, 'bucket')}"] = "yes"
    for member in _entries(entry, "members"):
        place = f"{_text(member, 'cluster')}/{_text(member, 'service')}"
        words[f"member {place}"] = _member(member)
    for step in _entries(entry, "steps"):
        content = _text(step, "checksum")
        words[f"step {_text(step, 'do')} {_text(step, 'target')}"] = content or "yes"
    conditions = entry.get("preconditions")
    if isinstance(conditions, Mapping):
        words["the service on the cluster"] = _text(conditions, "live_fingerprint") or _ABSENT
    if entry.get("code"):
        words["blocked because"] = _text(entry, "code")
    words[_HASH] = _text(entry, "sends") or _ABSENT
    return words


def _member(entry: Mapping[str, object]) -> str:
    kept = [_text(item, "bucket") for item in _entries(entry, "keeps")]
    known = _text(entry, "live_fingerprint")
    return ", ".join(
        [
            _text(entry, "fate"),
            f"at {_text(entry, 'endpoint') or _ABSENT}",
            *([f"worker {known}"] if known else []),
            *(f"keeps bucket {name}" for name in sorted(kept)),
        ]
    )


def _change(change: Mapping[str, object]) -> str:
    path = _text(change, "path")
    before, after = (value_in_words(path, _json(change.get(side))) for side in ("before", "after"))
    words = after if change.get("op") in ("add", "same") else f"{before} -> {after}"
    return f"{words} [{_hash(change)}]" if "…" in words else words


def _hash(change: Mapping[str, object]) -> str:
    """Return what tells values apart that are too long to be shown whole."""
    values = json.dumps([change.get("before"), change.get("after")], sort_keys=True)
    return hashlib.sha256(values.encode()).hexdigest()[:8]


def _held(item: Mapping[str, object]) -> str:
    objects, size_bytes = item.get("objects"), item.get("bytes")
    if not isinstance(objects, int) or not isinstance(size_bytes, int):
        return "contents unknown"
    least = "at least " if item.get("at_least") else ""
    written = _text(item, "last_write").replace("T", " ").replace("+00:00", "Z")
    last = f", last write {written}" if written else ""
    return f"{least}{plural(objects, 'object')}, {size(size_bytes)}{last}"


def _json(value: object) -> Json:
    """Return what was read as JSON as such."""
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else None


def _entries(document: Mapping[str, object], part: str) -> Iterator[Mapping[str, object]]:
    yield from (one for one in _list(document.get(part)) if isinstance(one, Mapping))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(entry: Mapping[str, object], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""
