"""What a seed's files and its store differ in, and what is done while the store lists."""

import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.model.origin import Origin
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import Seed, Which
from oscar_sync.model.state import SeedDifference
from oscar_sync.reconcile.connect import ProviderFiles
from oscar_sync.reconcile.seed_files import seed_difference
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.buckets import BucketProvider
from oscar_sync.storage.store import ObjectStore
from tests.machine import PATIENCE_S


class Slow(BucketProvider):
    """A store that lists when a file has been hashed, and not before."""

    def __init__(self, store):
        super().__init__(store)
        self.is_hashed = threading.Event()
        self.hashed = []

    def list_files(self, path):
        assert self.is_hashed.wait(PATIENCE_S)
        return super().list_files(path)

    def hash_ahead(self, local, size_bytes):
        super().hash_ahead(local, size_bytes)
        self.hashed.append(local)
        self.is_hashed.set()


class Silent(BucketProvider):
    """A store that does not answer."""

    def list_files(self, path):
        raise StoreUnreachableError("http://store", "no answer")


class Curious(BucketProvider):
    """A store that looks at its last file only when it has been asked about an earlier one."""

    def __init__(self, store):
        super().__init__(store)
        self.is_asked = threading.Event()

    def matches(self, stored, local, size_bytes):
        assert not local.endswith("two") or self.is_asked.wait(PATIENCE_S)
        return super().matches(stored, local, size_bytes)

    def is_same(self, stored, local):
        self.is_asked.set()
        return super().is_same(stored, local)


class Vanishing(Curious):
    """A store whose last file is deleted on this machine when it is asked about an earlier one."""

    def hash_ahead(self, local, size_bytes):
        """Leave the hash to ``matches``."""

    def is_same(self, stored, local):
        local.with_name("two").unlink()
        return super().is_same(stored, local)


@pytest.fixture
def store(oscar_emulator):
    keys = Secret(oscar_emulator.access_key), Secret(oscar_emulator.secret_key)
    store = ObjectStore(StoreAddress(oscar_emulator.s3_url, *keys, oscar_emulator.region), {})
    store._client.make_bucket("bench")
    return store


@pytest.fixture
def seed(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / name).write_text(name)
    return Seed(Which("s"), str(folder), "files", "minio.default", "bench", "p", Origin("f", 1, 1))


def seeded(seed, store):
    found = seed_difference(seed, BucketProvider(store))
    for one in found.uploads:
        store.put_object("bench", one.path.removeprefix("bench/"), Path(one.source), one.size_bytes)
    return found


def test_files_are_hashed_while_the_store_lists(seed, store):
    assert len(seeded(seed, store).uploads) == 2
    slow = Slow(store)
    assert seed_difference(seed, slow) == SeedDifference(unchanged=2)
    assert slow.hashed


def test_a_file_that_was_hashed_and_is_another_is_uploaded(seed, store):
    seeded(seed, store)
    (Path(seed.source) / "one").write_text("eno")
    found = seed_difference(seed, Slow(store))
    assert [one.path for one in found.uploads] == ["bench/p/one"]
    assert found.unchanged == 1


def test_what_the_ignore_file_names_is_neither_uploaded_nor_deleted(seed, store):
    seeded(seed, store)
    for name in ("one", "two"):
        (Path(seed.source) / name).unlink()
    (Path(seed.source) / "three").write_text("three")
    (Path(seed.source) / ".oscar-syncignore").write_text("one\n")
    found = seed_difference(replace(seed, delete_extra=True), BucketProvider(store))
    assert [one.path for one in found.uploads] == ["bench/p/three"]
    assert [one.path for one in found.extra] == ["bench/p/two"]


@pytest.mark.parametrize("is_stored", [False, True])
def test_names_that_look_the_same_are_told(seed, store, is_stored):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    (Path(seed.source) / composed).write_text("1")
    if is_stored:
        seeded(seed, store)
        (Path(seed.source) / composed).rename(Path(seed.source) / decomposed)
    else:
        (Path(seed.source) / decomposed).write_text("2")
    found = seed_difference(seed, BucketProvider(store))
    assert found.alike == (f"bench/p/{composed}",)
    assert any(decomposed in one.path for one in found.uploads)


def test_the_store_is_asked_about_one_file_while_others_are_compared(seed, store):
    seeded(seed, store)
    (Path(seed.source) / "one").write_text("eno")
    found = seed_difference(seed, Curious(store))
    assert [one.path for one in found.uploads] == ["bench/p/one"]


def test_a_file_that_vanishes_while_others_are_asked_about_ends_the_seed(seed, store):
    seeded(seed, store)
    (Path(seed.source) / "one").write_text("eno")
    with pytest.raises(StoreError, match="two cannot be read"):
        seed_difference(seed, Vanishing(store))


def test_files_that_cannot_be_seeded_are_told_also_where_the_store_is_silent(seed, store):
    (Path(seed.source) / "link").symlink_to("one")
    for written in ("files", "files/"):
        found = seed_difference(replace(seed, shown_source=written), Silent(store))
        assert found.problems == ("files/link is a link",)


def test_a_store_that_does_not_list_is_told(seed, store):
    with pytest.raises(StoreUnreachableError):
        seed_difference(seed, Silent(store))


class Refusing:
    """A provider that deletes one by one, and refuses some."""

    shown = "a store"

    def __init__(self, *refused):
        self.refused, self.deleted = refused, []

    def delete(self, path):
        if path in self.refused:
            raise StoreError(self.shown, "no")
        self.deleted.append(path)


def test_of_many_deletions_one_by_one_those_that_were_done_are_not_called_failures():
    store: Any = Refusing("b")
    left = ProviderFiles(store).delete_many(["a", "b", "c"])
    assert store.deleted == ["a"]
    assert set(left) == {"b", "c"}
    assert all("no" in words for words in left.values())
