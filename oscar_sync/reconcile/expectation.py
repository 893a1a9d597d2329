"""``--expect``: only the plan that somebody has seen is carried out (product 3)."""

import errno
import json
import os
import re
import stat
from pathlib import Path

from oscar_sync.errors import StaleError, UsageError
from oscar_sync.model.plan import Plan
from oscar_sync.planning.freeform import document_differences
from oscar_sync.render.plan_json import FORMAT_VERSION, plan_document
from oscar_sync.wire.messages import MAX_DEPTH, is_deeper

_LARGEST_BYTES = 16 << 20
_DIGEST = re.compile(r"[0-9a-f]{8,32}")


def check_expectation(plan: Plan, expected: str) -> None:
    """Return if *plan* is the expected one.

    *expected* is a digest (its first 8 digits or more), or the file of a plan document.

    Raises:
        StaleError: it is another one; with a file the differences are known.
        UsageError: *expected* is neither.
    """
    if _DIGEST.fullmatch(expected) and not Path(expected).exists():
        if not plan.digest.startswith(expected):
            raise StaleError(expected, plan.digest)
        return
    document = _read(expected)
    digest = str(document.get("digest", ""))
    if digest != plan.digest:
        now = json.loads(json.dumps(plan_document(plan)))
        raise StaleError(digest, plan.digest, document_differences(document, now))


def _content(file: Path) -> bytes:
    """Return the content of a regular file of a size that a plan can have.

    Raises:
        OSError: it is no such file.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
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
            f"--expect {file}: no digest (8 to 32 hex digits), and no file: {error.strerror}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--expect {file}: it is no JSON document") from error
    if is_deeper(document, MAX_DEPTH):
        raise UsageError(f"--expect {file}: it is nested deeper than {MAX_DEPTH} levels")
    if not isinstance(document, dict) or "digest" not in document:
        raise UsageError(f"--expect {file}: it is no plan document")
    version = str(document.get("format_version", ""))
    if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        raise UsageError(
            f"--expect {file}: format_version {version or '(none)'} is not understood; "
            f"plan again with this version of oscar-sync"
        )
    return document
