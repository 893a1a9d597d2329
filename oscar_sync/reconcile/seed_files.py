"""What a seed's files and its store differ in: by content, never by time (safety 9)."""

import os
import threading
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final
from unicodedata import normalize

from oscar_sync.documents.ignore_file import Ignored
from oscar_sync.errors import StoreError
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import ExtraFile, SeedDifference, Upload
from oscar_sync.reconcile import own_files
from oscar_sync.reconcile.own_files import OwnFiles
from oscar_sync.reconcile.started import started
from oscar_sync.storage import keys
from oscar_sync.storage.checksums import content_sha256
from oscar_sync.storage.files import SourceFile, walk
from oscar_sync.storage.stored import Provider, StoredFile

_ASKED_AT_ONCE: Final = 8
_SMALL_BYTES: Final = 1 << 20


def seed_difference(
    seed: Seed, provider: Provider, own: OwnFiles = own_files.NONE, *, is_empty: bool = False
) -> SeedDifference:
    """Return the files that the store lacks or holds otherwise, and the paths that no file names.

    *is_empty*: the bucket is made by the plan, so there is nothing to list. What this run writes
    itself (*own*) is not data.

    Raises:
        StoreError: the folder cannot be listed, or a file cannot be read.
    """
    listing = None if is_empty else started(partial(_stored, seed, provider))
    wanted, problems, ignored = _wanted(seed, own)
    if problems:
        return SeedDifference(problems=problems)
    try:
        if listing:
            _hash_until(listing, provider, wanted.values())
        stored = listing.result() if listing else {}
        uploads = _uploads(provider, wanted, stored)
    except OSError as error:
        words = f"{error.filename} cannot be read: {error.strerror}"
        raise StoreError(provider.shown, words) from error
    extra = _extra(stored, wanted)
    if extra and seed.delete_extra:
        extra = _extra(files_below(provider, seed.folder), wanted)
    extra = [item for item in extra if not _is_ignored(ignored, seed, item)]
    return SeedDifference(
        uploads,
        tuple(map(extra_file, extra)),
        unchanged=len(wanted) - len(uploads),
        source_fault=_source_fault(seed, wanted),
        alike=_alike((*wanted, *stored)),
    )


def _alike(paths: Iterable[str]) -> tuple[str, ...]:
    """Return, composed, each path of which several forms are there: macOS decomposes names."""
    forms: dict[str, set[str]] = {}
    for path in paths:
        if not path.isascii():
            forms.setdefault(normalize("NFC", path), set()).add(path)
    return tuple(path for path, written in sorted(forms.items()) if len(written) > 1)


def _extra(stored: Mapping[str, StoredFile], wanted: Collection[str]) -> list[StoredFile]:
    return [stored[path] for path in sorted(stored) if path not in wanted]


def _is_ignored(ignored: Ignored | None, seed: Seed, item: StoredFile) -> bool:
    """Tell whether the ignore file names what is stored: it is left alone, as rsync does."""
    below = item.path.removeprefix(f"{seed.folder}/")
    return ignored is not None and ignored.match_file(below)


def files_below(provider: Provider, folder: str) -> dict[str, StoredFile]:
    """Return what is below *folder* by its exact path: what is deleted is named by it.

    Raises:
        StoreError: it cannot be listed.
    """
    from oscar_sync.storage.buckets import BucketProvider

    inside = f"{folder}/"
    if isinstance(provider, BucketProvider):
        listed = provider.list_exactly(inside)
    else:
        listed = provider.list_files(inside)
    return {item.path: item for item in listed if item.path.startswith(inside)}


def extra_file(stored: StoredFile) -> ExtraFile:
    return ExtraFile(stored.path, stored.size_bytes, stored.checksum, stored.last_write)


def _source_fault(seed: Seed, wanted: Mapping[str, SourceFile]) -> str:
    """Return why nothing may be deleted on the word of the seed's files, blank if it may."""
    # A folder that was not mounted, or a submodule that was not checked out, is empty.
    if not os.path.isdir(seed.source):
        return f"{seed.shown_source} is not a folder"
    return "" if wanted else f"{seed.shown_source} contains no files"


def _wanted(
    seed: Seed, own: OwnFiles
) -> tuple[dict[str, SourceFile], tuple[str, ...], Ignored | None]:
    """Return the files by their paths on the store, what cannot be seeded, what is ignored."""
    if not os.path.exists(seed.source):
        return {}, (f"{seed.shown_source} does not exist",), None
    source = walk(Path(seed.source))
    problems = [
        f"{seed.shown_source.rstrip('/')}/{item.relative} {item.reason}" for item in source.problems
    ]
    folder, before_key = seed.folder, f"{seed.bucket}/"
    wanted = {
        keys.join(folder, item.relative): item for item in source.files if not own.hold(item.path)
    }
    problems.extend(
        f"{item.path} would get the key {key!r}, which {fault}"
        for path, item in wanted.items()
        if (fault := keys.fault(key := path.removeprefix(before_key)))
    )
    return wanted, tuple(problems), source.ignored


def _hash_until(
    listing: Future[dict[str, StoredFile]], provider: Provider, files: Iterable[SourceFile]
) -> None:
    """Use the time that a store takes to list: hash small files that it may well hold."""
    is_listed = threading.Event()  # asked for each file: a future would take locks
    listing.add_done_callback(lambda _: is_listed.set())
    for item in files:
        if is_listed.is_set():
            return
        if item.size_bytes <= _SMALL_BYTES:
            provider.hash_ahead(item.path, item.size_bytes)


def _stored(seed: Seed, provider: Provider) -> dict[str, StoredFile]:
    """Return what is below the seed's folder; a file in the place of the folder is not below."""
    inside = f"{seed.folder}/"
    listed = provider.list_files(inside)
    return {item.path: item for item in listed if item.path.startswith(inside)}


def _uploads(
    provider: Provider, wanted: Mapping[str, SourceFile], stored: Mapping[str, StoredFile]
) -> tuple[Upload, ...]:
    """Return what is to be uploaded, in order; the store is asked side by side."""
    lacking: list[str] = []
    unclear: dict[str, Future[bool]] = {}
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        try:
            for path, item in wanted.items():
                there = stored.get(path)
                told = provider.matches(there, item.path, item.size_bytes) if there else False
                if told is None and there:
                    unclear[path] = pool.submit(provider.is_same, there, Path(item.path))
                elif not told:
                    lacking.append(path)
            lacking += [path for path, told_same in unclear.items() if not told_same.result()]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after an error nothing more is asked
    return tuple(_upload(path, wanted[path]) for path in sorted(lacking))


def _upload(path: str, item: SourceFile) -> Upload:
    checksum = f"sha256:{content_sha256(item.path, item.size_bytes)}"
    return Upload(item.path, path, item.size_bytes, checksum)
