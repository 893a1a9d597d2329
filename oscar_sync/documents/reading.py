"""What came out of reading one text."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.documents.scalars import Tree


class FaultKind(StrEnum):
    SYNTAX = "syntax"
    DUPLICATE = "duplicate"
    TOO_DEEP = "too deep"
    BOMB = "bomb"
    KEY = "key"
    ENCODING = "encoding"


class Fault(Struct, frozen=True):
    """A fault of the text itself; ``line`` and ``column`` count from 1."""

    kind: FaultKind
    line: int
    column: int
    message: str
    remedy: str


class Reading(Struct, frozen=True):
    """The documents of a text, in order, and its faults; a broken text has no documents."""

    documents: tuple[Tree, ...]
    faults: tuple[Fault, ...] = ()


class Refused(Exception):
    """Reading stopped at a fault. Never leaves this package."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
