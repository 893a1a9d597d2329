"""What is wrong with services only side by side: on the clusters they really go to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.findings import Findings
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.form import InputOutput
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.origin import FieldPath, Origin
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import DesiredService
from oscar_sync.semantics.flow import last, walk
from oscar_sync.semantics.paths import account_of, folders_above, lies_within

_Entries = tuple[InputOutput, ...]


class Folder(Struct, frozen=True):
    service: DesiredService
    at: FieldPath
    provider: str
    path: str

    @property
    def origin(self) -> Origin:
        return self.service.locate((*self.at, "path"))


def check(services: Sequence[DesiredService], seeds: Sequence[Seed] = ()) -> list[Diagnostic]:
    """Return services that stand twice, trigger loops, shared inputs, seeds that cannot be."""
    # Where two belong to one finding, their names tell which is named first, not the order of
    # files.
    findings = Findings()
    services = sorted(services, key=lambda service: service.key)
    _twice(services, findings)
    inputs = _inputs_by_path(services)
    _loops(services, inputs, findings)
    _shared(inputs, findings)
    for seed in seeds:
        _seed(seed, inputs, findings)
        if seed.is_elsewhere:
            _seed_provider(seed, services, findings)
    return findings.diagnostics


class Checking:
    """Checks as ``check`` does, but not again what was right and stays as it was."""

    def __init__(self) -> None:
        self._right: list[tuple[ServiceKey, _Entries, _Entries]] = []

    def check(
        self, services: Sequence[DesiredService], seeds: Sequence[Seed] = ()
    ) -> list[Diagnostic]:
        folders = [(one.key, one.form.input, one.form.output) for one in services]
        if not seeds and folders == self._right:
            return []
        diagnostics = check(services, seeds)
        self._right = [] if seeds or diagnostics else folders
        return diagnostics


def _twice(services: Sequence[DesiredService], findings: Findings) -> None:
    first: dict[ServiceKey, DesiredService] = {}
    for service in services:
        other = first.setdefault(service.key, service)
        if other is service:
            continue
        places = (service.locate(("name",)), other.locate(("name",)))
        for here, there in (places, places[::-1]):
            findings.add(
                ManifestCode.TWICE,
                here,
                "name",
                f"service {service.key.name} is defined twice on cluster {service.key.cluster}; "
                f"the other one is at {there}",
                "rename or delete one of them",
            )


_ByPath = dict[tuple[str, str, str], list[Folder]]
"""Folders by cluster, provider and path, in the order of their services."""


def _folders(service: DesiredService, kind: str) -> Iterator[Folder]:
    entries: _Entries = getattr(service.form, kind)
    for place, entry in enumerate(entries):
        yield Folder(service, (kind, place), entry.storage_provider, entry.path)


def _inputs_by_path(services: Sequence[DesiredService]) -> _ByPath:
    folders: _ByPath = defaultdict(list)
    for service in services:
        for folder in _folders(service, "input"):
            folders[_key(folder, folder.path)].append(folder)
    return folders


def _key(folder: Folder, path: str) -> tuple[str, str, str]:
    return folder.service.key.cluster, folder.provider, path.strip("/")


def _above(folder: Folder, inputs: _ByPath) -> Iterator[Folder]:
    """Yield the inputs that *folder* lies within: what lands in it starts their services."""
    for path in folders_above(folder.path):
        yield from inputs.get(_key(folder, path), ())


def _loops(services: Sequence[DesiredService], inputs: _ByPath, findings: Findings) -> None:
    """Note each circle of outputs that feed inputs, once, at the output that closes it."""
    numbers = {id(service): number for number, service in enumerate(services)}
    feeds: dict[int, dict[int, list[Folder]]] = {}
    for number, service in enumerate(services):
        for output in _folders(service, "output"):
            for fed in _above(output, inputs):
                started = feeds.setdefault(number, {})
                started.setdefault(numbers[id(fed.service)], []).append(output)
    for trail, target in walk(feeds):
        if target is not None and target in trail:
            numbers_on = [*trail]
            circle = [services[number] for number in numbers_on[numbers_on.index(target) :]]
            for output in feeds[last(trail)][target]:
                _loop(output, circle, findings)


def _loop(output: Folder, circle: Sequence[DesiredService], findings: Findings) -> None:
    names = [str(service.key.name) for service in circle]
    round_trip = " -> ".join([*names, names[0]])
    how = "feeds its own input" if len(names) == 1 else f"closes a loop of services: {round_trip}"
    findings.add(
        ManifestCode.TRIGGER_LOOP,
        output.origin,
        (*output.at, "path"),
        f"trigger loop: the output {output.path} of {output.service.key.name} {how}",
        "write the results to a folder that is not an input and not inside one",
    )


def _shared(inputs: _ByPath, findings: Findings) -> None:
    """Note each input that shares a folder with an earlier service's, once, beside the first."""
    near: _ByPath = defaultdict(list)
    for (cluster, provider, path), same in inputs.items():
        near[cluster, provider, path.partition("/")[0]].extend(same)
    for folders in near.values():
        if len(folders) > 1:
            _shared_among(folders, inputs, findings)


def _shared_among(folders: list[Folder], inputs: _ByPath, findings: Findings) -> None:
    """Note those of *folders* (all of them with one first segment) that contain one another."""
    folders.sort(key=lambda folder: (folder.service.key, folder.at))
    below: _ByPath = defaultdict(list)
    for folder in folders:
        for path in folders_above(folder.path):
            below[_key(folder, path)].append(folder)
    for folder in folders:
        beside = [inputs.get(_key(folder, path)) for path in folders_above(folder.path)]
        beside.append(below[_key(folder, folder.path)])
        firsts = (near[0] for near in beside if near)
        first = min(firsts, key=lambda one: one.service.key, default=folder)
        if first.service.key < folder.service.key:
            _shared_input(first, folder, findings)


def _shared_input(one: Folder, other: Folder, findings: Findings) -> None:
    findings.add(
        ManifestCode.SHARED_INPUT,
        other.origin,
        (*other.at, "path"),
        f"the input {other.path} of {other.service.key.name} and {one.path} of "
        f"{one.service.key.name} ({one.origin}) share a folder: each upload starts both",
        "nothing to do if that is intended; else use separate folders",
    )


def _seed(seed: Seed, inputs: _ByPath, findings: Findings) -> None:
    target = seed.folder
    for folders in inputs.values():
        for folder in folders:
            is_hit = (
                folder.provider == seed.provider
                and not seed.is_trigger
                and seed.service.cluster in (None, folder.service.key.cluster)
                and (lies_within(target, folder.path) or lies_within(folder.path, target))
            )
            if is_hit:
                findings.add(
                    ManifestCode.SEED_TRIGGERS,
                    seed.origin,
                    f"services.{seed.service}.seeds",
                    f"the seed's files go below {folder.path}, an input of "
                    f"{folder.service.key.name}: each one starts it",
                    "write `trigger: true` if that is intended; else seed another folder",
                )
                return


def _seed_provider(seed: Seed, services: Sequence[DesiredService], findings: Findings) -> None:
    for service in services:
        if seed.service.matches(service.key) and not account_of(service.form, seed.provider):
            findings.add(
                ManifestCode.SEED_PROVIDER,
                seed.origin,
                f"services.{seed.service}.seeds",
                f"seed to {seed.place}: {service.key.name} defines no provider {seed.provider}",
                f"add storage_providers.{seed.provider} to its FDL, or to an overlay",
            )
