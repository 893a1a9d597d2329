"""``--expect``: only the plan that somebody has reviewed is carried out (product 3, trust 1.3)."""

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from oscar_sync.errors import StaleError, UsageError
from oscar_sync.model.plan import Action, Erased, Plan
from oscar_sync.model.state import BucketCount
from oscar_sync.planning.digest import plan_digest
from oscar_sync.reconcile.plan_difference import plan_differences
from oscar_sync.render.plan_json import FORMAT_VERSION, plan_document
from oscar_sync.wire.messages import MAX_DEPTH, is_deeper

_LARGEST_BYTES = 16 << 20
_MORE = "more would be deleted than was reviewed"
_DIGEST = re.compile(r"[0-9a-f]{8,32}")

_Reviewed: TypeAlias = Mapping[tuple[str, str], BucketCount | None]
"""What a reviewed plan deletes: by action and bucket, what it held then; None: nobody could see."""


def check_expectation(plan: Plan, expected: str) -> None:
    """Return if *plan* is the expected one.

    *expected* is a digest (its first 8 digits or more), or the file of a plan document. What can be
    a digest is never a file: a branch could hold one of that name. With a file less may be deleted
    than was reviewed, never more.

    Raises:
        StaleError: it is another one; with a file the differences are known.
        UsageError: *expected* is neither.
    """
    if _DIGEST.fullmatch(expected):
        if not plan.digest.startswith(expected):
            raise StaleError(expected, plan.digest)
        return
    document = _read(expected)
    digest = str(document.get("digest", ""))
    if digest == plan.digest:
        return
    reviewed = _reviewed(document)
    loses_more = _loses_more(plan, reviewed)
    if not loses_more and digest == plan_digest(_as_reviewed(plan, reviewed)):
        return
    now = json.loads(json.dumps(plan_document(plan)))
    lines = plan_differences(document, now)
    raise StaleError(digest, plan.digest, (_MORE, *lines) if loses_more else lines)


def _reviewed(document: Mapping[str, object]) -> _Reviewed:
    found: dict[tuple[str, str], BucketCount | None] = {}
    for action in _mappings(document.get("actions")):
        for item in _mappings(action.get("erases")):
            found[str(action.get("id")), str(item.get("bucket"))] = _count(item)
    return found


def _count(item: Mapping[str, object]) -> BucketCount | None:
    objects, size_bytes, last = item.get("objects"), item.get("bytes"), item.get("last_write")
    if not isinstance(objects, int) or not isinstance(size_bytes, int):
        return None
    return BucketCount(objects, size_bytes, _time(last), item.get("at_least") is True)


def _time(text: object) -> datetime | None:
    """Return a time with its zone; one that cannot be read bounds nothing, like none at all."""
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    yield from (
        (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
    )


def _loses_more(plan: Plan, reviewed: _Reviewed) -> bool:
    """Tell whether more would be lost with a bucket than was reviewed."""
    pairs = (
        (item.count, reviewed.get((action.id, item.bucket)))
        for action in plan.actions
        for item in action.erases
    )
    return any(
        before is not None and (now is None or not now.is_within(before)) for now, before in pairs
    )


def _held(item: Erased, count: BucketCount) -> Erased:
    """Return *item* with what it held when it was reviewed."""
    return replace(
        item,
        objects=count.objects,
        size_bytes=count.size_bytes,
        last_write=count.last_write,
        is_at_least=count.is_at_least,
    )


def _as_reviewed(plan: Plan, reviewed: _Reviewed) -> Plan:
    """Return *plan* with what its buckets held when it was reviewed, which its digest is over."""

    def as_reviewed(action: Action) -> Action:
        erases = tuple(
            _held(item, before)
            if (before := reviewed.get((action.id, item.bucket))) is not None
            else item
            for item in action.erases
        )
        return replace(action, erases=erases)

    return replace(plan, actions=tuple(map(as_reviewed, plan.actions)))


def _content(file: Path) -> bytes:
    """Return the content of a regular file of a size that a plan can have.

    Raises:
        OSError: it is not such a file.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        content = stream.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {_LARGEST_BYTES >> 20} MiB")
    return content


def _no_number(word: str) -> object:
    raise ValueError(word)


def _read(file: str) -> dict[str, object]:
    try:
        document = json.loads(_content(Path(file)), parse_constant=_no_number)
    except OSError as error:
        raise UsageError(
            f"--expect {file}: not a digest (8 to 32 hex digits), and not a file that can be read: "
            f"{error.strerror}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--expect {file}: it is not a JSON document") from error
    if is_deeper(document, MAX_DEPTH):
        raise UsageError(f"--expect {file}: it is nested deeper than {MAX_DEPTH} levels")
    if not isinstance(document, dict) or "digest" not in document:
        raise UsageError(f"--expect {file}: it is not a plan document")
    version = str(document.get("format_version", ""))
    if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        raise UsageError(
            f"--expect {file}: format_version {version or '(none)'} is not understood; "
            f"plan and review again with this version of oscar-sync (it writes {FORMAT_VERSION})"
        )
    return document
