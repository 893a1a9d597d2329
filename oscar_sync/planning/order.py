"""In which order services are written: who takes files before who gives them (safety 6)."""

from collections.abc import Mapping

from oscar_sync.model.field import Form
from oscar_sync.model.identity import ServiceName
from oscar_sync.semantics.buckets import inputs, outputs
from oscar_sync.semantics.paths import lies_within


def in_writing_order(forms: Mapping[ServiceName, Form]) -> tuple[ServiceName, ...]:
    """Return the services so that a consumer comes before its producer, else by name.

    A producer's output folder lies in the consumer's input folder: folders, not buckets. A chain
    that bites its own tail (refused in manifests) keeps the order of names.
    """
    waiting = {name: set(_consumers_of(name, forms)) for name in sorted(forms)}
    ordered: list[ServiceName] = []
    while waiting:
        ready = next((name for name, before in waiting.items() if not before), None)
        chosen = ready if ready is not None else next(iter(waiting))
        del waiting[chosen]
        ordered.append(chosen)
        for before in waiting.values():
            before.discard(chosen)
    return tuple(ordered)


def _consumers_of(name: ServiceName, forms: Mapping[ServiceName, Form]) -> list[ServiceName]:
    given = [f"{bucket}/{folder}" for bucket, folder in outputs(forms[name])]
    if not given:
        return []
    return [
        other
        for other, form in forms.items()
        if other != name
        and any(
            lies_within(path, f"{bucket}/{folder}")
            for bucket, folder in inputs(form)
            for path in given
        )
    ]
