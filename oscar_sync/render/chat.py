"""A notification as chats show it: none of them obeys a name that is in it."""

import html
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from oscar_sync.model.field import Json
from oscar_sync.render.markup import rendered
from oscar_sync.render.words import safe

_LINES: Final = 10
_PATHS: Final = 3
_LONGEST: Final = 60
_NO_MENTION: Final = "@\N{ZERO WIDTH SPACE}"

Document = Mapping[str, Any]


def notification_body(document: Document, format_name: str) -> bytes:
    """Return what is sent to a webhook of this kind: one of ``FORMATS``."""
    return json.dumps(FORMATS[format_name](document)).encode()


def _json(document: Document) -> Mapping[str, Json]:
    return document


def _slack(document: Document) -> Mapping[str, Json]:
    # https://docs.slack.dev/messaging/formatting-message-text: `&`, `<` and `>` count in code too.
    return {"text": html.escape(_text(document), quote=False)}


def _mattermost(document: Document) -> Mapping[str, Json]:
    # https://developers.mattermost.com/integrate/webhooks/incoming/
    return {"text": _text(document)}


def _matrix(document: Document) -> Mapping[str, Json]:
    # What a generic webhook of matrix-hookshot takes (docs/setup/webhooks.md there). @room in the
    # text of a message alerts a room.
    lines = tuple(_lines(document))
    return {
        "text": _text(document).replace("@", _NO_MENTION),
        "html": rendered("chat.html", lines=lines, board=document["board"]),
    }


FORMATS: Final[Mapping[str, Callable[[Document], Mapping[str, Json]]]] = {
    "json": _json,
    "slack": _slack,
    "mattermost": _mattermost,
    "matrix": _matrix,
}


def _text(document: Document) -> str:
    board = (f"Board: {document['board']}",) if document["board"] else ()
    return "\n".join((*_lines(document), *board))


def _lines(document: Document) -> Iterator[str]:
    """Yield a sentence and what it is about, in Markdown."""
    details = [
        *(f"cluster {_code(name)} cannot be read" for name in document["unreachable"]),
        *(_detail(one, one["status"], (one["code"],)) for one in document["failed"]),
        *(_detail(one, "blocked", (one["code"],)) for one in document["blocked"]),
        *(_detail(one, "drifted", one["paths"]) for one in document["drifted"]),
    ]
    yield document["text"]
    yield from details[:_LINES]
    if len(details) > _LINES:
        yield f"and {len(details) - _LINES} more"


def _detail(one: Mapping[str, str], became: str, about: tuple[str, ...]) -> str:
    words = [_code(word) for word in about if word]
    more = f" and {len(words) - _PATHS} more" if len(words) > _PATHS else ""
    listed = f": {', '.join(words[:_PATHS])}{more}" if words else ""
    name = _code(f"{one['cluster']}/{one['service']}")
    return f"{name}: {one['kind']} {became}{listed}"


def _code(text: str) -> str:
    """Return *text* as code, in which neither Markdown nor a mention counts."""
    shown = safe(text).replace("`", "'")
    return f"`{shown if len(shown) <= _LONGEST else f'{shown[: _LONGEST - 1]}…'}`"
