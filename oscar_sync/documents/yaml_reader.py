"""YAML text to documents: scalars as written, merge keys merged, duplicate keys found.

Trees are made from the parser's events. The place of a value is found when somebody asks for it.
"""

from typing import Any, Final

from yaml.composer import ComposerError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from oscar_sync.documents.reading import Fault, FaultKind, Reading, Refused
from oscar_sync.documents.scalars import Plain, Tree
from oscar_sync.documents.yaml_nodes import LOADER, MAX_DEPTH, YAML_ERRORS, fault_of, too_deep

MERGE: Final = "<<"
MAX_EXPANSION: Final = 1 << 20


def read_yaml(text: str) -> Reading:
    """Return the documents of *text* and its faults. Never raises."""
    builder = _Builder()
    try:
        documents = tuple(builder.documents(text))
    except Refused as refused:
        return Reading((), (*builder.faults, refused.fault))
    except YAML_ERRORS as error:
        return Reading((), (*builder.faults, fault_of(error, text)))
    return Reading(documents, tuple(builder.faults))


class _Builder:
    """Builds trees from events. What aliases name is shared, and counted as often as it is used."""

    next_event: Any

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.anchors: dict[str, tuple[Any, Tree | None]] = {}
        self.expansion = 0

    def documents(self, text: str) -> list[Tree]:
        self.next_event = LOADER(text).get_event
        self.next_event()  # the stream begins
        found = []
        while type(self.next_event()) is DocumentStartEvent:
            self.anchors = {}
            found.append(self.tree(self.next_event(), 1))
            self.next_event()  # the document ends
        return found

    def tree(self, event: Any, depth: int) -> Tree:
        """Return what begins with *event*, *depth* levels deep; the document is the first level.

        What is nested too deeply is not built first (safety 8).
        """
        kind = type(event)
        if kind is AliasEvent:
            return self.aliased(event, depth)
        if event.anchor is not None:
            self.begin_anchor(event)
        built: Tree
        if kind is ScalarEvent:
            built = _scalar(event)
        elif depth >= MAX_DEPTH:
            raise Refused(too_deep(event.start_mark))
        elif kind is MappingStartEvent:
            built = self.mapping(depth + 1)
        else:
            built = self.sequence(depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = event.start_mark, built
        return built

    def sequence(self, depth: int) -> list[Tree]:
        built = []
        while type(event := self.next_event()) is not SequenceEndEvent:
            built.append(self.tree(event, depth))
        return built

    def mapping(self, depth: int) -> dict[str, Tree]:
        built: dict[str, Tree] = {}
        first: dict[str, Any] = {}
        merged: list[tuple[Any, Tree]] = []
        next_event = self.next_event
        while type(key_event := next_event()) is not MappingEndEvent:
            is_bare = type(key_event) is ScalarEvent and key_event.anchor is None
            key: str = key_event.value if is_bare else self.key(key_event, depth)
            event = next_event()
            if type(event) is ScalarEvent and event.anchor is None:
                value: Tree = _scalar(event)
            else:
                value = self.tree(event, depth)
                if key == MERGE and type(key_event) is ScalarEvent and not key_event.style:
                    merged.append((event, value))
                    continue
            built[key] = value
            if first.setdefault(key, key_event) is not key_event:
                self.faults.append(_duplicate(key, first[key], key_event))
        for event, value in merged:
            _merge(built, value, event)
        return built

    def key(self, event: Any, depth: int) -> str:
        key = self.tree(event, depth)
        if not isinstance(key, str):
            raise Refused(_complex_key(event))
        return key

    def begin_anchor(self, event: Any) -> None:
        """Note that what *event* begins has a name, and is not complete."""
        mark, _ = self.anchors.setdefault(event.anchor, (event.start_mark, None))
        if mark is not event.start_mark:
            why = "found duplicate anchor; first occurrence"
            raise ComposerError(why, mark, "second occurrence", event.start_mark)

    def aliased(self, event: Any, depth: int) -> Tree:
        """Return what an alias names; bombs and circles are refused (safety 8)."""
        if event.anchor not in self.anchors:
            raise ComposerError(None, None, "found undefined alias", event.start_mark)
        _, tree = self.anchors[event.anchor]
        weight, levels = (0, 0) if tree is None else _measured(tree)
        self.expansion += weight
        if tree is None or self.expansion > MAX_EXPANSION or depth + levels > MAX_DEPTH + 1:
            raise Refused(_bomb(event))
        return tree


def _measured(tree: Tree) -> tuple[int, int]:
    """Return about how many bytes *tree* takes, and how many levels."""
    if isinstance(tree, str):
        return 1 + len(tree), 1
    inner = [_measured(item) for item in (tree.values() if isinstance(tree, dict) else tree)]
    keys = sum(map(len, tree)) if isinstance(tree, dict) else 0
    weight = 8 + keys + sum(weight for weight, _ in inner)
    return weight, 1 + max((levels for _, levels in inner), default=0)


def _merge(built: dict[str, Tree], value: Tree, event: Any) -> None:
    """Add what *built* does not have; of several mappings the first wins (YAML merge key)."""
    for source in value if isinstance(value, list) else [value]:
        if not isinstance(source, dict):
            raise Refused(_bad_merge(event))
        for key, item in source.items():
            built.setdefault(key, item)


_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_NON_SPECIFIC: Final = "!"


def _scalar(event: ScalarEvent) -> str:
    text: str = event.value
    return text if event.style or event.tag in (_TEXT_TAG, _NON_SPECIFIC) else Plain(text)


def _fault(kind: FaultKind, event: Any, message: str, remedy: str) -> Fault:
    mark = event.start_mark
    return Fault(kind, mark.line + 1, mark.column + 1, message, remedy)


def _duplicate(key: str, first: Any, again: Any) -> Fault:
    mark = first.start_mark
    return _fault(
        FaultKind.DUPLICATE,
        again,
        f"the key {key} occurs here for the second time; the first is at line {mark.line + 1}, "
        f"column {mark.column + 1}",
        "keep one of the two: of two equal keys other tools silently take the last",
    )


def _complex_key(event: Any) -> Fault:
    return _fault(
        FaultKind.KEY,
        event,
        "a list or mapping is where a key is expected",
        "write a plain key; quote a value that starts with { or [",
    )


def _bad_merge(event: Any) -> Fault:
    return _fault(
        FaultKind.KEY,
        event,
        "the merge key << takes a mapping or a list of mappings",
        "name an anchor of a mapping after <<, as in `<<: *defaults`",
    )


def _bomb(event: Any) -> Fault:
    return _fault(
        FaultKind.BOMB,
        event,
        "its aliases expand to more than 1 MiB or nest too deeply",
        "write the values out where they are used",
    )
