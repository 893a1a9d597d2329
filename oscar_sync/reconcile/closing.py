"""After an apply: how to use what is new (product 5)."""

from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.material import CreateMaterial
from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.once import Pass
from oscar_sync.render.report import new_services
from oscar_sync.render.usage import use_of
from oscar_sync.semantics.use import kind_of

_MOST_ALIKE: Final = 5
_ALIKE: Final = {"exposed": "serve an address", "uploads": "start on uploads"}


def closing_hints(report: RunReport, planned: Pass, *, is_brief: bool) -> tuple[str, ...]:
    """Return for each new service its address, or the command that starts it.

    With *is_brief* one line sums up many that are used alike.
    """
    clusters = {view.cluster.id: view.cluster for view in planned.views}
    hints: dict[str, list[str]] = {}
    for result in new_services(report):
        material = planned.draft.materials.get(result.action.id)
        if not isinstance(material, CreateMaterial):
            continue
        key = result.action.key
        use = use_of(clusters[key.cluster], key.name, material.form)
        hints.setdefault(kind_of(material.form), []).append(f"{key} {use}")
    return tuple(
        line
        for kind, lines in hints.items()
        for line in ([_sum(kind, len(lines))] if is_brief and len(lines) > _MOST_ALIKE else lines)
    )


def _sum(kind: str, count: int) -> str:
    verb = _ALIKE.get(kind, "are started by a call")
    return f"{plural(count, 'new service')} {verb}: `oscar-sync status` shows each"
