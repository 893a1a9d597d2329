"""How a decoded JSON value becomes the fields of a Go struct (oscar-server 2).

Every shape knows its zero value, how it takes a value over (case-insensitive keys, `null` as
nothing, the last of repeated keys, maps merged), and how it is printed back (`omitempty`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from oscar_sync.emulator.go_json import GoJsonError, Number, Pairs, decode, kind_of

__all__ = [
    "Document",
    "Field",
    "Flag",
    "ListOf",
    "MapOf",
    "Pointer",
    "Problems",
    "Shape",
    "Struct",
    "Text",
    "Whole",
    "bound",
]

Document = dict[str, Any]


class Problems(list[str]):
    __slots__ = ()

    def mismatch(self, kind: str, spot: str, go: str) -> None:
        where = f"Go struct field {spot}" if spot else "Go value"
        self.append(f"json: cannot unmarshal {kind} into {where} of type {go}")


class Shape(Protocol):
    @property
    def go(self) -> str:
        """Return the name of the Go type, as errors print it."""

    def zero(self) -> Any:
        """Return the value of a field that nobody set."""

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the value after this node was read into it."""

    def show(self, value: Any) -> Any:
        """Return what is printed for the value."""


@dataclass(frozen=True, slots=True)
class Text:
    """A Go string."""

    go: str = "string"

    def zero(self) -> Any:
        return ""

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the text; anything else but `null` is a mismatch."""
        if node is None:
            return old
        if not isinstance(node, str) or isinstance(node, Number):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        return node

    def show(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """A Go bool."""

    go: str = "bool"

    def zero(self) -> Any:
        return False

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the bool; anything else but `null` is a mismatch."""
        if node is None:
            return old
        if not isinstance(node, bool):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        return node

    def show(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A Go integer of some width."""

    go: str = "int"
    low: int = -(2**63)
    high: int = 2**63 - 1

    def zero(self) -> Any:
        return 0

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the number; a fraction, an exponent or an overflow is a mismatch."""
        if node is None:
            return old
        if not isinstance(node, Number):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        digits = node.removeprefix("-")
        if not digits.isdecimal() or not self.low <= int(node) <= self.high:
            problems.mismatch(f"number {node}", spot, self.go)
            return old
        return int(node)

    def show(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A Go slice; nil becomes empty on its way through the store (oscar-server 3.3)."""

    item: Shape
    go: str

    def zero(self) -> Any:
        return []

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the items; a value that is no list is a mismatch."""
        if node is None:
            return []
        if isinstance(node, Pairs) or not isinstance(node, list):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        item = self.item
        return [item.take(part, item.zero(), spot, problems) for part in node]

    def show(self, value: Any) -> Any:
        if isinstance(self.item, Text | Whole):
            return value
        return [self.item.show(part) for part in value]


@dataclass(frozen=True, slots=True)
class MapOf:
    """A Go map from text; nil becomes empty on its way through the store."""

    item: Shape
    go: str

    def zero(self) -> Any:
        return {}

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the map with the pairs added; a value that is no object is a mismatch."""
        if node is None:
            return {}
        if not isinstance(node, Pairs):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        item = self.item
        return {**old, **{key: item.take(v, item.zero(), spot, problems) for key, v in node}}

    def show(self, value: Any) -> Any:
        show = self.item.show
        return {key: show(value[key]) for key in sorted(value)}


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer to a struct: absent until somebody sets it."""

    to: "Struct"

    @property
    def go(self) -> str:
        return self.to.go

    def zero(self) -> Any:
        return None

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the struct, or nothing for `null`."""
        if node is None:
            return None
        before = old if old is not None else self.to.zero()
        taken = self.to.take(node, before, spot, problems)
        return old if taken is before and not isinstance(node, Pairs) else taken

    def show(self, value: Any) -> Any:
        return None if value is None else self.to.show(value)


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a struct: its JSON name, shape, and whether an empty value is left out.

    One that is not shown is left out always.
    """

    name: str
    shape: Shape
    omitempty: bool = False
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Struct:
    """A Go struct; `prefix` is the path of JSON names from the body to it.

    `seed` and `check` stand for a decoder of the type's own: fields set before reading, and a
    refusal afterwards, which ends the decoding at once.
    """

    name: str
    go: str
    fields: tuple[Field, ...]
    prefix: str = ""
    seed: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Document], str | None] | None = None
    _by_key: dict[str, tuple[Field, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lead = f"{self.name}.{self.prefix}." if self.prefix else f"{self.name}."
        members = {part.name: (part, lead + part.name) for part in self.fields}
        lower = {part.name.lower(): (part, lead + part.name) for part in self.fields}
        object.__setattr__(self, "_by_key", {**lower, **members})

    def zero(self) -> Any:
        return {part.name: part.shape.zero() for part in self.fields}

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the struct with the members that the object names.

        Raises:
            GoJsonError: the type's own decoder refuses.
        """
        if node is None:
            return old
        if self.check is not None:
            return self._own_decoder(node, spot, problems)
        if not isinstance(node, Pairs):
            problems.mismatch(kind_of(node), spot, self.go)
            return old
        return self._members(node, old, problems)

    def _members(self, node: Pairs, old: Document, problems: Problems) -> Document:
        by_key = self._by_key
        for key, value in node:
            member = by_key.get(key) or by_key.get(key.lower())
            if member is not None:
                part, spot = member
                old[part.name] = part.shape.take(value, old[part.name], spot, problems)
        return old

    def _own_decoder(self, node: Any, spot: str, problems: Problems) -> Document:
        inner = Problems()
        fresh: Document = {**self.zero(), **self.seed}
        if isinstance(node, Pairs):
            self._members(node, fresh, inner)
        else:
            inner.mismatch(kind_of(node), spot, self.go)
        if inner:
            kind, _, rest = inner[0].partition(" into ")
            go = rest.rpartition(" of type ")[2]
            raise GoJsonError(
                problems[0] if problems else f"{kind} into Go struct field {spot} of type {go}"
            )
        refusal = self.check(fresh) if self.check else None
        if refusal:
            raise GoJsonError(refusal)
        return fresh

    def show(self, value: Any) -> Any:
        return {
            part.name: part.shape.show(value[part.name])
            for part in self.fields
            if part.is_shown and (not part.omitempty or value[part.name])
        }


def bound(shape: Struct, body: bytes) -> Document:
    """Return the struct that a body is read into.

    Raises:
        GoJsonError: with the text that Go prints for the first thing wrong.
    """
    problems = Problems()
    value: Document = shape.take(decode(body), shape.zero(), "", problems)
    if problems:
        raise GoJsonError(problems[0])
    return value
