"""JSON text to the same trees as YAML: numbers and words are ``Plain``, strings are not."""

import json
from collections import Counter
from typing import Any, Final

from oscar_sync.documents.reading import Fault, FaultKind, Reading
from oscar_sync.documents.scalars import Plain, Tree
from oscar_sync.documents.yaml_nodes import MAX_DEPTH
from oscar_sync.documents.yaml_reader import read_yaml


def read_json(text: str) -> Reading:
    """Return the one document of *text* and its faults. Never raises."""
    repeated: list[str] = []

    def joined(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) != len(pairs):
            counted = Counter(key for key, _ in pairs)
            repeated.extend(key for key, count in counted.items() if count > 1)
        return built

    try:
        data = _DECODER(joined).decode(text)
    except json.JSONDecodeError as error:
        from oscar_sync.documents.syntax import json_fault

        return Reading((), (json_fault(error, text),))
    except RecursionError:
        return Reading((), (_too_deep(),))
    if _depth(data) > MAX_DEPTH:
        return Reading((), (_too_deep(),))
    return Reading((_tree(data),), _repeats(repeated, text))


def _DECODER(hook: Any) -> json.JSONDecoder:  # noqa: N802 - reads as the constant it wraps
    return json.JSONDecoder(
        object_pairs_hook=hook, parse_int=Plain, parse_float=Plain, parse_constant=Plain
    )


def read_document(text: str, *, is_json: bool) -> Reading:
    return read_json(text) if is_json else read_yaml(text)


_WORDS: Final = {None: Plain("null"), True: Plain("true"), False: Plain("false")}


def _tree(value: Any) -> Tree:
    if isinstance(value, dict):
        return {key: _tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_tree(item) for item in value]
    return value if isinstance(value, str) else _WORDS[value]


def _depth(value: object) -> int:
    """Return the nesting of *value*, level by level, so that depth costs no recursion."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            item
            for holder in level
            if isinstance(holder, dict | list)
            for item in (holder.values() if isinstance(holder, dict) else holder)
        ]
    return depth


def _too_deep() -> Fault:
    return Fault(
        FaultKind.TOO_DEEP,
        1,
        1,
        f"nested deeper than {MAX_DEPTH} levels",
        "no FDL or settings file needs that: check the brackets",
    )


def _repeats(keys: list[str], text: str) -> tuple[Fault, ...]:
    """Return the repeated *keys* with their places, which only a YAML reader knows."""
    if not keys:
        return ()
    placed = tuple(fault for fault in read_yaml(text).faults if fault.kind is FaultKind.DUPLICATE)
    remedy = "keep one of the two: of two equal keys other tools silently take the last"
    return placed or tuple(
        Fault(FaultKind.DUPLICATE, 1, 1, f"the key {key} occurs twice in one object", remedy)
        for key in keys
    )
