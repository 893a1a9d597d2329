"""Loaded settings and resolved clusters to the settings of a run."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec.structs import replace

from oscar_sync.documents.findings import NOTE, WARNING, Findings
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.settings import (
    DeclaredBucket,
    MovedEntry,
    RemovedEntry,
    Seed,
    ServiceSettings,
    Settings,
    Which,
)
from oscar_sync.model.state import DesiredService
from oscar_sync.semantics.access import Access, access_given, access_of_service
from oscar_sync.semantics.buckets import needed_buckets
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.consents import GRAMMAR, consent_of
from oscar_sync.settings.reading import Loaded
from oscar_sync.settings.secret_names import unused_fault


def allowed(texts: Iterable[str]) -> tuple[Consent, ...]:
    """Raises UsageError: one of them is not a consent."""
    consents = []
    for text in texts:
        consent = consent_of(text)
        if consent is None:
            raise UsageError(f"--allow {text}: not a permission; write {GRAMMAR}")
        consents.append(consent)
    return tuple(consents)


def settings_of(
    loaded: Loaded,
    clusters: tuple[Cluster, ...],
    allow: tuple[Consent, ...],
    id_of: Callable[[str], ClusterId],
    env_file: str,
) -> Settings:
    return Settings(
        folder=loaded.folder,
        file=loaded.file,
        set_name=loaded.set_name,
        clusters=clusters,
        prune=loaded.prune,
        max_removals=loaded.max_removals,
        env_file=env_file,
        owners=loaded.owners,
        removed=tuple(_removed(entry, id_of) for entry in loaded.removed),
        moved=tuple(_moved(entry, id_of) for entry in loaded.moved),
        waves=tuple(tuple(map(id_of, wave)) for wave in loaded.waves),
        windows=loaded.windows,
        services=tuple(_service(entry, id_of) for entry in loaded.services),
        allow=tuple(_placed(consent, id_of) for consent in allow),
        buckets=tuple(_bucket(entry, id_of) for entry in loaded.storage.buckets),
        volumes=tuple(
            replace(entry, which=_placed(entry.which, id_of)) for entry in loaded.storage.volumes
        ),
        removed_storage=tuple(
            replace(entry, which=_placed(entry.which, id_of)) for entry in loaded.storage.removed
        ),
    )


_Placed = TypeVar("_Placed", Which, Consent)


def _placed(which: _Placed, id_of: Callable[[str], ClusterId]) -> _Placed:
    return replace(which, cluster=id_of(which.cluster)) if which.cluster else which


def _removed(entry: RemovedEntry, id_of: Callable[[str], ClusterId]) -> RemovedEntry:
    return replace(entry, which=_placed(entry.which, id_of))


def _bucket(entry: DeclaredBucket, id_of: Callable[[str], ClusterId]) -> DeclaredBucket:
    seeds = tuple(_seed(seed, id_of) for seed in entry.seeds)
    return replace(entry, which=_placed(entry.which, id_of), seeds=seeds)


def _moved(entry: MovedEntry, id_of: Callable[[str], ClusterId]) -> MovedEntry:
    return replace(entry, old=_placed(entry.old, id_of), new=_placed(entry.new, id_of))


def _seed(seed: Seed, id_of: Callable[[str], ClusterId]) -> Seed:
    return replace(seed, service=_placed(seed.service, id_of))


def _service(entry: ServiceSettings, id_of: Callable[[str], ClusterId]) -> ServiceSettings:
    return replace(
        entry,
        which=_placed(entry.which, id_of),
        allow=tuple(_placed(consent, id_of) for consent in entry.allow),
        seeds=tuple(_seed(seed, id_of) for seed in entry.seeds),
    )


def check_removed(
    settings: Settings, services: Iterable[DesiredService], text: str, findings: Findings
) -> None:
    for service in services if settings.removed else ():
        entry = settings.removal_of(service.key)
        if entry is not None:
            _contradiction(entry, service, text, findings)


def check_secrets(loaded: Loaded, declared: frozenset[str], findings: Findings) -> None:
    """Warn of each name of `secrets_from_env` that no service declares as a secret."""
    for name in loaded.secrets_from_env:
        if name not in declared and loaded.places is not None:
            place = loaded.values["secrets_from_env"].index(name)
            findings.at(
                SettingsCode.SECRET_ENV, loaded.places, ("secrets_from_env", place),
                unused_fault(name, declared),
                "declare it under environment.secrets of a service, or delete the entry",
            )  # fmt: skip


def check_services(
    settings: Settings, services: Iterable[DesiredService], text: str, findings: Findings
) -> None:
    wanted = tuple(services)
    names = sorted({name for one in wanted for name in (str(one.key.name), str(one.key))})
    for settings_entry in settings.services:
        if not any(settings_entry.which.matches(service.key) for service in wanted):
            severity = WARNING if wanted else NOTE
            hint = did_you_mean(str(settings_entry.which), names)
            findings.add(
                SettingsCode.UNKNOWN_SERVICE, settings_entry.origin,
                f"services.{settings_entry.which}",
                f"no manifest has a service {settings_entry.which}"
                + (f"; {hint}" if hint else ""),
                "correct the name, or delete the entry", text, severity=severity,
            )  # fmt: skip


def check_buckets(
    settings: Settings, services: Iterable[DesiredService], findings: Findings
) -> None:
    """Note each service that would give a declared bucket other access than the settings say.

    A service gives its visibility to each bucket that it names, and takes nothing away
    (`semantics.access`): the two would undo each other at each apply. A private one gives nothing.
    """
    for service in services if settings.buckets else ():
        given = access_of_service(service.form)
        for bucket in settings.buckets_on(service.key.cluster):
            wanted = access_given(bucket.visibility, bucket.allowed_users)
            is_used = bucket.which.name in needed_buckets(service.form)
            if is_used and given not in (Access(), wanted):
                findings.add(
                    SettingsCode.BUCKET_ACCESS, service.locate(("visibility",)),
                    "visibility",
                    f"{service.key} is {service.form.visibility} and uses bucket "
                    f"{bucket.which.name}, which {bucket.origin} wants {bucket.visibility}: the "
                    "service would give its own users access",
                    "write the same visibility and users at both, or make the service private",
                )  # fmt: skip


def _contradiction(
    entry: RemovedEntry, service: DesiredService, text: str, findings: Findings
) -> None:
    place = service.locate(("name",))
    remedy = "delete the entry, or take the service out of the manifests"
    what = f"{entry.which} is to be removed and"
    findings.add(
        SettingsCode.REMOVED_AND_WANTED, entry.origin, "removed",
        f"{what} is in the manifests at {place}", remedy, text,
    )  # fmt: skip
    findings.add(
        SettingsCode.REMOVED_AND_WANTED, place, "name",
        f"{what} is here; the entry of `removed` is at {entry.origin}", remedy,
    )  # fmt: skip
