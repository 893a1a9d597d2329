"""YAML text to documents: scalars as written, merge keys merged, duplicate keys found."""

from typing import Any, Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from oscar_sync.documents.reading import Fault, FaultKind, Reading, Refused
from oscar_sync.documents.scalars import Plain, Tree
from oscar_sync.documents.yaml_nodes import MAX_DEPTH, nodes_of

MERGE: Final = "<<"
MAX_EXPANSION: Final = 1 << 20


def read_yaml(text: str) -> Reading:
    """Return the documents of *text* and its faults. Never raises."""
    builder = _AliasBuilder() if "*" in text and "&" in text else _Builder()
    try:
        documents = tuple(map(builder.tree, nodes_of(text)))
    except Refused as refused:
        return Reading((), (*builder.faults, refused.fault))
    return Reading(documents, tuple(builder.faults))


class _Builder:
    """Builds trees from nodes. Without aliases no node is met twice."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def tree(self, node: Any) -> Tree:
        kind = type(node)
        if kind is ScalarNode:
            return _scalar(node)
        if kind is MappingNode:
            return self.mapping(node)
        return [self.tree(item) for item in node.value]

    def mapping(self, node: MappingNode) -> dict[str, Tree]:
        built: dict[str, Tree] = {}
        merged: list[Node] = []
        tree = self.tree
        for key_node, value_node in node.value:
            if type(key_node) is not ScalarNode:
                raise Refused(_complex_key(key_node))
            key = key_node.value
            if key in built:
                self.faults.append(_duplicate(node, key_node))
            if type(value_node) is ScalarNode:
                built[key] = _scalar(value_node)
            elif key == MERGE and not key_node.style:
                merged.append(value_node)
            else:
                built[key] = tree(value_node)
        for value_node in merged:
            self.merge(built, value_node)
        return built

    def merge(self, built: dict[str, Tree], node: Node) -> None:
        """Add what *built* does not have; of several mappings the first wins (YAML merge key)."""
        sources = node.value if isinstance(node, SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, MappingNode):
                raise Refused(_bad_merge(source))
            for key, value in self.mapping(source).items():
                built.setdefault(key, value)


class _AliasBuilder(_Builder):
    """Counts what aliases expand to, and refuses bombs and circles (safety 8)."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[int] = set()
        self.repeats = 0
        self.depth = 0
        self.expansion = 0

    def tree(self, node: Any) -> Tree:
        is_repeat = id(node) in self.seen
        self.seen.add(id(node))
        self.repeats += is_repeat
        self.depth += 1
        if self.repeats:
            self.expansion += 1 + (len(node.value) if isinstance(node, ScalarNode) else 8)
        if self.expansion > MAX_EXPANSION or self.depth > MAX_DEPTH:
            raise Refused(_bomb(node))
        built = super().tree(node)
        self.depth -= 1
        self.repeats -= is_repeat
        return built

    def mapping(self, node: MappingNode) -> dict[str, Tree]:
        self.depth += 1
        self.expansion += len(node.value) if self.repeats else 0
        if self.depth > 2 * MAX_DEPTH:
            raise Refused(_bomb(node))
        # Merged and direct scalars bypass `tree`; what they weigh counts too.
        for _, value in node.value if self.repeats else ():
            self.expansion += len(value.value) if isinstance(value, ScalarNode) else 0
        built = super().mapping(node)
        self.depth -= 1
        return built

    def merge(self, built: dict[str, Tree], node: Node) -> None:
        self.repeats += 1
        super().merge(built, node)
        self.repeats -= 1


_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_NON_SPECIFIC: Final = "!"


def _scalar(node: ScalarNode) -> str:
    text: str = node.value
    return text if node.style or node.tag in (_TEXT_TAG, _NON_SPECIFIC) else Plain(text)


def _fault(kind: FaultKind, node: Node, message: str, remedy: str) -> Fault:
    mark = node.start_mark
    return Fault(kind, mark.line + 1, mark.column + 1, message, remedy)


def _duplicate(mapping: MappingNode, again: ScalarNode) -> Fault:
    first = next(key for key, _ in mapping.value if key.value == again.value)
    mark = first.start_mark
    return _fault(
        FaultKind.DUPLICATE,
        again,
        f"the key {again.value} stands here for the second time; "
        f"the first is at line {mark.line + 1}, column {mark.column + 1}",
        "keep one of the two: of two equal keys other tools silently take the last",
    )


def _complex_key(node: Node) -> Fault:
    return _fault(
        FaultKind.KEY,
        node,
        "a list or mapping stands where a key is expected",
        "write a plain key; quote a value that starts with { or [",
    )


def _bad_merge(node: Node) -> Fault:
    return _fault(
        FaultKind.KEY,
        node,
        "the merge key << takes a mapping or a list of mappings",
        "name an anchor of a mapping after <<, as in `<<: *defaults`",
    )


def _bomb(node: Node) -> Fault:
    return _fault(
        FaultKind.BOMB,
        node,
        "its aliases expand to more than 1 MiB or nest too deeply",
        "write the values out where they are used",
    )
