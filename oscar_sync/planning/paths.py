"""Paths of changes as the plan prints them: dotted, odd keys in brackets and quotes (product 5)."""

import re
from typing import Final

from oscar_sync.model.origin import FieldPath

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN: Final = re.compile(r'\.?([A-Za-z0-9_-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')


def shown_path(path: FieldPath) -> str:
    """Return *path* as text: ``input[0].path``, ``labels["a.b/c"]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def path_from(text: str) -> FieldPath | None:
    """Return the path that *text* (as :func:`shown_path` prints it) means, None if it is none."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            return None
        plain, index, quoted = found.groups()
        if index is not None:
            parts.append(int(index))
        else:
            parts.append(plain if plain is not None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    return tuple(parts)
