"""What a seed's files and its bucket differ in: by content, never by time (safety 9)."""

from pathlib import Path

from oscar_sync.errors import StoreError
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import SeedDifference, StoredObject, Upload
from oscar_sync.storage import keys
from oscar_sync.storage.checksums import md5_of
from oscar_sync.storage.files import SourceFile, walk
from oscar_sync.storage.store import ObjectStore


def seed_difference(seed: Seed, store: ObjectStore) -> SeedDifference:
    """Return the files that the bucket lacks or holds otherwise, and the keys that no file names.

    Raises:
        StoreError: the bucket cannot be listed.
    """
    source = walk(Path(seed.source))
    problems = [f"{seed.shown_source}/{item.relative} {item.reason}" for item in source.problems]
    wanted = {keys.join(seed.prefix, item.relative): item for item in source.files}
    problems.extend(
        f"{item.path} would get the key {key!r}, which {fault}"
        for key, item in wanted.items()
        if (fault := keys.fault(key))
    )
    if not Path(seed.source).exists():
        problems = [f"{seed.shown_source} does not exist"]
    if problems:
        return SeedDifference(problems=tuple(problems))
    stored = _stored(seed, store)
    uploads = tuple(
        upload
        for key, item in sorted(wanted.items())
        if (upload := _upload(seed, store, key, item, stored.get(key))) is not None
    )
    extra = tuple(sorted(key for key in stored if key not in wanted))
    return SeedDifference(uploads, extra, unchanged=len(wanted) - len(uploads))


def _stored(seed: Seed, store: ObjectStore) -> dict[str, StoredObject]:
    if not store.bucket_exists(seed.bucket):
        return {}
    prefix = f"{seed.prefix.strip('/')}/" if seed.prefix.strip("/") else ""
    return {item.key: item for item in store.list_objects(seed.bucket, prefix)}


def _upload(
    seed: Seed, store: ObjectStore, key: str, item: SourceFile, stored: StoredObject | None
) -> Upload | None:
    try:
        if stored is not None and store.is_same(seed.bucket, stored, item.path, item.size_bytes):
            return None
        return Upload(str(item.path), key, item.size_bytes, f"md5:{md5_of(item.path)}")
    except OSError as error:
        raise StoreError(
            store.address.shown, f"{item.path} cannot be read: {error.strerror}"
        ) from error
