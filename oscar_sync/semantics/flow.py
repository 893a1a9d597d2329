"""Which service starts which, and in what order they are written: every walk along a graph.

Names are anything that can be compared; a graph says for each name which ones follow it. Chains
may be as long as the manifests, so that no walk recurses.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias, TypeVar

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.semantics.buckets import inputs, outputs
from oscar_sync.semantics.paths import folders_above
from oscar_sync.semantics.volumes import attached_volume, made_volume

_Name = TypeVar("_Name", bound=int | str)


def in_writing_order(forms: Mapping[ServiceName, Form]) -> tuple[ServiceName, ...]:
    """Return the services so that a consumer comes before its producer, else by name (safety 6)."""
    # A producer's output folder is in the consumer's input folder: folders, not buckets. Who
    # makes a volume comes before those that attach it. Services that start each other (refused in
    # manifests) keep the order of names.
    consumers = _by_folder(forms)
    makers = {volume: name for name, form in forms.items() if (volume := made_volume(form))}
    before = {name: _before(name, form, consumers, makers) for name, form in forms.items()}
    return tuple(in_order(before) if any(before.values()) else sorted(before))


_Consumers: TypeAlias = Mapping[BucketName, Mapping[str, Sequence[ServiceName]]]
"""By bucket: who is started by uploads below a folder (``bucket/folder``)."""


def _by_folder(forms: Mapping[ServiceName, Form]) -> _Consumers:
    consumers: dict[BucketName, dict[str, list[ServiceName]]] = {}
    for name, form in forms.items():
        for bucket, folder in inputs(form):
            place = f"{bucket}/{folder}".strip("/")
            consumers.setdefault(bucket, {}).setdefault(place, []).append(name)
    return consumers


def _before(
    name: ServiceName, form: Form, consumers: _Consumers, makers: Mapping[str, ServiceName]
) -> set[ServiceName]:
    before: set[ServiceName] = set()
    for bucket, given in outputs(form):
        here = consumers.get(bucket)
        if here is None or [*here.values()] == [[name]]:
            continue  # most buckets start their own service alone, if any
        for folder in folders_above(f"{bucket}/{given}"):
            before.update(here.get(folder, ()))
    if makers and (maker := makers.get(attached_volume(form))):
        before.add(maker)
    return before - {name}


def in_order(before: Mapping[_Name, Iterable[_Name]]) -> Iterator[_Name]:
    """Yield each name after those *before* it, else the least first; a circle by its names."""
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError:
        circle = circles(before)
        sorter = TopologicalSorter(
            {name: [one for one in others if circle[one] != circle[name]]
             for name, others in before.items()}
        )  # fmt: skip
        sorter.prepare()
    free = list(sorter.get_ready())
    heapq.heapify(free)
    while free:
        name = heapq.heappop(free)
        yield name
        sorter.done(name)
        for freed in sorter.get_ready():
            heapq.heappush(free, freed)


def layers(before: Mapping[_Name, Iterable[_Name]]) -> dict[_Name, int]:
    """Return of each name how many are before it at most, one after the other; without circles."""
    layer = dict.fromkeys(before, 0)
    for name in TopologicalSorter(before).static_order():
        layer[name] = max((layer[one] + 1 for one in before[name]), default=0)
    return layer


def circles(follow: Mapping[_Name, Iterable[_Name]]) -> dict[_Name, _Name]:
    """Return for each name one that stands for all that reach each other (Kosaraju's two walks)."""
    left = [last(trail) for trail, target in walk(follow) if target is None]
    back: dict[_Name, list[_Name]] = {name: [] for name in reversed(left)}
    for name, targets in follow.items():
        for target in targets:
            back[target].append(name)
    return {last(trail): next(iter(trail)) for trail, target in walk(back) if target is None}


def walk(
    follow: Mapping[_Name, Iterable[_Name]],
) -> Iterator[tuple[dict[_Name, None], _Name | None]]:
    """Yield, in depth, the trail with each target of its last name; None as that is left."""
    # A target that is on the trail closes a circle. The trail changes as the walk goes on.
    seen: set[_Name] = set()
    for start in follow:
        trail: dict[_Name, None] = {}
        rest: list[Iterator[_Name]] = []
        into: _Name | None = None if start in seen else start
        while into is not None or trail:
            if into is not None:
                seen.add(into)
                trail[into] = None
                rest.append(iter(follow.get(into, ())))
            target = next(rest[-1], None)
            yield trail, target
            into = None if target in seen else target
            if target is None:
                rest.pop()
                trail.popitem()


def last(trail: dict[_Name, None]) -> _Name:
    return next(reversed(trail))
