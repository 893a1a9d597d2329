"""``oscar-sync graph``: how data flows through the services of the files, offline."""

import os
from collections.abc import Callable
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of, write
from oscar_sync.cli.request import request_of
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.exits import Exit
from oscar_sync.model.graph import Graph
from oscar_sync.planning.graph import graph_of
from oscar_sync.reconcile.desire import desire
from oscar_sync.render.graph.dot import graph_dot
from oscar_sync.render.graph.mermaid import graph_mermaid
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text

FORMATS: Final[dict[str, Callable[[Graph], str]]] = {
    "text": graph_text,
    "svg": graph_svg,
    "dot": graph_dot,
    "mermaid": graph_mermaid,
}


@given.command("graph", "oscar-sync graph", "oscar-sync graph services/ -o svg=graph.svg")
@given.PATHS
@given.formats(*FORMATS)
@given.common
def command(**options: Any) -> int:
    """Draw a graph of services and buckets.

    No cluster is contacted. Trigger loops, which block a plan, and shared buckets are marked.
    """
    outputs = outputs_of(options["outputs"], tuple(FORMATS))

    def run() -> Exit:
        asked = request_of(
            options, needs_clusters=False, tolerated=frozenset({ManifestCode.TRIGGER_LOOP})
        )
        desired = desire(asked, os.environ)
        tell_findings(desired.diagnostics, options["color"])
        forms = {service.key: service.form for service in desired.services}
        graph = graph_of(forms, desired.declared_buckets)
        for output in outputs:
            write(output, FORMATS[output.format](graph))
        return Exit.OK

    return guarded(run, outputs, options["color"])
