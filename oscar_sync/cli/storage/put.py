"""``oscar-sync storage put``."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.output import show_line
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.cli.storage.transfer import SERVICE, Bar, opened
from oscar_sync.client.connection import Oscar
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import StoreError, UsageError
from oscar_sync.render.words import size
from oscar_sync.storage.buckets import BucketProvider
from oscar_sync.storage.stored import OnBytes, Provider


@given.command(
    "put",
    "oscar-sync storage put cat.png thumbnails/in/",
    "oscar-sync storage put -r images/ thumbnails/in/",
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.argument("place")
@click.option("-r", "--recursive", is_flag=True, help="Upload everything below the folder FILE.")
@SERVICE
@given.one_cluster
def command(sources: tuple[str, ...], place: str, **options: Any) -> int:
    """Upload files to PLACE. Each file in an input folder of a service starts the service once.

    A PLACE that is a bucket or ends in / is a folder: files keep their names, and with -r their
    paths. Any other PLACE is the key of the one file. Existing objects are replaced.
    """

    def put(oscar: Oscar) -> None:
        where = place_of(place)
        uploads = list(_uploads(sources, where, is_recursive=options["recursive"]))
        provider = opened(oscar, where, options["service"])
        if uploads == [(Path(sources[0]), where)] and _is_folder(provider, where):
            raise UsageError(f"{where} is a folder: write {where}/ for a file in it")
        with Bar(sum(_size(path) for path, _ in uploads), is_quiet=options["quiet"]) as bar:
            for path, target in uploads:
                bar.name(path.name)
                _put(provider, path, target, bar.add)
        for path, target in uploads:
            show_line(f"{path} -> {target} ({size(_size(path))})")

    return on_cluster(options, (), put)


def _uploads(
    sources: Sequence[str], where: StoragePlace, *, is_recursive: bool
) -> Iterator[tuple[Path, StoragePlace]]:
    """Raises UsageError: a file cannot be read, is a folder, or several would go to one key."""
    is_below = where.is_folder or is_recursive
    if len(sources) > 1 and not is_below:
        raise UsageError(f"several files need a folder: write {where}/")
    for source in sources:
        path = Path(source)
        if os.path.isdir(path) and is_recursive:
            for below in _below(path):
                yield below, _within(where, below.relative_to(path).as_posix())
            continue
        if not os.path.isfile(path):
            raise UsageError(f"{source} {_fault(path)}")
        yield path, _within(where, Path(real_path(path)).name) if is_below else where


def _is_folder(provider: Provider, where: StoragePlace) -> bool:
    """Tell whether there are objects below *where*: one of its name would start no service."""
    if not isinstance(provider, BucketProvider):
        return False
    bucket, _, key = where.path.partition("/")
    try:
        return any(True for _ in provider.store.list_objects(bucket, f"{key}/", has_markers=True))
    except StoreError:
        return False  # who may only write is not kept from it


def _fault(path: Path) -> str:
    if os.path.isdir(path):
        return "is a folder: give -r for everything below it"
    return "is not a file" if os.path.lexists(path) else "does not exist"


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if path.is_symlink() or not os.path.isfile(path):
                say(f"note: {path} is skipped: it is a link or not a regular file")
            else:
                yield path


def _within(where: StoragePlace, name: str) -> StoragePlace:
    return StoragePlace(where.provider, f"{where.path}/{name}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _put(provider: Provider, path: Path, target: StoragePlace, on_bytes: OnBytes) -> None:
    try:
        provider.upload(path, target.path, "", on_bytes)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
