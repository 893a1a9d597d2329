"""Codes of diagnostics, each with what it means."""

from enum import StrEnum
from typing import Self


class TitledCode(StrEnum):
    """``meaning`` is what the page of codes says of it."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
