"""Paths as they are printed: of fields in a document, and of files."""

import re
from collections.abc import Iterable
from typing import Final

from oscar_sync.model.origin import FieldPath

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN: Final = re.compile(r'\.?([A-Za-z0-9_-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')


def dotted(path: Iterable[str | int]) -> str:
    """Return *path* as a plan prints it: ``input[0].path``, ``labels["a.b/c"]`` (product 5)."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def field_of(path: str) -> str:
    """Return the first step of a dotted *path*: a top-level field, whose name is plain."""
    return path.partition(".")[0].partition("[")[0]


def path_from(text: str) -> FieldPath | None:
    """Return the path that *text* (as :func:`dotted` prints it) means, None if it is none."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            return None
        plain, index, quoted = match.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(plain if plain is not None else re.sub(r"\\(.)", r"\1", quoted))
        at = match.end()
    return tuple(parts)


def shown_path(path: str, cwd: str) -> str:
    base = cwd.rstrip("/\\")
    is_below = path.startswith((f"{base}/", f"{base}\\"))
    return path[len(base) + 1 :] if is_below else path
