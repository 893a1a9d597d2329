"""Real FDL files, as published, are read as their index says."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from oscar_sync.errors import InputError
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from tests.support.corpus import CORPUS, INDEX

pytestmark = pytest.mark.skipif(
    not INDEX.is_file(), reason="no corpus here; OSCAR_SYNC_CORPUS names its folder"
)


def entries() -> list[dict[str, Any]]:
    return json.loads(INDEX.read_text()) if INDEX.is_file() else []


def read(entry: dict[str, Any]) -> tuple[list[str], tuple[Diagnostic, ...]]:
    file = CORPUS / entry["file"]
    request = DesireRequest(paths=(str(file),), needs_clusters=False, cwd=str(file.parent))
    try:
        state = desire(request, {})
    except InputError as error:
        return [], error.diagnostics
    return [str(service.key.name) for service in state.services], state.diagnostics


def essentials(expectation: str) -> list[str]:
    """Return the words of an expectation that name something: paths, files, keys."""
    words = re.findall(r"[\w./-]*[./_][\w./-]*\w", expectation)
    return [word for word in words if word != "e.g"]


def of_kind(kind: str) -> Any:
    """Return the mark that tries each file which the index expects to be of *kind*."""
    chosen = [entry for entry in entries() if entry["expect"].partition(":")[0] == kind]
    return pytest.mark.parametrize("entry", chosen, ids=[entry["file"] for entry in chosen])


def errors_in(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [one for one in found if one.severity is Severity.ERROR]


def test_an_index_names_no_other_kind_of_file() -> None:
    assert {entry["expect"].partition(":")[0] for entry in entries()} <= {"ok", "skip", "error"}


@of_kind("ok")
def test_a_published_file_has_the_services_that_its_index_names(entry: dict[str, Any]) -> None:
    names, found = read(entry)
    assert not errors_in(found)
    assert sorted(names) == sorted(entry["services"])


@of_kind("skip")
def test_a_published_file_that_is_skipped_leaves_a_run_without_any(entry: dict[str, Any]) -> None:
    _, found = read(entry)
    assert {one.message for one in errors_in(found)} <= {"no FDL was found"}


@of_kind("error")
def test_a_published_file_is_refused_for_what_its_index_says(entry: dict[str, Any]) -> None:
    _, found = read(entry)
    errors = errors_in(found)
    said = " ".join(f"{one.path} {one.message}" for one in errors).lower()
    assert errors
    for word in essentials(entry["expect"].partition(":")[2]):
        assert word.lower() in said


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"])
def test_a_published_file_gets_the_warnings_that_its_index_names(entry: dict[str, Any]) -> None:
    _, found = read(entry)
    said = " ".join(one.message for one in found if one.severity is Severity.WARNING)
    for warning in entry["warnings"]:
        assert warning in said


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"])
def test_a_published_file_reads_the_same_with_other_line_ends(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    file = CORPUS / entry["file"]
    for neighbour in file.parent.iterdir():
        if neighbour.is_file() and neighbour.suffix == ".sh":
            (tmp_path / neighbour.name).write_bytes(neighbour.read_bytes())
    text = file.read_bytes().replace(b"\r\n", b"\n")
    results: list[Any] = []
    for content in (text, text.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + text):
        (tmp_path / file.name).write_bytes(content)
        request = DesireRequest(paths=(file.name,), needs_clusters=False, cwd=str(tmp_path))
        try:
            state = desire(request, {})
            results.append([(str(one.key), one.form) for one in state.services])
        except InputError as error:
            results.append([(one.code, one.line, one.message) for one in error.diagnostics])
    assert results[0] == results[1] == results[2]
