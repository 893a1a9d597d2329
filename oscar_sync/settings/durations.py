"""Durations: ``90s``, ``5m``, ``1h``, ``1h30m``."""

import re
from typing import Final

_DURATION: Final = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


def duration_s(text: str) -> float | None:
    """Return the seconds that *text* means, None if it is not a duration; a bare number is none."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)
