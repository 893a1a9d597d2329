"""The tree of `oscar-sync.yaml` to settings: strict, every fault at its place."""

import posixpath
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.places import Places
from oscar_sync.documents.scalars import Tree, is_null
from oscar_sync.documents.substitution import defining, scalars_with_references, substituted
from oscar_sync.model.consent import Consent
from oscar_sync.model.field import by_name
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.settings import MovedEntry, RemovedEntry, Seed, ServiceSettings, Which
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.model.window import Window
from oscar_sync.semantics.names import bucket_name_fault, service_name_fault
from oscar_sync.semantics.paths import BUCKET_OUTPUT_TYPES, FILE_TYPES, provider_of
from oscar_sync.semantics.stamp import SET_NAME
from oscar_sync.settings.addresses import is_address
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.consents import OF_SERVICE_GRAMMAR, consent_for
from oscar_sync.settings.declared import DeclaredStorage, read_storage, which_of
from oscar_sync.settings.durations import duration_s
from oscar_sync.settings.entries import ClusterSettings
from oscar_sync.settings.ignored import ignore_fault
from oscar_sync.settings.secret_names import is_reserved
from oscar_sync.settings.typed import SettingsReader
from oscar_sync.settings.windows import read_windows


class Loaded(Struct, frozen=True):
    """Settings before clusters are resolved. Blank ``path``: there is no file.

    ``values`` are those of the file as the table of keys types them.
    """

    folder: str
    file: str = ""
    path: str = ""
    text: str = ""
    places: Places | None = None
    set_name: str = ""
    prune: bool = False
    max_removals: int = 3
    env_file: str = ""
    secrets_from_env: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    removed: tuple[RemovedEntry, ...] = ()
    moved: tuple[MovedEntry, ...] = ()
    waves: tuple[tuple[str, ...], ...] = ()
    windows: tuple[Window, ...] = ()
    services: tuple[ServiceSettings, ...] = ()
    storage: DeclaredStorage = DeclaredStorage()
    clusters: Mapping[str, ClusterSettings] = MappingProxyType({})
    aliases: Mapping[str, str] = MappingProxyType({})
    values: Mapping[str, Any] = MappingProxyType({})

    @property
    def seeds(self) -> tuple[Seed, ...]:
        of_buckets = (seed for one in self.storage.buckets for seed in one.seeds)
        return (*(seed for one in self.services for seed in one.seeds), *of_buckets)


def read_settings(  # noqa: PLR0917 - one name each
    tree: Tree,
    places: Places,
    folder: str,
    path: str,
    environ: Mapping[str, str],
    findings: Findings,
) -> Loaded:
    """Return the settings that *tree* holds; faults are findings, and defaults stand for them."""
    blank = Loaded(folder, places.file, path, places.text, places)
    if is_null(tree) or tree == {}:
        findings.of_file(
            SettingsCode.EMPTY, places.file, "the settings file is empty",
            "write `set: NAME` and what else you need, or delete the file",
        )  # fmt: skip
        return blank
    if not isinstance(tree, dict):
        remedy = "write `set: NAME` and what else you need"
        findings.at(SettingsCode.VALUE, places, (), "the settings must be a mapping", remedy)
        return blank
    is_bare = _note_variables(tree, places, environ, findings)
    reader = _Reader(blank, places, folder, environ, findings)
    return reader.loaded(tree) if is_bare else blank


def _note_variables(
    tree: Mapping[str, Tree], places: Places, environ: Mapping[str, str], findings: Findings
) -> bool:
    """Note variables where what they put in would be shown; clusters judge theirs (trust 4.1)."""
    is_bare = True
    for at, text in scalars_with_references(dict(tree)):
        missing = substituted(text, environ)[1]
        if at[0] == "clusters" or at[0] not in by_name(SETTINGS):
            continue  # below an unknown key that key is the fault: it may be `clusters`, misspelt
        if at[-1] != "from" or at[0] == "moved":
            is_bare = False
            findings.at(
                SettingsCode.VALUE, places, at,
                f"{text} is not allowed here: the value would be shown",
                "write the value; variables are for the log-in and the address of a cluster, for "
                "`from` of seeds, and for overlays",
            )  # fmt: skip
        for name in missing if at[-1] == "from" and at[0] != "moved" else ():
            findings.at(
                SettingsCode.UNDEFINED_VARIABLE, places, at,
                f"the environment variable {name} is not defined",
                defining(name, environ),
            )  # fmt: skip
    return is_bare


class _Reader:
    def __init__(
        self,
        blank: Loaded,
        places: Places,
        folder: str,
        environ: Mapping[str, str],
        findings: Findings,
    ) -> None:
        self.blank = blank
        self.places = places
        self.folder = folder
        self.environ = environ
        self.findings = findings

    def say(self, code: SettingsCode, path: FieldPath, message: str, remedy: str) -> None:
        self.findings.at(code, self.places, path, message, remedy)

    def loaded(self, tree: Mapping[str, Any]) -> Loaded:
        file = SettingsReader(self.places, self.findings).block(by_name(SETTINGS), tree, ())
        set_name, clusters = file["set"], file["clusters"]
        if set_name and not SET_NAME.fullmatch(set_name):
            self.say(
                SettingsCode.SET_NAME, ("set",), f"{set_name} is not a valid name of a set",
                "write up to 32 of a-z, 0-9 and -, not beginning with a hyphen",
            )  # fmt: skip
        if file["prune"] and not set_name:
            self.say(
                SettingsCode.PRUNE_WITHOUT_SET,
                ("prune",),
                "prune needs a set: without one services are not marked, so it is not known "
                "which ones to remove",
                "add `set: NAME`",
            )
        aliases = {key: entry["alias"] for key, entry in clusters.items() if entry.get("alias")}
        self.aliases(aliases)
        return Loaded(
            self.folder,
            self.places.file,
            self.blank.path,
            self.places.text,
            self.places,
            set_name,
            file["prune"],
            file["max_removals"],
            file["env_file"],
            self.secret_names(file["secrets_from_env"]),
            self.owners(file["owners"]),
            self.removed(file["removed"]),
            self.moved(file["moved"]),
            self.waves(file["waves"]),
            read_windows(file["window"], self.say),
            tuple(self.service(name, entry) for name, entry in file["services"].items()),
            read_storage(file, self.places, self.findings, self.seeds),
            {key: self.entry(key, clusters[key]) for key in clusters if key not in aliases},
            aliases,
            file,
        )

    def secret_names(self, names: Sequence[str]) -> tuple[str, ...]:
        for place, name in enumerate(names):
            if is_reserved(name):
                self.say(SettingsCode.VALUE, ("secrets_from_env", place),
                         f"{name} is a variable of CI or of this program, never a service's secret",
                         "give the secret a name of its own")  # fmt: skip
        return tuple(name for name in names if not is_reserved(name))

    def owners(self, owners: Sequence[str]) -> tuple[str, ...]:
        for place, owner in enumerate(owners):
            if not owner.strip():
                remedy = "write the id of a user, such as a1b2@egi.eu, or delete the entry"
                self.say(SettingsCode.VALUE, ("owners", place), "an owner's id is blank", remedy)
        return tuple(owners)

    def aliases(self, aliases: Mapping[str, str]) -> None:
        for key, target in aliases.items():
            if is_address(target):
                shown = "ADDRESS" if "@" in target else target
                self.say(SettingsCode.VALUE, ("clusters", key),
                         "an address, where the name of another entry is expected",
                         f"write `{key}: {{endpoint: {shown}}}`")  # fmt: skip
            way, at = [key], target
            while at in aliases and at not in way:
                way.append(at)
                at = aliases[at]
            if at in way:
                self.say(SettingsCode.ALIAS_LOOP, ("clusters", key),
                         f"aliases form a loop: {' -> '.join([*way, at])}",
                         "let it name an entry with an endpoint")  # fmt: skip

    def entry(self, key: str, entry: Mapping[str, Any]) -> ClusterSettings:
        fields = {name: value for name, value in entry.items() if value and name != "ssl_verify"}
        return ClusterSettings(
            ClusterId(key), self.places.file, fields, entry.get("ssl_verify"), self.places,
            ("clusters", key),
        )  # fmt: skip

    def removed(self, read: Sequence[Mapping[str, Any]]) -> tuple[RemovedEntry, ...]:
        entries = []
        for place, entry in enumerate(read):
            path: FieldPath = ("removed", place)
            if not entry["service"]:
                continue  # `read_storage` looks at it
            self.service_name(entry["service"], path)
            if entry["erase"] and entry["forget"]:
                self.say(SettingsCode.VALUE, path, "erase and forget exclude each other",
                         "keep one of them")  # fmt: skip
            if entry["close_access"] and entry["forget"]:
                self.say(
                    SettingsCode.VALUE,
                    path,
                    "close_access and forget exclude each other: a service "
                    "that stays keeps its buckets",
                    "keep one of them",
                )
            entries.append(
                RemovedEntry(
                    which_of(entry["service"]),
                    self.places.locate(path),
                    tuple(entry["erase"]),
                    entry["forget"],
                    entry["because"],
                    entry["close_access"],
                )
            )
        return tuple(entries)

    def service_name(self, text: str, path: FieldPath) -> None:
        if fault := service_name_fault(which_of(text).name):
            self.say(
                SettingsCode.VALUE, path,
                f"{text or 'a blank text'} is not a service: its name {fault}",
                "name one service: SERVICE, or CLUSTER/SERVICE",
            )  # fmt: skip

    def moved(self, read: Sequence[Mapping[str, Any]]) -> tuple[MovedEntry, ...]:
        entries = []
        for place, entry in enumerate(read):
            path: FieldPath = ("moved", place)
            for key in ("from", "to"):
                if entry[key]:
                    self.service_name(entry[key], (*path, key))
            if entry["from"] and entry["to"]:
                old, new = which_of(entry["from"]), which_of(entry["to"])
                entries.append(MovedEntry(old, new, self.places.locate(path)))
        return tuple(entries)

    def waves(self, read: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        for place, wave in enumerate(read):
            path: FieldPath = ("waves", place)
            if not (wave and all(wave)) and not self.findings.has_at(path):
                self.say(SettingsCode.VALUE, path, f"wave {place + 1} names no cluster",
                         "write ids of clusters, or delete the wave")  # fmt: skip
        return tuple(map(tuple, read))

    def service(self, name: str, entry: Mapping[str, Any]) -> ServiceSettings:
        which = which_of(name)
        path: FieldPath = ("services", name)
        self.service_name(name, path)
        wait = entry["wait"]
        wait_s = duration_s(wait) if wait else None
        if wait and wait_s is None:
            self.say(SettingsCode.DURATION, (*path, "wait"), f"{wait} is not a duration",
                     "write 90s, 5m, 1h or 1h30m")  # fmt: skip
        return ServiceSettings(
            which,
            self.places.locate(path),
            entry["protect"],
            self.consents(which, entry["allow"], (*path, "allow")),
            self.ignored(entry["ignore"], (*path, "ignore")),
            wait_s,
            self.seeds(which, entry["seeds"], (*path, "seeds")),
            entry["close_access"],
        )

    def ignored(self, texts: Sequence[str], path: FieldPath) -> tuple[str, ...]:
        for place, text in enumerate(texts):
            fault, remedy = ignore_fault(text)
            if fault:
                self.say(SettingsCode.VALUE, (*path, place), fault, remedy)
        return tuple(texts)

    def seeds(
        self, which: Which, entries: Sequence[Mapping[str, Any]], path: FieldPath
    ) -> tuple[Seed, ...]:
        read = (
            self.seed(which, one, (*path, place))
            for place, one in enumerate(entries)
            if one["from"] and one["to"]
        )
        return tuple(seed for seed in read if seed is not None)

    def consents(self, which: Which, texts: list[str], path: FieldPath) -> tuple[Consent, ...]:
        consents = []
        for place, text in enumerate(texts):
            consent = consent_for(which.name, which.cluster, text)
            if consent is None:
                fault = f"{text} is not a permission for a service"
                remedy = f"write {OF_SERVICE_GRAMMAR}"
                self.say(SettingsCode.CONSENT, (*path, place), fault, remedy)
            else:
                consents.append(consent)
        return tuple(consents)

    def seed(self, which: Which, entry: Mapping[str, Any], path: FieldPath) -> Seed | None:
        provider_text, colon, target = entry["to"].partition(":")
        provider = provider_of(provider_text)
        bucket, prefix = _bucket_and_prefix(provider.type, target.strip("/"))
        fault = _seed_fault(provider.type, colon, bucket, prefix)
        if fault:
            remedy = "write minio.default:BUCKET/FOLDER, or webdav.ID:FOLDER"
            if path[0] == "buckets":
                remedy = "write the folder alone, such as `images/`"
            self.say(SettingsCode.SEED, (*path, "to"), f"seed to {entry['to']}: {fault}", remedy)
            return None
        source = substituted(entry["from"], self.environ)[0]
        return Seed(
            which,
            posixpath.normpath(posixpath.join(self.folder, source)),
            entry["from"],
            str(provider),
            bucket,
            prefix,
            self.places.locate(path),
            entry["trigger"],
            entry["delete_extra"],
        )


def _bucket_and_prefix(kind: str, target: str) -> tuple[str, str]:
    if kind not in BUCKET_OUTPUT_TYPES:
        return "", target
    bucket, _, prefix = target.partition("/")
    return bucket, prefix


def _seed_fault(kind: str, colon: str, bucket: str, prefix: str) -> str:
    if not colon:
        return "it does not name a storage provider"
    if kind not in FILE_TYPES:
        return f"files can be seeded to {', '.join(FILE_TYPES)}, not to {kind}"
    if kind in BUCKET_OUTPUT_TYPES:
        if fault := bucket_name_fault(bucket):
            return f"the bucket's name {bucket} {fault}"
    elif not prefix:
        return "it does not name a folder"
    parts = prefix.split("/") if prefix else []
    if any(part in ("", ".", "..") for part in parts):
        return "the folder has an empty part, . or .."
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in prefix):
        return "the folder has a control character"
    return ""
