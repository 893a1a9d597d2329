"""``oscar-sync status``: what runs, where it answers, what drifted."""

import os
import sys
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of, stdout_width, write
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.tables import show_document
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.status import statuses
from oscar_sync.render.status import status_text

FORMATS: Final = ("table", "text", "json", "yaml")


@given.command("status", "oscar-sync status", "oscar-sync status -c edge -o json")
@given.formats(*FORMATS)
@given.common
def command(**options: Any) -> int:
    """Show for each cluster which services are ready, their addresses, and what drifted.

    Settings come from --settings or the nearest oscar-sync.yaml, manifests from its folder; one
    that cannot be read is a warning. The state is asked of the services of the manifests and of
    this set, and of my exposed ones; of all mine where there are neither. Exit 0 whatever is
    found; 6 if a cluster was not read: its line says why.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def run() -> Exit:
        desired = desire(request_of(options, needs_manifests=False), os.environ)
        tell_findings(desired.diagnostics, options["color"])
        clusters = statuses(desired, connections_of(options))
        narrowed = desired.narrowing.words
        for output in outputs:
            if output.format in {"table", "text"}:
                width = stdout_width() if sys.stdout.isatty() and not output.file else None
                write(output, status_text(clusters, width, narrowed))
            else:
                from oscar_sync.published.status import StatusDocument

                show_document(output, StatusDocument.of(clusters, narrowed).data)
        return Exit.UNREACHABLE if any(one.problem for one in clusters) else Exit.OK

    return guarded(run, outputs, options["color"])
