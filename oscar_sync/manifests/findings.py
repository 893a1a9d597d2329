"""Findings of this room: faults of a text get its codes."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.documents.findings import ERROR, NOTE, WARNING, Findings
from oscar_sync.documents.places import Places
from oscar_sync.documents.reading import Fault, FaultKind
from oscar_sync.documents.suggestion import closest
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.origin import Origin

__all__ = ["ERROR", "NOTE", "WARNING", "Findings", "note_faults", "unknown_key"]

_CODE_OF_FAULT: Final = {
    FaultKind.SYNTAX: ManifestCode.NOT_YAML,
    FaultKind.KEY: ManifestCode.NOT_YAML,
    FaultKind.DUPLICATE: ManifestCode.DUPLICATE_KEY,
    FaultKind.TOO_DEEP: ManifestCode.BOMB,
    FaultKind.BOMB: ManifestCode.BOMB,
    FaultKind.ENCODING: ManifestCode.NOT_UTF8,
}


def note_faults(
    findings: Findings, faults: Iterable[Fault], places: Places, remedy: str = ""
) -> None:
    for fault in faults:
        advice = f"{fault.remedy}; {remedy}" if remedy else fault.remedy
        origin = Origin(places.file, fault.line, fault.column, places.layer)
        code = _CODE_OF_FAULT[fault.kind]
        findings.add(code, origin, "", fault.message, advice, places.text)


def unknown_key(where: str, key: str, known: Iterable[str]) -> tuple[ManifestCode, str, str]:
    """Return the finding on a *key* that is none of the *known* ones.

    Where it is like one of them it is misspelt, and what it says would be lost: an error.
    """
    nearest = closest(key, known)
    if not nearest:
        remedy = "servers ignore it: correct or delete it"
        return ManifestCode.UNKNOWN_KEY, f"unknown key {where}", remedy
    message = f"unknown key {where}; did you mean {nearest}?"
    return ManifestCode.MISSPELT_KEY, message, f"write `{nearest}:`, or delete the key"
