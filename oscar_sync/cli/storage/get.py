"""``oscar-sync storage get``."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.cli.storage.transfer import SERVICE, Bar, file_name, opened
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.render.words import size
from oscar_sync.storage.stored import Provider, StoredFile


@given.command(
    "get",
    "oscar-sync storage get thumbnails/out/cat.png",
    "oscar-sync storage get -r thumbnails/out/ results/",
)
@click.argument("place")
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
        wanted = _wanted(provider, where, target, options)
        sizes = [one.size_bytes for one, _ in wanted]
        with Bar(sum(sizes) or None, is_quiet=options["quiet"]) as bar:
            for one, path in wanted:
                bar.name(one.path)
                _fetch(provider, one, path, bar)
        for one, path in wanted:
            shown = StoragePlace(where.provider, one.path)
            show_line(f"{shown} -> {path} ({size(path.stat().st_size)})")
        return Exit.OK

    return on_cluster(options, (), get)


def _wanted(
    provider: Provider, where: StoragePlace, target: str, options: dict[str, Any]
) -> list[tuple[StoredFile, Path]]:
    """Raises UsageError: there is nothing, or it cannot go there."""
    path = Path(target)
    if options["recursive"]:
        return tree(provider.list_files(where.path), where, path)
    one = _latest(provider, where) if options["latest"] else _one(provider, where)
    if path.is_dir() or target.endswith("/"):
        return [(one, path / file_name(one.path))]
    if not path.parent.is_dir():
        raise UsageError(f"{target} cannot be written: {path.parent} is not a folder")
    return [(one, path)]


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


def tree(
    stored: Iterable[StoredFile], where: StoragePlace, target: Path
) -> list[tuple[StoredFile, Path]]:
    """Return each file with its path below *target*.

    Raises:
        UsageError: there is none, or one would leave the folder, also by a link that lies in it.
    """
    below = []
    for one in stored:
        name = one.path.removeprefix(where.path).lstrip("/") or file_name(one.path)
        parts = PurePosixPath(name).parts
        if ".." in parts or "\0" in name or name.endswith("/"):
            raise UsageError(f"{one.path!r} is not a path below {target}: fetch it by its name")
        link = _link_below(target, parts)
        if link is not None:
            raise UsageError(
                f"{one.path!r} would be written through the link {link}: remove the link, or fetch "
                "into another folder"
            )
        below.append((one, target.joinpath(*parts)))
    if not below:
        raise UsageError(f"there is nothing at {where}")
    return below


def _link_below(target: Path, parts: Sequence[str]) -> Path | None:
    """Return the folder of *parts* below *target* that is a link, None if none is."""
    # A link in the place of the file itself is replaced, not followed.
    folder = target
    for part in parts[:-1]:
        folder /= part
        if folder.is_symlink():
            return folder
    return None


def _fetch(provider: Provider, one: StoredFile, path: Path, bar: Bar) -> None:
    try:
        provider.download(one.path, path, bar.add)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
