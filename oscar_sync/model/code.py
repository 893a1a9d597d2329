"""Codes of diagnostics, each with what it means and how much it weighs."""

from enum import StrEnum
from typing import Self

from oscar_sync.model.diagnostic import Severity


class TitledCode(StrEnum):
    """``meaning`` is what the page of codes says, ``severity`` the weight if a finding has none."""

    meaning: str
    severity: Severity

    def __new__(cls, code: str, meaning: str, severity: Severity = Severity.ERROR) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        member.severity = severity
        return member
