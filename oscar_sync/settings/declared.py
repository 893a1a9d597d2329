"""Buckets and volumes in the settings: which are declared, and which are to be deleted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.places import Places
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.origin import FieldPath, Origin
from oscar_sync.model.settings import (
    OWN_STORE,
    DeclaredBucket,
    DeclaredVolume,
    RemovedStorage,
    Seed,
    Settings,
    Which,
)
from oscar_sync.semantics.access import PRIVATE, RESTRICTED, is_locked
from oscar_sync.semantics.names import bucket_name_fault, is_dns_label
from oscar_sync.semantics.paths import FILE_TYPES, provider_of
from oscar_sync.semantics.quantities import is_positive_quantity
from oscar_sync.settings.codes import SettingsCode

_Entry: TypeAlias = Mapping[str, Any]
_Seeds: TypeAlias = Callable[[Which, Sequence[_Entry], FieldPath], tuple[Seed, ...]]

_KINDS: Final = ("service", "bucket", "volume")


class DeclaredStorage(Struct, frozen=True):
    buckets: tuple[DeclaredBucket, ...] = ()
    volumes: tuple[DeclaredVolume, ...] = ()
    removed: tuple[RemovedStorage, ...] = ()


def read_storage(
    file: Mapping[str, Any], places: Places, findings: Findings, seeds: _Seeds
) -> DeclaredStorage:
    """Return what *file*, the settings as the table of keys types them, says of storage."""
    reader = _Reader(places, findings, seeds)
    if file["buckets"] and not file["set"]:
        reader.say(
            ("buckets",),
            "buckets need a set: its name on a bucket says who manages it",
            "add `set: NAME`",
            SettingsCode.BUCKETS_WITHOUT_SET,
        )
    return DeclaredStorage(
        tuple(reader.bucket(name, entry) for name, entry in file["buckets"].items()),
        tuple(reader.volume(name, entry) for name, entry in file["volumes"].items()),
        tuple(reader.removed(file["removed"], file)),
    )


def check_declared(settings: Settings, text: str, findings: Findings) -> None:
    """Note what two entries declare for one cluster: by another name of it, which both win."""
    for kind, declared in (("bucket", settings.buckets), ("volume", settings.volumes)):
        seen: dict[Which, Origin] = {}
        for one in declared:
            if one.which in seen:
                findings.add(
                    SettingsCode.VALUE, one.origin, f"{kind}s",
                    f"{kind} {one.which} is declared at {seen[one.which]} already",
                    "keep one of the entries", text,
                )  # fmt: skip
            seen[one.which] = one.origin


def which_of(text: str) -> Which:
    cluster, _, name = text.rpartition("/")
    return Which(name, ClusterId(cluster)) if cluster else Which(text, None)


class _Reader:
    def __init__(self, places: Places, findings: Findings, seeds: _Seeds) -> None:
        self._places = places
        self._findings = findings
        self._seeds = seeds

    def say(
        self,
        path: FieldPath,
        message: str,
        remedy: str,
        code: SettingsCode = SettingsCode.VALUE,
    ) -> None:
        self._findings.at(code, self._places, path, message, remedy)

    def bucket(self, name: str, entry: _Entry) -> DeclaredBucket:
        which, path = which_of(name), ("buckets", name)
        self._check_bucket_name(which.name, path)
        visibility, users = entry["visibility"] or PRIVATE, entry["allowed_users"]
        self._check_users(visibility, users, (*path, "allowed_users"))
        for place, one in enumerate(entry["seeds"]):
            self._check_folder(one["to"], (*path, "seeds", place, "to"))
        seeds = [
            {**one, "to": f"{OWN_STORE}:{which.name}/{one['to'].strip('/')}".rstrip("/")}
            for one in entry["seeds"]
        ]
        return DeclaredBucket(
            which,
            self._places.locate(path),
            visibility,
            tuple(sorted({*users})),
            entry["because"],
            self._seeds(which, seeds, (*path, "seeds")),
        )

    def _check_folder(self, text: str, path: FieldPath) -> None:
        if provider_of(text.partition(":")[0]).type in FILE_TYPES and ":" in text:
            self.say(path, f"{text} is not a folder of this bucket",
                     "write the folder alone, such as `images/`", SettingsCode.SEED)  # fmt: skip

    def _check_bucket_name(self, name: str, path: FieldPath) -> None:
        fault = bucket_name_fault(name)
        if fault:
            self.say(path, f"{name} is not a bucket: its name {fault}",
                     "name one bucket: BUCKET, or CLUSTER/BUCKET")  # fmt: skip

    def _check_users(self, visibility: str, users: Collection[str], path: FieldPath) -> None:
        if self._findings.has_at(path):
            return  # what is not a list of users says nothing about who they are
        if is_locked(visibility, users):
            self.say(path, "a restricted bucket needs allowed_users",
                     "name them, or write `visibility: private`")  # fmt: skip
        elif users and visibility != RESTRICTED:
            self.say(path, f"allowed_users has no effect on a {visibility} bucket",
                     "write `visibility: restricted`, or delete allowed_users")  # fmt: skip
        elif not all(map(str.strip, users)):
            self.say(path, "a user's id is blank", "write the ids of users, such as a1b2@egi.eu")

    def volume(self, name: str, entry: _Entry) -> DeclaredVolume:
        which, path = which_of(name), ("volumes", name)
        self._check_volume_name(which.name, path)
        if entry["size"] and not is_positive_quantity(entry["size"]):
            self.say((*path, "size"), f"{entry['size']} is not an amount of storage",
                     "write an amount such as 20Gi")  # fmt: skip
        return DeclaredVolume(which, self._places.locate(path), entry["size"], entry["because"])

    def _check_volume_name(self, name: str, path: FieldPath) -> None:
        if not is_dns_label(name):
            self.say(path, f"{name} is not a volume: its name may hold only a-z, 0-9 and -",
                     "name one volume: VOLUME, or CLUSTER/VOLUME")  # fmt: skip

    def removed(self, entries: Sequence[_Entry], file: _Entry) -> Iterator[RemovedStorage]:
        for place, entry in enumerate(entries):
            path: FieldPath = ("removed", place)
            named = [kind for kind in _KINDS if entry[kind]]
            if len(named) != 1:
                what = " and ".join(named) or "nothing"
                self.say(path, f"the entry names {what}",
                         "name one service, one bucket or one volume")  # fmt: skip
            elif named == ["service"]:
                self._check_service_words(entry, path)
            else:
                yield self._removed(named[0], entry, path, file)

    def _check_service_words(self, entry: _Entry, path: FieldPath) -> None:
        if entry["erase"] == [True]:
            self.say((*path, "erase"), "`erase: true` is for a bucket or a volume",
                     "name the service's buckets: `erase: [BUCKET]`")  # fmt: skip

    def _removed(self, kind: str, entry: _Entry, path: FieldPath, file: _Entry) -> RemovedStorage:
        which, is_volume = which_of(entry[kind]), kind == "volume"
        check = self._check_volume_name if is_volume else self._check_bucket_name
        check(which.name, (*path, kind))
        if entry["erase"] != [True]:
            self.say(
                path,
                f"{kind} {entry[kind]} is not deleted without `erase: true`",
                "add `erase: true`, which deletes all it holds, or delete the entry",
            )
        for word in ("forget", "close_access"):
            if entry[word]:
                self.say((*path, word), f"{word} is for services", f"delete `{word}`")
        declared = [key for key in file[f"{kind}s"] if which_of(key).overlaps(which)]
        if declared:
            self.say(
                path,
                f"{kind} {which} is to be deleted and is in {dotted((f'{kind}s', declared[0]))}",
                "delete one of the two entries",
                SettingsCode.REMOVED_AND_WANTED,
            )
        return RemovedStorage(which, self._places.locate(path), is_volume, entry["because"])
