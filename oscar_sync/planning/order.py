"""In which order services are written: who takes files before who gives them (safety 6)."""

import heapq
from collections.abc import Mapping, Sequence

from oscar_sync.model.field import Form
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.semantics.buckets import inputs, outputs
from oscar_sync.semantics.paths import folders_above
from oscar_sync.semantics.volumes import attached_volume, made_volume


def in_writing_order(forms: Mapping[ServiceName, Form]) -> tuple[ServiceName, ...]:
    """Return the services so that a consumer comes before its producer, else by name.

    A producer's output folder lies in the consumer's input folder: folders, not buckets. Who makes
    a volume comes before those that attach it. A chain
    that bites its own tail (refused in manifests) keeps the order of names.
    """
    consumers = _by_folder(forms)
    makers = {volume: name for name, form in forms.items() if (volume := made_volume(form))}
    waiting = {name: _before(name, forms[name], consumers, makers) for name in sorted(forms)}
    if not any(waiting.values()):
        return tuple(waiting)
    ordered: list[ServiceName] = []
    free = [name for name, before in waiting.items() if not before]
    heapq.heapify(free)
    waited_for_by = _inverted(waiting)
    while waiting:
        chosen = heapq.heappop(free) if free else next(iter(waiting))
        del waiting[chosen]
        ordered.append(chosen)
        for name in waited_for_by.get(chosen, ()):
            if name in waiting:
                waiting[name].discard(chosen)
                if not waiting[name]:
                    heapq.heappush(free, name)
    return tuple(ordered)


_Consumers = Mapping[BucketName, Mapping[str, Sequence[ServiceName]]]
"""By bucket: who is started by uploads below a folder (``bucket/folder``)."""


def _by_folder(forms: Mapping[ServiceName, Form]) -> _Consumers:
    found: dict[BucketName, dict[str, list[ServiceName]]] = {}
    for name, form in forms.items():
        for bucket, folder in inputs(form):
            place = f"{bucket}/{folder}".strip("/")
            found.setdefault(bucket, {}).setdefault(place, []).append(name)
    return found


def _before(
    name: ServiceName,
    form: Form,
    consumers: _Consumers,
    makers: Mapping[str, ServiceName],
) -> set[ServiceName]:
    """Return the services that are written before *name*."""
    found: set[ServiceName] = set()
    for bucket, given in outputs(form):
        here = consumers.get(bucket)
        if here is None or [*here.values()] == [[name]]:
            continue  # most buckets start their own service alone, if any
        for folder in folders_above(f"{bucket}/{given}"):
            found.update(here.get(folder, ()))
    if makers and (maker := makers.get(attached_volume(form))):
        found.add(maker)
    found.discard(name)
    return found


def _inverted(
    waiting: Mapping[ServiceName, set[ServiceName]],
) -> dict[ServiceName, list[ServiceName]]:
    found: dict[ServiceName, list[ServiceName]] = {}
    for name, before in waiting.items():
        for other in before:
            found.setdefault(other, []).append(name)
    return found
