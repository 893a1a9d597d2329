"""After an apply: how to use what is new (product 5)."""

from oscar_sync.model.material import CreateMaterial
from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.once import Pass
from oscar_sync.render.report import new_services
from oscar_sync.render.usage import use_of


def closing_hints(report: RunReport, planned: Pass) -> tuple[str, ...]:
    clusters = {view.cluster.id: view.cluster for view in planned.views}
    hints = []
    for result in new_services(report):
        material = planned.draft.materials.get(result.action.id)
        if not isinstance(material, CreateMaterial):
            continue
        key = result.action.key
        hints.append(f"{key} {use_of(clusters[key.cluster], key.name, material.form)}")
    return tuple(hints)
