"""Settings and services in files of a folder, and what they come to."""

from pathlib import Path
from typing import Any

from oscar_sync.model.state import DesiredState
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest

FDL = "functions:\n  oscar:\n  - {key}: {{name: {name}, image: 'i:1', script: script.sh}}\n"
ENTRY = "{{endpoint: 'https://{0}.example.org', auth_user: u, auth_password: p}}"
EDGE = "clusters:\n  edge: " + ENTRY.format("edge") + "\n"


def state(
    folder: Path,
    settings: str | None = EDGE,
    services: dict[str, str] | None = None,
    environ: dict[str, str] | None = None,
    **options: Any,
) -> DesiredState:
    (folder / "script.sh").write_text("echo\n")
    for name, key in (services if services is not None else {"plants": "edge"}).items():
        (folder / f"{name}.yaml").write_text(FDL.format(key=key, name=name))
    if settings is not None:
        (folder / "oscar-sync.yaml").write_text(settings)
    variables = {"HOME": str(folder / "home"), **(environ or {})}
    return desire(DesireRequest(**{"cwd": str(folder), **options}), variables)
