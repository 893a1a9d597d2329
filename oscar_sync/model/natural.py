"""Names in the order of people: ``proj2`` before ``proj10``."""

import re
from typing import Final

_NUMBER: Final = re.compile(r"([0-9]{1,300})")  # Python reads no more than 4,300 digits as a number


def natural(name: str) -> tuple[list[str | int], str]:
    """Return the key that sorts names so that their numbers count as numbers."""
    parts = _NUMBER.split(name)  # every second one is a number
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], name
