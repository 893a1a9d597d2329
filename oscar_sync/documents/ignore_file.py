"""What `.oscar-syncignore` leaves out: gitignore's own rules, from pathspec."""

import re
import warnings
from collections.abc import Sequence
from typing import Final, Protocol

IGNORE_FILE: Final = ".oscar-syncignore"
LARGEST_BYTES: Final = 64 << 10
OVER_LIMIT: Final = "over the limit of 64 KiB"
"""Patterns cost time: half a megabyte of them held `validate` up for seven seconds."""
_MOST_STARS: Final = 3
_STARS: Final = re.compile(r"(?<!\\)\*{3,}")


class Ignored(Protocol):
    def match_file(self, file: str) -> bool:
        """Tell whether *file* is left out: relative, with ``/``; a folder ends in one."""
        ...


def ignored_by(content: bytes) -> Ignored | str:
    if len(content) > LARGEST_BYTES:
        return OVER_LIMIT
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        return "not UTF-8 text"
    lines = [_STARS.sub("*", line) for line in lines]
    if any(_is_costly(line) for line in lines):
        return f"{_MOST_STARS + 1} times * in a part of a pattern"
    return _spec(lines)


def _spec(lines: Sequence[str]) -> Ignored | str:
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a pattern that `re` finds odd
            return GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        return str(error)
    except re.error as error:
        return f"a pattern is not valid: {error}"


def _is_costly(pattern: str) -> bool:
    """Tell a pattern whose matching could go on without end: it tries all places of each ``*``."""
    parts = () if pattern.startswith("#") else pattern.split("/")
    most = max((part.count("*") for part in parts if part != "**"), default=0)
    return max(most, parts.count("**")) > _MOST_STARS
