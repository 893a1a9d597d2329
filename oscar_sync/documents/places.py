"""The place of a value in its text: made when somebody asks, so that reading stays fast."""

import re
from functools import lru_cache
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from oscar_sync.documents.reading import Refused
from oscar_sync.documents.yaml_nodes import root_of
from oscar_sync.documents.yaml_reader import MERGE
from oscar_sync.model.origin import FieldPath, Origin

_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class Places:
    def __init__(self, text: str, file: str, layer: str = "fdl") -> None:
        self.text = text
        self.file = file
        self.layer = layer
        # A plan is drafted again when it knows more, after the tree is gone.
        self._reached: dict[FieldPath, tuple[Origin, int]] = {}

    def locate(self, path: FieldPath) -> Origin:
        """Return the place of the key (or list item) at *path*, or of the nearest one above."""
        return self.reach(path)[0]

    def reach(self, path: FieldPath) -> tuple[Origin, int]:
        """Return the nearest place at or above *path*, and how many of its steps led there."""
        if path not in self._reached:
            self._reached[path] = self._look_for(path)
        return self._reached[path]

    def _look_for(self, path: FieldPath) -> tuple[Origin, int]:
        root = _tree(self.text)
        node, place, depth = root, root, 0
        for step in path:
            child = _child(node, step) if node is not None else None
            if child is None:
                break
            place, node = child
            depth += 1
        return self._origin(place), depth

    def _origin(self, node: Node | None) -> Origin:
        if node is None:
            return Origin(self.file, 1, 1, self.layer)
        mark = node.start_mark
        return Origin(self.file, mark.line + 1, mark.column + 1, self.layer)


_TREES: Final = 32
"""A tree has thirty times the size of its text, and who asks for places goes file by file."""


@lru_cache(maxsize=_TREES)
def _tree(text: str) -> Node | None:
    # JSON has escapes of half a character, which YAML has not: as long as what stands for them.
    for candidate in (text, _HALF.sub(r"\\uFFFD", text)):
        try:
            return root_of(candidate)
        except Refused:
            continue
    return None


def _child(node: Node, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, SequenceNode):
        if isinstance(step, int) and 0 <= step < len(node.value):
            return node.value[step], node.value[step]
        return None
    if isinstance(node, MappingNode):
        if isinstance(step, int):
            return None
        return _entry(node, step, 0)
    # A scalar where the schema reads a list of one: `api_port: 80`.
    return (node, node) if step == 0 else None


_DEEPEST_MERGE = 20


def _entry(node: MappingNode, key: str, depth: int) -> tuple[Node, Node] | None:
    """Return key and value of *key*: exact, then in other case, then by merge keys."""
    entries = [(k, v) for k, v in node.value if isinstance(k, ScalarNode)]
    for key_node, value in entries:
        if key_node.value == key:
            return key_node, value
    for key_node, value in entries:
        if key_node.value.lower() == key.lower():
            return key_node, value
    for key_node, value in entries if depth < _DEEPEST_MERGE else ():
        if key_node.value == MERGE:
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                merged = _entry(source, key, depth + 1) if isinstance(source, MappingNode) else None
                if merged:
                    return merged
    return None
