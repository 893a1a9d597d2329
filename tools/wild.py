"""Writes docs/fdl-in-the-wild.md: what `oscar-sync validate` says of a folder of public FDL files.

Run ``python -m tools.wild FOLDER``. The folder holds one folder for each repository, called
``OWNER__NAME``; nothing of the files themselves is written down but names and findings.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from oscar_sync.errors import InputError
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest

PAGE: Final = Path(__file__).parents[1] / "docs" / "fdl-in-the-wild.md"
_NO_FDL: Final = "no FDL was found"
_INTRODUCTION: Final = """\
<!-- written by `python -m tools.wild FOLDER` -->
# FDL in the wild

What `oscar-sync validate` says of published FDL files. An error is something that the server
refuses, damages, or cannot list afterwards. To run it on yours: [ci.md](ci.md).
"""


class Verdict(NamedTuple):
    """One file: where it was published, and what was found."""

    repository: str
    path: str
    found: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return what stops a plan."""
        return tuple(item for item in self.found if item.severity is Severity.ERROR)

    @property
    def is_fdl(self) -> bool:
        """Tell whether the file holds FDL at all."""
        return all(item.message != _NO_FDL for item in self.errors)


def verdicts(folder: Path) -> list[Verdict]:
    """Return what is found in each YAML file below *folder*, each read by itself."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    return [_verdict(path, folder) for path in files]


def _verdict(path: Path, folder: Path) -> Verdict:
    repository, *rest = path.relative_to(folder).parts
    request = DesireRequest(paths=(str(path),), needs_clusters=False, cwd=str(path.parent))
    try:
        state = desire(request, {})
    except InputError as error:
        return Verdict(repository.replace("__", "/", 1), "/".join(rest), error.diagnostics)
    return Verdict(repository.replace("__", "/", 1), "/".join(rest), state.diagnostics)


def page(found: Sequence[Verdict]) -> str:
    """Return the page."""
    fdl = [item for item in found if item.is_fdl]
    broken = [item for item in fdl if item.errors]
    repositories = {item.repository for item in found}
    counted = (
        f"{len(found)} files of {len(repositories)} repositories: "
        f"{len(fdl) - len(broken)} can be deployed as they are, {len(broken)} cannot, "
        f"{len(found) - len(fdl)} are YAML without FDL."
    )
    lines = [
        _INTRODUCTION,
        counted,
        "",
        "## What can be deployed as it is",
        "",
        *_fine([item for item in fdl if not item.errors]),
        "",
        "## What cannot, with the message a user sees",
        "",
    ]
    for item in broken:
        lines.extend((*_broken(item), ""))
    return "\n".join(lines)


def _fine(found: Sequence[Verdict]) -> Iterator[str]:
    """Yield the paths by repository, then how many files have each warning."""
    for repository, items in groupby(found, key=lambda item: item.repository):
        yield f"- {repository}:"
        yield ",\n".join(f"  `{item.path}`" for item in items)
    codes = Counter(str(one.code) for item in found for one in _first_of_each(item))
    yield "\nWarnings: " + ", ".join(f"{code} in {codes[code]}" for code in sorted(codes)) + "."


def _first_of_each(item: Verdict) -> Iterable[Diagnostic]:
    return {one.code: one for one in item.found if one.severity is Severity.WARNING}.values()


def _broken(item: Verdict) -> list[str]:
    lines = [f"**{item.repository}: `{item.path}`**", "", "```text"]
    first = {one.code: one for one in reversed(item.errors)}
    for code, count in Counter(one.code for one in item.errors).items():
        one = first[code]
        place = f"{one.line}:{one.column}: " if one.line else ""
        path = f"{one.path}: " if one.path and one.path not in one.message else ""
        lines.extend((f"{place}{one.code}: {path}{one.message}", f"    remedy: {one.remedy}"))
        lines.extend([f"    … and {count - 1} more of {code}"] * (count > 1))
    return [*lines, "```"]


def main(folder: Path) -> None:
    """Write the page for the files in *folder*."""
    PAGE.write_text(page(verdicts(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
