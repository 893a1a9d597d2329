"""``oscar-sync storage get``."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line, tell
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.cli.storage.transfer import SERVICE, Bar, file_name, opened
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import OutputError, UsageError
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit
from oscar_sync.render.words import size
from oscar_sync.storage.stored import Provider, StoredFile


@given.command(
    "get",
    "oscar-sync storage get thumbnails/out/cat.png",
    "oscar-sync storage get -r thumbnails/out/ results/",
)
@click.argument("place", shell_complete=given.BUCKETS)
@click.argument("target", type=click.Path(), default=".")
@click.option("-r", "--recursive", is_flag=True, help="Download all below the folder PLACE.")
@click.option("--latest", is_flag=True, help="Download the newest file below PLACE.")
@SERVICE
@given.one_cluster
def command(place: str, target: str, **options: Any) -> int:
    """Download the file at PLACE to TARGET, a file or a folder (here if left out).

    A file is written completely, or left unchanged. With -r keys become paths below TARGET, which
    is created.
    """
    if options["recursive"] and options["latest"]:
        raise click.UsageError("give -r or --latest, not both")

    def get(oscar: Oscar) -> Exit:
        where = place_of(place)
        provider = opened(oscar, where, options["service"])
        wanted = _wanted(provider, where, options)
        to = partial(below, where, Path(target)) if options["recursive"] else _beside(target)
        written: list[tuple[StoredFile, Path]] = []
        problems: list[str] = []
        with Bar(sum(one.size_bytes for one in wanted) or None, is_quiet=options["quiet"]) as bar:
            for one in wanted:
                bar.name(one.path)
                try:
                    written.append((one, _fetched(provider, one, to, bar)))
                except OutputError as error:  # the names of others may be good ones
                    problems.append(f"error: {error}\n")
        for one, path in written:
            shown = StoragePlace(where.provider, one.path)
            show_line(f"{shown} -> {path} ({size(path.stat().st_size)})")
        if len(wanted) > 1 and problems:
            problems.append(f"not downloaded: {len(problems)} of {plural(len(wanted), 'file')}\n")
        tell("".join(problems))
        return Exit.UNEXPECTED if problems else Exit.OK

    return on_cluster(options, (), get)


def _wanted(
    provider: Provider, where: StoragePlace, options: dict[str, Any]
) -> Sequence[StoredFile]:
    if not options["recursive"]:
        return [_latest(provider, where) if options["latest"] else _one(provider, where)]
    wanted = list(provider.list_files(where.path))
    if not wanted:
        raise UsageError(f"there is nothing at {where}")
    return wanted


def _beside(target: str) -> Callable[[str], Path]:
    """Return where a single file goes, by its path on the store."""
    path = Path(target)
    if os.path.isdir(path) or target.endswith("/"):
        return lambda stored: path / file_name(stored)
    if not os.path.isdir(path.parent):
        raise UsageError(f"{target} cannot be written: {path.parent} is not a folder")
    return lambda stored: path


def _one(provider: Provider, where: StoragePlace) -> StoredFile:
    first = next(iter(provider.list_files(where.path)), None)
    if first is None or first.path != where.path:
        hint = (
            "-r fetches a folder, --latest its newest file"
            if first
            else "oscar-sync storage ls shows what is there"
        )
        raise UsageError(f"there is no file {where}; {hint}")
    return first


def _latest(provider: Provider, where: StoragePlace) -> StoredFile:
    written = [
        (one.last_write, one.path, one)
        for one in provider.list_files(where.path)
        if one.last_write is not None
    ]
    if not written:
        raise UsageError(f"no file at {where} has a known modification time")
    return max(written, key=lambda row: row[:2])[2]


def below(where: StoragePlace, target: Path, stored: str) -> Path:
    """Return where a file of the folder *where* goes below *target*, by its path on the store.

    Raises:
        OutputError: it would leave the folder, also by a link inside it.
    """
    name = stored.removeprefix(where.path).lstrip("/") or file_name(stored)
    parts = PurePosixPath(name).parts
    if ".." in parts or "\0" in name or name.endswith("/"):
        raise OutputError(repr(stored), f"it is not a path below {target}; get it by its name")
    link = _link_below(target, parts)
    if link is not None:
        raise OutputError(
            repr(stored), f"{link} is a link; remove the link, or download into another folder"
        )
    return target.joinpath(*parts)


def _link_below(target: Path, parts: Sequence[str]) -> Path | None:
    """Return the folder of *parts* below *target* that is a link, None if none is."""
    # A link in the place of the file itself is replaced, not followed.
    folder = target
    for part in parts[:-1]:
        folder /= part
        if folder.is_symlink():
            return folder
    return None


def _fetched(provider: Provider, one: StoredFile, to: Callable[[str], Path], bar: Bar) -> Path:
    path = to(one.path)
    try:
        provider.download(one.path, path, bar.add)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error)) from error
    return path
