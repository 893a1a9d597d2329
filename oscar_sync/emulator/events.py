"""What an invocation is about: storage events, and which outputs take which files."""

import json
from typing import Any
from urllib.parse import unquote_plus

from oscar_sync.emulator.binding import Document

__all__ = ["address_in", "parsed", "principal_in", "record_of", "stored_key", "takes"]

_SOURCES = {"aws:s3", "minio:s3", "OneTrigger", "rucio"}


def parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def record_of(body: str) -> dict[str, Any]:
    """Return the first record of a storage event, empty for another body.

    A delegated job wraps its event: `{"event": ..., "storage_provider": "id"}`.
    """
    event = parsed(body)
    if isinstance(event, dict) and "event" in event and "Records" not in event:
        inner = event["event"]
        event = parsed(inner) if isinstance(inner, str) else inner
    try:
        record = event["Records"][0]
        return record if record.get("eventSource") in _SOURCES else {}
    except (KeyError, IndexError, TypeError, AttributeError):
        return {}


def principal_in(body: str) -> str:
    return _of_request(body, "principalId")


def address_in(body: str) -> str:
    """Return from where the object that a body tells of was written, blank for another body."""
    return _of_request(body, "sourceIPAddress")


def _of_request(body: str, name: str) -> str:
    event = parsed(body)
    try:
        return str(event["Records"][0]["requestParameters"][name])
    except (KeyError, IndexError, TypeError):
        return ""


def stored_key(body: str) -> tuple[str, str] | None:
    try:
        place = record_of(body)["s3"]
        return place["bucket"]["name"], unquote_plus(place["object"]["key"])
    except (KeyError, TypeError):
        return None


def takes(exchange: Document, name: str) -> bool:
    prefixes, suffixes = exchange["prefix"], exchange["suffix"]
    return (not prefixes or name.startswith(tuple(prefixes))) and (
        not suffixes or name.endswith(tuple(suffixes))
    )
