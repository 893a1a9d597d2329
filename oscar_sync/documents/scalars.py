"""Scalars that stay text: the schema, not the parser, says what ``yes`` or ``1.0`` means."""

from typing import Any, Final, TypeAlias

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
"""What a document holds. Unquoted scalars are ``Plain``; nothing else tells 1 from "1"."""

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
TRUES: Final = frozenset({"true", "True", "TRUE"})
FALSES: Final = frozenset({"false", "False", "FALSE"})


class Plain(str):
    """A scalar written without quotes, exactly as the file has it."""

    __slots__ = ()


def is_null(value: object) -> bool:
    """Tell whether *value* is YAML's null: unquoted and blank, ``~`` or ``null``."""
    return isinstance(value, Plain) and value in NULLS


def flag_of(value: object) -> bool | None:
    """Return the boolean that *value* is, None if it is none (``yes`` and ``"true"`` are not)."""
    if isinstance(value, Plain):
        if value in TRUES:
            return True
        if value in FALSES:
            return False
    return None


def integer_of(value: object) -> int | None:
    """Return the integer that *value* is: unquoted decimal digits with an optional sign."""
    if isinstance(value, Plain) and value.isascii() and len(value) <= _LONGEST_INTEGER:
        digits = value[1:] if value[:1] in ("+", "-") else value
        if digits.isdigit() and (digits[0] != "0" or len(digits) == 1):
            return int(value)
    return None


def written(value: Any) -> Any:
    """Return a number or truth as FDL's readers take it, and anything else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


_LONGEST_INTEGER: Final = 20
