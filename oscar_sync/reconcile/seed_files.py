"""What a seed's files and its store differ in: by content, never by time (safety 9)."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from oscar_sync.errors import StoreError
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import SeedDifference, Upload
from oscar_sync.storage import keys
from oscar_sync.storage.checksums import sha256_of
from oscar_sync.storage.files import SourceFile, walk
from oscar_sync.storage.stored import Provider, StoredFile

_BATCH: Final = 64
_BATCHES_AT_ONCE: Final = 4


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
    uploads = _uploads(provider, sorted(wanted.items()), stored)
    extra = tuple(sorted(path for path in stored if path not in wanted))
    return SeedDifference(uploads, extra, unchanged=len(wanted) - len(uploads))


def _stored(seed: Seed, provider: Provider) -> dict[str, StoredFile]:
    """Return what lies below the seed's folder; a file in the place of the folder is not below."""
    inside = f"{seed.folder}/"
    found = provider.list_files(inside)
    return {item.path: item for item in found if item.path.startswith(inside)}


def _uploads(
    provider: Provider, wanted: Sequence[tuple[str, SourceFile]], stored: Mapping[str, StoredFile]
) -> tuple[Upload, ...]:
    """Return what is to be uploaded; several at once are asked for, where the store must be."""

    def lacking(batch: Sequence[tuple[str, SourceFile]]) -> list[Upload]:
        found = (_upload(provider, path, item, stored.get(path)) for path, item in batch)
        return [upload for upload in found if upload is not None]

    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    if len(batches) < 2:
        return tuple(upload for batch in batches for upload in lacking(batch))
    with ThreadPoolExecutor(_BATCHES_AT_ONCE) as pool:
        return tuple(upload for found in pool.map(lacking, batches) for upload in found)


def _upload(
    provider: Provider, path: str, item: SourceFile, stored: StoredFile | None
) -> Upload | None:
    try:
        if stored is not None and provider.is_same(stored, item.path):
            return None
        return Upload(str(item.path), path, item.size_bytes, f"sha256:{sha256_of(item.path)}")
    except OSError as error:
        words = f"{item.path} cannot be read: {error.strerror}"
        raise StoreError(provider.shown, words) from error
