"""What becomes of a string on its way through the server (oscar-server 3.4, strings.json)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """Where a string stands."""

    SCRIPT = "script"
    ENV_VALUE = "env value"
    ENV_NAME = "env name"
    ANNOTATION_VALUE = "annotation value"
    KEY = "key"
    FIELD = "field"
    ITEM = "item"


class Fate(StrEnum):
    """What happens to a string."""

    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"
    POISONS = "poisons"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fate; ``becomes`` is what a changed string reads as afterwards, where that is known."""

    fate: Fate
    becomes: str | None = None


SAME: Final = Verdict(Fate.SAME)
_POISONS: Final = Verdict(Fate.POISONS)


def verdict(text: str, place: Place) -> Verdict:
    """Return what the server makes of *text* at *place*."""
    if place is Place.SCRIPT:
        if not text:
            return Verdict(Fate.REFUSED)
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        return SAME if lines == text else Verdict(Fate.CHANGED, lines)
    if text == "-" or text.startswith("- "):
        return _POISONS
    stripped = text.strip(" ")
    return SAME if stripped == text else Verdict(Fate.CHANGED, stripped)


SUSPECT: Final = re.compile(r"^[ \t?-]|[ \t]$|[\r\n\t\\\"]")
"""Whatever does not match comes back as it was sent."""
