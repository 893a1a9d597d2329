"""After an apply: how to use what is new (product 5)."""

from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.once import Pass
from oscar_sync.render.report import new_services
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.normal_form import is_exposed


def closing_hints(report: RunReport, found: Pass) -> tuple[str, ...]:
    """Return one line for each new service: its address, its folder, or the call that runs it."""
    endpoints = {view.cluster.id: view.cluster.endpoint for view in found.views}
    hints = []
    for result in new_services(report):
        material = found.draft.materials.get(result.action.id)
        if material is None or material.form is None:
            continue
        key, form = result.action.key, material.form
        endpoint = endpoints[key.cluster]
        if is_exposed(form):
            words = f"serves {endpoint}/system/services/{key.name}/exposed/"
        elif inputs(form):
            places = ", ".join(f"{bucket}/{folder}/" for bucket, folder in inputs(form))
            words = f"starts on uploads to {places}"
        else:
            words = (
                f"runs by: curl {endpoint}/run/{key.name} --data-binary @FILE "
                f'-H "Authorization: Bearer $TOKEN"   (TOKEN: `token` of GET '
                f"{endpoint}/system/services/{key.name})"
            )
        hints.append(f"{key} {words}")
    return tuple(hints)
