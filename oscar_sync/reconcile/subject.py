"""From a pass to what documents are made of."""

from pathlib import Path

from oscar_sync.model.graph import Graph
from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.status import declared_on
from oscar_sync.render.subject import Subject
from oscar_sync.workspace.git import checked_out_commit
from oscar_sync.workspace.revision import revision


def subject_of(planned: Pass, command: str, report: RunReport | None = None) -> Subject:
    forms = {service.key: service.form for service in planned.desired.services}
    settings = planned.desired.settings
    storage = [key for one in settings.clusters for key in declared_on(one.id, settings)]

    def graph() -> Graph:
        from oscar_sync.planning.graph import graph_of

        return graph_of(forms, planned.desired.declared_buckets)

    def commit() -> str:
        folder = Path(settings.folder)
        return revision(folder, planned.desired.contents) or checked_out_commit(folder)

    return Subject(
        command,
        planned.draft.plan,
        tuple(sorted(forms)),
        graph,
        report,
        planned.read_at,
        commit,
        tuple(storage),
    )
