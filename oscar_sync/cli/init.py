"""``oscar-sync init``: a settings file and one example, or all my live services."""

import os
import re
import secrets
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, say
from oscar_sync.cli.export import export_to
from oscar_sync.cli.output import show_line
from oscar_sync.cli.request import request_of
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import UsageError
from oscar_sync.manifests.load import Sources, load
from oscar_sync.manifests.load.files import reason_of
from oscar_sync.model.exits import Exit
from oscar_sync.model.identity import ClusterId
from oscar_sync.reconcile.desire import clusters_meant, desire
from oscar_sync.settings.entries import ClusterSettings, identity_of
from oscar_sync.settings.load.discovery import FILE_NAME, MISNAMED
from oscar_sync.storage.whole import write_whole

_SETTINGS: Final = """\
# What oscar-sync does with the manifests below this folder. All keys: oscar-sync schema settings
set: {name}
clusters:
  {cluster}:
{entry}  "*": {cluster}        # where the services of all manifests run
prune: false        # true: a service that leaves the manifests is removed; its data is kept
removed: []         # services to remove on purpose; their data is kept
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
    """Write oscar-sync.yaml, .gitignore and, without manifests there, an example to DIRECTORY."""

    def run() -> Exit:
        _check_free(directory)
        if options["from_cluster"]:
            return _from_cluster(directory, options)
        cluster, has_login = _cluster(options)
        example = {} if _has_manifests(directory) else _example(cluster)
        _write(directory, {**_settings(directory, cluster), **example})
        show_line(_next_step(directory, cluster, has_login=has_login))
        return Exit.OK

    return guarded(run, (), options["color"])


def _check_free(directory: Path) -> None:
    if address := re.match(r"(https?):/+(.+)", str(directory)):
        raise UsageError(
            f"{address[1]}://{address[2]} is an address, not a folder; name the cluster: -c "
            f"{address[1]}://{address[2]}"
        )
    path, misnamed = directory / FILE_NAME, directory / MISNAMED
    if os.path.lexists(path):
        raise UsageError(f"{path} exists; edit it, or choose another directory")
    if os.path.exists(misnamed):
        raise UsageError(
            f"{misnamed} exists; rename it to {FILE_NAME}, or choose another directory"
        )
    if os.path.exists(directory) and not os.path.isdir(directory):
        raise UsageError(f"{directory} is not a folder; choose another directory")


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot be made: {reason_of(error)}") from error


def _from_cluster(directory: Path, options: dict[str, Any]) -> Exit:
    desired = desire(request_of(options, needs_manifests=False), os.environ)
    if len(desired.settings.clusters) != 1:
        raise UsageError("--from-cluster takes one cluster: give --cluster or set OSCAR_ENDPOINT")
    cluster, _ = _cluster(options)
    options |= {"all_owners": False, "overwrite": False}
    _make(directory)
    code, storage = export_to(directory, desired, options)
    if code is Exit.OK:
        files = _settings(directory, cluster)
        files[FILE_NAME] += storage
        # A plan without manifests fails, so a cluster without services of mine gives the example.
        example = {} if _has_manifests(directory) else _example(cluster)
        _write(directory, {**files, **example})
        show_line(_next_step(directory, cluster, has_login=True))
    return code


def _cluster(options: dict[str, Any]) -> tuple[ClusterSettings, bool]:
    """Return the cluster that is known, and whether it has a log-in.

    Where none is known, it is one whose address the environment gives later.

    Raises:
        UsageError: several are known, and no option says which is meant.
    """
    meant = clusters_meant(request_of(options, needs_manifests=False), os.environ)
    if len(meant.entries) > 1 or (not meant.entries and meant.names):
        listed = ", ".join(meant.names)
        raise UsageError(f"several clusters are known ({listed}); choose one: -c ID")
    if not meant.entries:
        return ClusterSettings(ClusterId("oscar-cluster"), "", {}), False
    return meant.entries[0], bool(meant.resolved)


def _settings(directory: Path, cluster: ClusterSettings) -> dict[str, str]:
    folder = Path(real_path(directory)).name
    name = re.sub(r"[^a-z0-9-]+", "-", folder.lower()).strip("-")[:27] or "set"
    text = _SETTINGS.format(
        name=f"{name}-{secrets.token_hex(2)}",
        cluster=_quoted(cluster.id),
        entry="".join(f"    {line}\n" for line in _entry(cluster)),
    )
    return {FILE_NAME: text, ".gitignore": _GITIGNORE}


def _entry(cluster: ClusterSettings) -> Iterator[str]:
    address = cluster.fields.get("endpoint", "")
    if not address:
        yield 'endpoint: "${OSCAR_ENDPOINT}"'
        yield "# identity: NAME    # what marks on services call this cluster, at any address"
        return
    yield f"endpoint: {_quoted(address)}"
    yield f"identity: {_quoted(cluster.fields.get('identity') or identity_of(address))}"
    if cluster.ssl_verify is False:
        yield "ssl_verify: false"


def _next_step(directory: Path, cluster: ClusterSettings, *, has_login: bool) -> str:
    go = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
    plan = f"{go}oscar-sync plan"
    if has_login:
        return f"next: {plan}"
    address = cluster.fields.get("endpoint") or "https://…"
    return (
        f"next: export OSCAR_ENDPOINT={address} OSCAR_TOKEN=…\n"
        f"(or OSCAR_USERNAME=… OSCAR_PASSWORD=…), then: {plan}"
    )


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) else f'"{name}"'


def _has_manifests(directory: Path) -> bool:
    folder = real_path(directory)
    return os.path.isdir(directory) and load(Sources((folder,), folder, folder)).fdl_count > 0


def _example(cluster: ClusterSettings) -> dict[str, str]:
    return {"hello.yaml": _EXAMPLE.format(cluster=_quoted(cluster.id)), "hello.sh": _SCRIPT}


def _write(directory: Path, files: dict[str, str]) -> None:
    _make(directory)
    for name, text in files.items():
        path = directory / name
        if os.path.lexists(path):
            say(f"{path} exists and is left as it is")
            continue
        try:
            write_whole(path, text.encode())
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {reason_of(error)}") from error
        show_line(f"wrote {path}")
