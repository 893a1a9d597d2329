"""The text and the tree of one settings file, the settings' own or oscar-cli's."""

import errno
import os
import stat
from typing import Final

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.json_reader import read_document
from oscar_sync.documents.places import Places
from oscar_sync.documents.reading import Fault, FaultKind
from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.text import decoded
from oscar_sync.model.origin import Origin
from oscar_sync.settings.codes import SettingsCode

_LARGEST: Final = 4 << 20


def text_of(path: str, shown: str, code: SettingsCode, findings: Findings) -> str | None:
    try:
        raw = _content(path)
    except OSError as error:
        reason = error.strerror or str(error)
        findings.of_file(code, shown, f"cannot be read: {reason}", "make it readable")
        return None
    if len(raw) > _LARGEST:
        findings.of_file(code, shown, "is larger than 4 MiB", "make it smaller")
        return None
    text = decoded(raw)
    if isinstance(text, Fault):
        origin = Origin(shown, text.line, text.column, "settings")
        findings.add(code, origin, "", text.message, text.remedy)
        return None
    return text


def _content(path: str) -> bytes:
    """Raises OSError: not a regular file, or it cannot be read."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO would wait
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return stream.read(_LARGEST + 1)


def tree_of(places: Places, code: SettingsCode, findings: Findings) -> Tree:
    reading = read_document(places.text, is_json=places.file.endswith(".json"))
    for fault in reading.faults:
        is_duplicate = fault.kind is FaultKind.DUPLICATE and code is SettingsCode.NOT_YAML
        origin = Origin(places.file, fault.line, fault.column, places.layer)
        findings.add(
            SettingsCode.DUPLICATE_KEY if is_duplicate else code,
            origin, "", fault.message, fault.remedy, places.text,
        )  # fmt: skip
    if len(reading.documents) > 1:
        message = "has several YAML documents; one is read"
        findings.of_file(code, places.file, message, "delete the others")
    return reading.documents[0] if reading.documents else {}
