"""What a seed's files and its store differ in: by content, never by time (safety 9)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from oscar_sync.errors import StoreError
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import SeedDifference, Upload
from oscar_sync.storage import keys
from oscar_sync.storage.checksums import content_sha256
from oscar_sync.storage.files import SourceFile, walk
from oscar_sync.storage.stored import Provider, StoredFile

_ASKED_AT_ONCE: Final = 8


def seed_difference(seed: Seed, provider: Provider, *, is_empty: bool = False) -> SeedDifference:
    """Return the files that the store lacks or holds otherwise, and the paths that no file names.

    *is_empty*: the bucket is made by the plan, so there is nothing to list.

    Raises:
        StoreError: the folder cannot be listed, or a file cannot be read.
    """
    source = walk(Path(seed.source))
    problems = [f"{seed.shown_source}/{item.relative} {item.reason}" for item in source.problems]
    wanted = {keys.join(seed.folder, item.relative): item for item in source.files}
    problems.extend(
        f"{item.path} would get the key {key!r}, which {fault}"
        for path, item in wanted.items()
        if (fault := keys.fault(key := path.removeprefix(f"{seed.bucket}/")))
    )
    if not Path(seed.source).exists():
        problems = [f"{seed.shown_source} does not exist"]
    if problems:
        return SeedDifference(problems=tuple(problems))
    stored = {} if is_empty else _stored(seed, provider)
    try:
        uploads = _uploads(provider, wanted, stored)
    except OSError as error:
        words = f"{error.filename} cannot be read: {error.strerror}"
        raise StoreError(provider.shown, words) from error
    extra = tuple(sorted(path for path in stored if path not in wanted))
    return SeedDifference(uploads, extra, unchanged=len(wanted) - len(uploads))


def _stored(seed: Seed, provider: Provider) -> dict[str, StoredFile]:
    """Return what lies below the seed's folder; a file in the place of the folder is not below."""
    inside = f"{seed.folder}/"
    found = provider.list_files(inside)
    return {item.path: item for item in found if item.path.startswith(inside)}


def _uploads(
    provider: Provider, wanted: Mapping[str, SourceFile], stored: Mapping[str, StoredFile]
) -> tuple[Upload, ...]:
    """Return what is to be uploaded, in order; where the store must be asked, side by side."""
    lacking, unclear = [], []
    for path, item in wanted.items():
        found = stored.get(path)
        told = provider.matches(found, item.path, item.size_bytes) if found else False
        if told is None and found:
            unclear.append((path, item, found))
        elif not told:
            lacking.append(path)
    if unclear:
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            told_same = pool.map(lambda one: provider.is_same(one[2], one[1].path), unclear)
            lacking += [
                path for (path, *_), same in zip(unclear, told_same, strict=True) if not same
            ]
    return tuple(_upload(path, wanted[path]) for path in sorted(lacking))


def _upload(path: str, item: SourceFile) -> Upload:
    checksum = f"sha256:{content_sha256(item.path, item.size_bytes)}"
    return Upload(str(item.path), path, item.size_bytes, checksum)
