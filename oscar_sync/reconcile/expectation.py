"""Plans that were saved: ``--expect`` carries out the reviewed one alone (product 3, trust 1.3)."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace
from pydantic import ValidationError

from oscar_sync.errors import StaleError, UsageError
from oscar_sync.model.action import Action, Erased
from oscar_sync.model.amounts import plural
from oscar_sync.model.plan import Plan
from oscar_sync.model.state import BucketCount
from oscar_sync.planning.digest import plan_digest
from oscar_sync.published.base import Published, Text
from oscar_sync.published.plan import FORMAT_VERSION, PlanDocument
from oscar_sync.reconcile.plan_difference import plan_differences
from oscar_sync.workspace.files import NOT_WAITING

_LARGEST_BYTES = 16 << 20
_MORE = "more would be deleted than was reviewed"
_PLAN_AGAIN = "plan and review again with this version of oscar-sync"
_DIGEST = re.compile(r"[0-9a-f]{8,32}")

_Reviewed: TypeAlias = Mapping[tuple[str, str], BucketCount]
"""What a reviewed plan deletes, by action and bucket, as far as anybody could see it."""


class _Head(Published):
    """What decides alone where the digests are equal, and whether the rest can be read."""

    digest: Text
    format_version: Text = ""


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
    where = f"--expect {expected}"
    content = _content(expected, f"{where}: not a digest (8 to 32 hex digits), and")
    digest = _head(where, content).digest
    if digest == plan.digest:
        return
    document = _read(where, content)
    reviewed = _reviewed(document)
    loses_more = _loses_more(plan, reviewed)
    if not loses_more and digest == plan_digest(_as_reviewed(plan, reviewed)):
        return
    lines = plan_differences(document, PlanDocument.of(plan))
    raise StaleError(digest, plan.digest, (_MORE, *lines) if loses_more else lines)


def compared(plan: Plan, file: str) -> tuple[str, ...]:
    """Return in words how *plan* differs from the one in *file*; the first line sums it up.

    Raises:
        UsageError: the file holds no plan, or one of an older format.
    """
    where = f"--compare {file}"
    content = _content(file, f"{where}:")
    if _head(where, content).digest == plan.digest:
        return (f"compared with {file}: the same plan",)
    lines = plan_differences(_read(where, content), PlanDocument.of(plan))
    return (f"compared with {file}: {plural(len(lines), 'difference')}", *lines)


def _reviewed(document: PlanDocument) -> _Reviewed:
    return {
        (action.id, item.bucket): BucketCount(
            item.objects, item.bytes, item.last_write, item.at_least
        )
        for action in document.actions
        for item in action.erases
        if item.objects is not None and item.bytes is not None
    }


def _loses_more(plan: Plan, reviewed: _Reviewed) -> bool:
    pairs = (
        (item.count, reviewed.get((action.id, item.bucket)))
        for action in plan.actions
        for item in action.erases
    )
    return any(
        before is not None and (now is None or not now.is_within(before)) for now, before in pairs
    )


def _held(item: Erased, count: BucketCount) -> Erased:
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


def _content(file: str, what: str) -> bytes:
    """Raises UsageError: not a regular file of a size that a plan can have; it is *what*."""
    fault = ""
    try:
        descriptor = os.open(Path(file), os.O_RDONLY | NOT_WAITING)
        with os.fdopen(descriptor, "rb") as stream:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                content = stream.read(_LARGEST_BYTES + 1)
                if len(content) <= _LARGEST_BYTES:
                    return content
                fault = f"it is larger than {_LARGEST_BYTES >> 20} MiB"
            else:
                fault = "it is not a regular file"
    except OSError as error:
        fault = error.strerror or str(error)
    raise UsageError(f"{what} not a file that can be read: {fault}")


def _head(where: str, content: bytes) -> _Head:
    try:
        head = _Head.model_validate_json(content)
    except ValidationError as error:
        is_json = error.errors()[0]["type"] != "json_invalid"
        what = "a plan document" if is_json else "a JSON document"
        raise UsageError(f"{where}: it is not {what}") from None
    version = head.format_version
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise UsageError(
            f"{where}: format_version {version or '(none)'} is not understood; "
            f"{_PLAN_AGAIN} (it writes {FORMAT_VERSION})"
        )
    return head


def _read(where: str, content: bytes) -> PlanDocument:
    try:
        return PlanDocument.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{where}: it is not a plan document: {place}: {first['msg']}; {_PLAN_AGAIN}"
        ) from None
