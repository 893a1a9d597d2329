"""Writes FDL files into a folder and reads them: what the tests of this room share."""

from pathlib import Path
from textwrap import dedent
from typing import Any

from oscar_sync.manifests.load import Manifests, Sources, load
from oscar_sync.model.diagnostic import Severity

HEAD = """\
functions:
  oscar:
  - oscar-cluster:
      name: plants
      image: ghcr.io/x/plants:1
      script: script.sh
"""


def service(fields: str = "") -> str:
    """Return an FDL file with one service, *fields* added."""
    indented = "".join(f"      {line}\n" for line in dedent(fields).strip("\n").splitlines())
    return HEAD + indented


def read(folder: Path, files: dict[str, str] | str, **options: Any) -> Any:
    """Write *files* (one text: ``a.yaml``) and a script, and read the folder: `Manifests`."""
    texts = {"a.yaml": files} if isinstance(files, str) else files
    (folder / "script.sh").write_text("#!/bin/sh\necho hi\n")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    given: dict[str, Any] = {"paths": (".",), "folder": str(folder), "cwd": str(folder)}
    return load(Sources(**{**given, **options}))


def said(manifests: Manifests, severity: Severity = Severity.ERROR) -> list[str]:
    """Return the messages of one severity."""
    return [one.message for one in manifests.diagnostics if one.severity is severity]


def codes(manifests: Manifests, severity: Severity = Severity.ERROR) -> list[str]:
    """Return the codes of one severity, sorted."""
    return sorted(one.code for one in manifests.diagnostics if one.severity is severity)
