"""``oscar-sync export``: my live services as FDL files whose plan is empty."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, say
from oscar_sync.cli.output import show
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import OutputError, UsageError
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.selecting import refuse_none_live
from oscar_sync.reconcile.export import (
    ExportedFile,
    apart,
    conflicts,
    exported,
    manifest_path,
    storage_text,
)
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.observe import observe
from oscar_sync.storage.whole import write_whole


@given.command(
    "export", "oscar-sync export services/", "oscar-sync export services/ -c edge --all-owners"
)
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@given.common
@click.option("--all-owners", is_flag=True, help="Include services of all owners, not only mine.")
@click.option("--overwrite", is_flag=True, help="Overwrite files whose content differs.")
def command(directory: Path, **options: Any) -> int:
    """Write my running services to DIRECTORY as CLUSTER/NAME.yaml with their scripts.

    Services that a manifest of this folder has already are skipped: to compare or keep what runs,
    write to a DIRECTORY outside of it.
    """

    def run() -> Exit:
        desired = desire(request_of(options, needs_manifests=False), os.environ)
        code, storage = export_to(directory, desired, options)
        if storage:
            say(f"beside them, to be declared in oscar-sync.yaml:\n{storage}")
        return code

    return guarded(run, (), options["color"])


def export_to(directory: Path, desired: DesiredState, options: dict[str, Any]) -> tuple[Exit, str]:
    """Write the services of every cluster of *desired* below *directory*.

    Return beside the exit code what settings would declare of storage, as YAML.

    Raises:
        UsageError: a file exists with another content, or would lie outside.
        OutputError: a file cannot be written.
    """
    if not desired.settings.clusters:
        raise UsageError("no cluster is known: give --cluster or set OSCAR_ENDPOINT")
    connections = connections_of(options)
    views = observe(desired.settings.clusters, connections)
    refuse_none_live(desired, views)
    unread = [view for view in views if not view.is_read]
    for view in unread:
        say(f"error: {view.cluster.id}: {view.problem}")
    named = _named(desired, directory)
    files, services = _gather(views, named, desired.narrowing, all_owners=options["all_owners"])
    existing = conflicts(files, directory)
    if existing and not options["overwrite"]:
        raise UsageError(
            f"{', '.join(existing[:5])} exist with another content; give --overwrite, or another "
            "directory"
        )
    _write(files, directory)
    narrowed = f" ({words}, as the clusters show it)" if (words := desired.narrowing.words) else ""
    show(f"{plural(services, 'service')} written to {directory}/{narrowed}\n")
    storage = _storage(views, desired, connections) if desired.narrowing.is_full else ""
    return Exit.UNREACHABLE if unread else Exit.OK, storage


def _storage(
    views: tuple[ClusterView, ...], desired: DesiredState, connections: Connections
) -> str:
    asked = Lookups(buckets=True, volumes=True)
    read = [look_up(view, asked, connections) for view in views if view.is_read]
    return storage_text(read, desired.settings)


def _named(desired: DesiredState, directory: Path) -> dict[ServiceKey, str]:
    """Return the services that manifests have already, each with its file."""
    # Two manifests of one service are an error of the next plan. That reads the settings' folder:
    # what is written outside of it repeats nothing, nor does what replaces an earlier export.
    if not Path(real_path(directory)).is_relative_to(real_path(desired.settings.folder)):
        return {}
    files = {one.key: one.locate(()).file for one in (*desired.services, *desired.others)}
    return {
        key: file
        for key, file in files.items()
        if real_path(file) != real_path(directory / manifest_path(key))
    }


def _gather(
    views: tuple[ClusterView, ...],
    named: Mapping[ServiceKey, str],
    narrowing: Narrowing,
    *,
    all_owners: bool,
) -> tuple[tuple[ExportedFile, ...], int]:
    files: list[ExportedFile] = []
    services = 0
    for view in views:
        export = exported(view, narrowing, all_owners=all_owners, named=named)
        for reason in export.left_out:
            say(f"left out {reason}")
        files.extend(export.files)
        services += export.services
    kept, left_out = apart(files)
    for path in left_out:
        say(f"left out {path}: another file of this export has its name")
    return kept, services - sum(path.endswith(".yaml") for path in left_out)


def _write(files: tuple[ExportedFile, ...], directory: Path) -> None:
    root = real_path(directory)
    paths = [directory / file.path for file in files]
    for path in paths:
        if not Path(real_path(path)).is_relative_to(root) or path.parent.is_symlink():
            raise UsageError(f"{path} would be written outside {directory}")
    for path, file in zip(paths, files, strict=True):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, file.text.encode())
        except OSError as error:
            raise OutputError(str(path), error.strerror or "unknown") from error
