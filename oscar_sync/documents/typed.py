"""Raw mappings to typed values, by a table of fields. The table decides, not YAML."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias

from oscar_sync.documents.paths import dotted
from oscar_sync.documents.scalars import NULLS, Plain, Tree, flag_of, integer_of, is_null
from oscar_sync.model.field import Field, Kind, by_name
from oscar_sync.model.origin import FieldPath

_MISSING: Final = object()
_MOST: Final = 2**31 - 1
_Reader: TypeAlias = "Callable[[FieldReader, Field, Tree, FieldPath], object]"


class Wrong(StrEnum):
    NOT_TEXT = "not text"
    NOT_FLAG = "not a flag"
    NOT_INTEGER = "not an integer"
    NOT_LIST = "not a list"
    NOT_MAPPING = "not a mapping"
    REQUIRED = "required"


class ValuePart(StrEnum):
    WHOLE = "whole"
    ITEM = "item"
    KEY = "key"
    ENTRY = "entry"


class FieldReader(ABC):
    """Reads mappings by a table; a kind of document says what more is wrong with them.

    A null stands for the default; where ``is_strict``, a flag or number must not be one. A text
    that matches ``sure`` wholly need not be checked.
    """

    is_strict: ClassVar[bool] = False
    required_by: ClassVar[str] = ""
    sure: ClassVar[re.Pattern[str]] = re.compile(r"(?s:.*)")

    @abstractmethod
    def say(self, wrong: Wrong, path: FieldPath, message: str, remedy: str) -> None:
        """Note what is wrong with the value at *path*."""

    @abstractmethod
    def unknown(self, key: str, known: Iterable[str], path: FieldPath) -> None:
        """Note that the mapping at *path* has *key*, which is none of the *known* ones."""

    def shown(self, path: FieldPath) -> str:
        return dotted(path)

    def instead_of(self, field: Field, value: Tree) -> str:
        del field, value
        return "write one value, in quotes"

    def check(self, field: Field, part: ValuePart, text: str, path: FieldPath) -> None:
        del field, part, text, path

    def block(
        self, known: Mapping[str, Field], raw: Mapping[str, Tree], path: FieldPath
    ) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in raw.items():
            field = known.get(key)
            if field is None:
                self.unknown(key, known, path)
                continue
            read = self.readers[field.kind](self, field, value, (*path, key))
            if read is not _MISSING:
                built[key] = read
        for field in known.values():
            if field.is_required and not built.get(field.name):
                self._required(field, raw, path)
        return built

    def _required(self, field: Field, raw: Mapping[str, Tree], path: FieldPath) -> None:
        value = raw.get(field.name)
        if value is not None and not isinstance(value, str):
            return  # its type is the finding
        path = (*path, field.name)
        self.say(
            Wrong.REQUIRED,
            path,
            f"{self.shown(path)} is required{self.required_by}",
            f"add `{field.name}:` ({field.doc.removesuffix('.')})",
        )

    def _text(
        self, field: Field, value: Tree, path: FieldPath, part: ValuePart = ValuePart.WHOLE
    ) -> object:
        if not isinstance(value, str):
            return self._not_text(field, value, path)
        text = _as_text(value)
        if not self.sure.fullmatch(text):
            self.check(field, part, text, path)
        return text

    def _not_text(self, field: Field, value: Tree, path: FieldPath) -> object:
        what = "list" if isinstance(value, list) else "mapping"
        self.say(
            Wrong.NOT_TEXT,
            path,
            f"{self.shown(path)} is a {what}, a string is required",
            self.instead_of(field, value),
        )
        return _MISSING

    def _flag(self, field: Field, value: Tree, path: FieldPath) -> object:
        if is_null(value) and not self.is_strict:
            return _MISSING
        flag = flag_of(value)
        if flag is not None:
            return flag
        self.say(
            Wrong.NOT_FLAG,
            path,
            f"{self.shown(path)} must be true or false, without quotes",
            f"write `{field.name}: true` or `{field.name}: false`",
        )
        return _MISSING

    def _integer(self, field: Field, value: Tree, path: FieldPath) -> object:
        if is_null(value) and not self.is_strict:
            return _MISSING
        number = integer_of(value)
        least = -_MOST if field.least is None else field.least
        if number is not None and least <= number <= _MOST:
            return number
        bound = "" if field.least is None else f" of at least {least}"
        self.say(
            Wrong.NOT_INTEGER,
            path,
            f"{self.shown(path)} must be a whole number{bound}, without quotes",
            f"write digits alone: `{field.name}: NUMBER`",
        )
        return _MISSING

    def _list(self, value: Tree, path: FieldPath, what: str) -> list[Tree]:
        if isinstance(value, list):
            return value
        if not is_null(value):
            given = ", not a mapping" if isinstance(value, dict) else ""
            self.say(
                Wrong.NOT_LIST,
                path,
                f"{self.shown(path)} must be a list of {what}{given}",
                "begin each entry with `- `",
            )
        return []

    def _texts(self, field: Field, value: Tree, path: FieldPath) -> object:
        if field.is_flag_too and (flag := flag_of(value)) is not None:
            return [True] if flag else []  # no text: a list may hold the word `true`
        if field.is_text_too and isinstance(value, str) and not is_null(value):
            value = [value]
        read = (
            self._text(field, item, (*path, place), ValuePart.ITEM)
            for place, item in enumerate(self._list(value, path, "texts"))
        )
        return [item for item in read if item is not _MISSING]

    def _text_lists(self, field: Field, value: Tree, path: FieldPath) -> object:
        return [
            self._texts(field, item, (*path, place))
            for place, item in enumerate(self._list(value, path, "lists"))
        ]

    def _text_map(self, field: Field, value: Tree, path: FieldPath) -> object:
        built: dict[str, str] = {}
        is_sure = self.sure.fullmatch
        for key, item in self._mapping(value, path).items():
            if field.keys and key not in field.keys:
                self.unknown(key, field.keys, path)
                continue
            if not is_sure(key):
                self.check(field, ValuePart.KEY, key, (*path, key))
            if not isinstance(item, str):
                self._not_text(field, item, (*path, key))
                continue
            text = built[key] = _as_text(item)
            if field.keys or not is_sure(text):
                self.check(field, ValuePart.ENTRY, text, (*path, key))
        return built

    def _ports(self, field: Field, value: Tree, path: FieldPath) -> object:
        """Return a list; a scalar is a list of one, a scalar 0 none (oscar-clients 1.3)."""
        if is_null(value):
            return _MISSING
        if not isinstance(value, list):
            if value == "0":
                return []
            value = [value]
        numbers = [self._integer(field, item, (*path, n)) for n, item in enumerate(value)]
        return [number for number in numbers if number is not _MISSING]

    def _not_mapping(self, value: Tree, path: FieldPath) -> None:
        is_list = isinstance(value, list)
        self.say(
            Wrong.NOT_MAPPING,
            path,
            f"{self.shown(path)} must be a mapping" + (", not a list" if is_list else ""),
            "write `KEY: VALUE` without `- ` below it"
            if is_list
            else "write its keys below it, indented further, as in `KEY: VALUE`",
        )

    def _mapping(self, value: Tree, path: FieldPath) -> dict[str, Tree]:
        if isinstance(value, dict):
            return value
        if not is_null(value):
            self._not_mapping(value, path)
        return {}

    def _nested(self, field: Field, value: Tree, path: FieldPath) -> object:
        return _MISSING if is_null(value) else self._inner(field, value, path)

    def _inner(self, field: Field, value: Tree, path: FieldPath) -> object:
        if isinstance(value, dict):
            return self.block(field.named_children, value, path)
        if field.text_as and isinstance(value, str):
            return self.block(by_name(field.text_as), {field.text_as[0].name: value}, path)
        self._not_mapping(value, path)
        return _MISSING

    def _blocks(self, field: Field, value: Tree, path: FieldPath) -> object:
        read = (
            self._inner(field, item, (*path, place))
            for place, item in enumerate(self._list(value, path, "mappings"))
        )
        return [block for block in read if block is not _MISSING]

    def _block_map(self, field: Field, value: Tree, path: FieldPath) -> object:
        """Return blocks by id; one with nothing below it is empty (oscar-server 12.11)."""
        read = {
            key: self._inner(field, {} if is_null(item) else item, (*path, key))
            for key, item in self._mapping(value, path).items()
        }
        return {key: block for key, block in read.items() if block is not _MISSING}

    readers: ClassVar[Mapping[Kind, "_Reader"]] = {
        Kind.TEXT: _text,
        Kind.FLAG: _flag,
        Kind.INTEGER: _integer,
        Kind.TEXTS: _texts,
        Kind.TEXT_LISTS: _text_lists,
        Kind.TEXT_MAP: _text_map,
        Kind.PORTS: _ports,
        Kind.BLOCK: _nested,
        Kind.BLOCKS: _blocks,
        Kind.BLOCK_MAP: _block_map,
    }


def _as_text(value: str) -> str:
    if type(value) is Plain:
        return "" if value in NULLS else str(value)
    return value
