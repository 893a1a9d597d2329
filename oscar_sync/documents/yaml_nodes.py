"""YAML text to nodes: the C parser without its resolver, since every scalar stays text."""

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import yaml
from yaml.error import Mark
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import Node

from oscar_sync.documents.reading import Fault, FaultKind, Refused
from oscar_sync.model.origin import FieldPath

MAX_DEPTH: Final = 50


class _Unresolved:
    """Leaves every scalar text: no tag is guessed from how it looks."""

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        """Do nothing."""

    def ascend_resolver(self) -> None:
        """Do nothing."""

    def resolve(self, kind: object, value: object, implicit: object) -> None:
        """Return no tag."""


class _Counting(_Unresolved):
    """Refuses nesting beyond ``MAX_DEPTH`` while it is parsed, not after (safety 8)."""

    depth = 0

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        del index
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(_too_deep(parent))

    def ascend_resolver(self) -> None:
        self.depth -= 1


def _too_deep(parent: Node | None) -> Fault:
    mark = parent.start_mark if parent is not None else None
    return Fault(
        FaultKind.TOO_DEEP,
        mark.line + 1 if mark else 1,
        mark.column + 1 if mark else 1,
        f"nested deeper than {MAX_DEPTH} levels",
        "no FDL or settings file needs that: check the brackets and the indentation",
    )


def _composer_class(policy: type) -> Any:
    """Return a composer on libyaml; on pure Python where PyYAML was built without it."""
    if yaml.__with_libyaml__:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs - they lack it

        return type("Composer", (policy, CParser), {})
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    def start(self: Any, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)

    bases = (policy, Reader, Scanner, Parser, Composer)
    return type("Composer", bases, {"__init__": start})


_FAST: Final = _composer_class(_Unresolved)
_GUARDED: Final = _composer_class(_Counting)

_DEEP_LINE: Final = re.compile(r"\n[ \t?:-]{21}")  # a quarter of the time that ^ takes
_FEW_BRACKETS: Final = 8


def _composer_for(text: str) -> Any:
    """Return the fast composer where *text* cannot be nested beyond ``MAX_DEPTH``.

    A block level takes a column of a line's beginning, and a column begins at most two; a flow
    level takes a bracket: 2 * 21 + 8 is ``MAX_DEPTH``.
    """
    brackets = text.count("[") + text.count("{")
    if brackets <= _FEW_BRACKETS and not _DEEP_LINE.search(f"\n{text}"):
        return _FAST
    return _GUARDED


def nodes_of(text: str) -> Iterator[Node]:
    """Yield the root node of each document; blank documents are left out.

    Raises:
        Refused: the text is no YAML, or is nested too deeply.
    """
    try:
        composer = _composer_for(text)(text)
        while composer.check_node():
            node = composer.get_node()
            if node is not None:
                yield node
    except yaml.MarkedYAMLError as error:
        raise Refused(_syntax_fault(error)) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise Refused(_unmarked_fault(error)) from error


def mark_at(text: str, path: FieldPath) -> Mark | None:
    """Return where the key or item at *path* stands, None where a look at all nodes must tell.

    Reads no further than that place, and only plain steps: keys as they are written, no aliases.
    """
    if not yaml.__with_libyaml__:
        return None
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs - they lack it

    try:
        parser: Any = CParser(text)
        parser.get_event()  # the stream begins
        parser.get_event()  # the document
        event = parser.get_event()
        mark = None
        for step in path:
            mark, event = (
                _item(parser, event, step) if isinstance(step, int) else _entry(parser, event, step)
            )
            if mark is None:
                return None
    except (yaml.YAMLError, UnicodeError, ValueError):
        return None
    return mark


_Found = tuple[Mark, Any] | tuple[None, None]
"""The mark of a key or item, and the event that its value begins with."""


def _entry(parser: Any, event: Any, key: str) -> _Found:
    if isinstance(event, MappingStartEvent):
        while isinstance(found := parser.get_event(), ScalarEvent):
            value = parser.get_event()
            if found.value == key:
                return cast("Mark", found.start_mark), value
            _skip(parser, value)
    return None, None


def _item(parser: Any, event: Any, place: int) -> _Found:
    if not isinstance(event, SequenceStartEvent):
        return None, None
    item = parser.get_event()
    for _ in range(place):
        if isinstance(item, SequenceEndEvent):
            break
        _skip(parser, item)
        item = parser.get_event()
    return (None, None) if isinstance(item, SequenceEndEvent) else (item.start_mark, item)


def _skip(parser: Any, event: Any) -> None:
    """Read to the end of the node that *event* begins."""
    depth = int(isinstance(event, CollectionStartEvent))
    while depth:
        event = parser.get_event()
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "not YAML"
    context = f" {error.context}" if error.context else ""
    return Fault(
        FaultKind.SYNTAX,
        mark.line + 1 if mark else 1,
        mark.column + 1 if mark else 1,
        f"not YAML: {problem}{context}",
        _remedy_of(problem),
    )


def _remedy_of(problem: str) -> str:
    if "cannot start any token" in problem:
        return "indent with spaces, not tabs; quote a value that starts with @, ` or %"
    if "mapping values are not allowed" in problem:
        return 'check the indentation, and quote a value that contains ": "'
    if "undefined alias" in problem or "duplicate anchor" in problem:
        return "quote the value if it should be text: * and & have a meaning in YAML"
    return "check the indentation and the quotes at this place"


def _unmarked_fault(error: Exception) -> Fault:
    reason = getattr(error, "reason", "") or str(error).partition("\n")[0]
    return Fault(
        FaultKind.SYNTAX,
        1,
        1,
        f"not YAML: {reason}",
        "save the file as UTF-8 text without control characters",
    )
