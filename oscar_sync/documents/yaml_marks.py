"""Where one value stands in a YAML text: read no further than to its place."""

from typing import Any, cast

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

from oscar_sync.documents.yaml_nodes import C_PARSER
from oscar_sync.model.origin import FieldPath


def mark_at(text: str, path: FieldPath) -> Mark | None:
    """Return where the key or item at *path* stands, None where a look at all nodes must tell.

    Reads no further than that place, and only plain steps: keys as they are written, no aliases.
    """
    if C_PARSER is None:
        return None
    try:
        parser = C_PARSER(text)
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
