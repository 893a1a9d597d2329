"""What may be done about a field of a service or of the settings: said once, on the field."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from oscar_sync.model.secret import Secret

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
"""A JSON value."""

Value: TypeAlias = "None | bool | int | float | str | Secret | list[Value] | dict[str, Value]"
"""A JSON value that may hold secrets: what a body and the mapping of a form are made of."""


class Kind(StrEnum):
    TEXT = "text"
    FLAG = "flag"
    INTEGER = "integer"
    TEXTS = "list of text"
    TEXT_LISTS = "list of lists of text"
    TEXT_MAP = "map of text"
    PORTS = "list of ports"
    BLOCK = "block"
    BLOCKS = "list of blocks"
    BLOCK_MAP = "map of blocks"


class Compare(StrEnum):
    EXACT = "exact"
    QUANTITY = "quantity"
    UNORDERED = "unordered"
    ANY_PORT = "any port"


class Change(StrEnum):
    """What a difference of a field takes; `semantics.updates` has the words and the sources."""

    UPDATE = "update"
    REPLACE = "replace"
    SWITCH = "replace if it is added or removed"
    RESTART = "restart"
    BUCKETS = "buckets"
    ACCESS = "access"
    ISOLATION = "isolation"
    CARRIED = "carried"
    FEDERATED = "federated"
    RENAME = "rename"


class Field(Struct, frozen=True, dict=True):
    """One field of an FDL service, or one key of the settings.

    ``default`` is what an omitted field comes to: the server makes it so, the settings read it so;
    ``since`` the first release that has it; ``until`` the first that no longer has it.
    ``is_secret`` values are masked everywhere. ``is_required`` fields must be given and not blank.
    ``least`` is the smallest integer. ``choices`` are the texts that may be written, ``keys`` those
    of a map; blank: any. ``is_flag_too``: ``true`` is read as ``[True]``; ``is_text_too``: a text
    stands for a list of it. ``text_as`` is
    the table of what a bare text is read as in the place of a block: the text is its first field.
    """

    name: str
    kind: Kind
    doc: str
    default: Json = None
    compare: Compare = Compare.EXACT
    change: Change = Change.UPDATE
    is_secret: bool = False
    is_required: bool = False
    is_optional_block: bool = False
    since: tuple[int, int, int] = (0, 0, 0)
    until: tuple[int, int, int] | None = None
    choices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    least: int | None = None
    is_flag_too: bool = False
    is_text_too: bool = False
    children: tuple["Field", ...] = ()
    text_as: tuple["Field", ...] = ()

    @cached_property
    def named_children(self) -> Mapping[str, "Field"]:
        return by_name(self.children)


def by_name(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.name: field for field in fields}
