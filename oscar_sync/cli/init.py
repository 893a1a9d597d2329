"""``oscar-sync init``: a settings file and one example, or all my live services."""

import os
import re
import secrets
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, say
from oscar_sync.cli.export import export_to
from oscar_sync.cli.output import show_line
from oscar_sync.cli.request import request_of
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.storage.whole import write_whole

_SETTINGS: Final = """\
# What oscar-sync does with the FDL files below this folder: oscar-sync schema settings
set: {name}
clusters:
  {cluster}:
    endpoint: "${{OSCAR_ENDPOINT}}"
    auth_user: "${{OSCAR_USERNAME}}"
    auth_password: "${{OSCAR_PASSWORD}}"
  "*": {cluster}
prune: false        # true: a service that leaves the files is undeployed; its data stays
removed: []         # services to undeploy on purpose; their data stays
"""
_EXAMPLE: Final = """\
functions:
  oscar:
  - {cluster}:
      name: hello
      image: ghcr.io/grycap/cowsay:1.0
      memory: 256Mi
      cpu: 0.2
      script: hello.sh
"""
_SCRIPT: Final = """\
#!/bin/sh
echo "hello from $OSCAR_SERVICE_NAME"
"""
_GITIGNORE: Final = ".env\n.oscar-sync/\n"


@given.command("init", "oscar-sync init", "oscar-sync init imaging/ --from-cluster -c edge")
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@given.common
@click.option("--from-cluster", is_flag=True, help="Write manifests of all my running services.")
def command(directory: Path, **options: Any) -> int:
    """Write oscar-sync.yaml, .gitignore and an example to DIRECTORY, or my running services."""

    def run() -> Exit:
        path = directory / "oscar-sync.yaml"
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} exists; edit it, or choose another directory")
        if options["from_cluster"]:
            return _from_cluster(directory, options)
        _write(directory, {**_settings(directory, "oscar-cluster", ""), **_example()})
        return Exit.OK

    return guarded(run, (), options["color"])


def _from_cluster(directory: Path, options: dict[str, Any]) -> Exit:
    desired = desire(request_of(options, needs_manifests=False), os.environ)
    clusters = desired.settings.clusters
    if len(clusters) != 1:
        raise UsageError("--from-cluster takes one cluster: give --cluster or set OSCAR_ENDPOINT")
    options |= {"all_owners": False, "overwrite": False}
    directory.mkdir(parents=True, exist_ok=True)
    code = export_to(directory, desired, options)
    if code is Exit.OK:
        _write(directory, _settings(directory, clusters[0].id, clusters[0].endpoint))
    return code


def _settings(directory: Path, cluster: str, endpoint: str) -> dict[str, str]:
    name = re.sub(r"[^a-z0-9-]+", "-", directory.resolve().name.lower()).strip("-")[:27] or "set"
    text = _SETTINGS.format(name=f"{name}-{secrets.token_hex(2)}", cluster=_quoted(cluster))
    if endpoint:
        text = text.replace("${OSCAR_ENDPOINT}", endpoint)
    return {"oscar-sync.yaml": text, ".gitignore": _GITIGNORE}


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) else f'"{name}"'


def _example() -> dict[str, str]:
    return {"hello.yaml": _EXAMPLE.format(cluster="oscar-cluster"), "hello.sh": _SCRIPT}


def _write(directory: Path, files: dict[str, str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = directory / name
        if path.exists() or path.is_symlink():
            say(f"{path} exists and is left as it is")
            continue
        try:
            write_whole(path, text.encode())
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        show_line(f"wrote {path}")
