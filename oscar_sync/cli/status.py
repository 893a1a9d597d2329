"""``oscar-sync status``: what runs, where it answers, what drifted."""

import os
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import Output, outputs_of, stdout_width, write
from oscar_sync.cli.polling import polled, watching
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.tables import show_document
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.status import statuses
from oscar_sync.render.status import status_text

FORMATS: Final = ("table", "text", "json", "yaml")


@given.command("status", "oscar-sync status --watch", "oscar-sync status -c edge -o json")
@given.formats(*FORMATS)
@watching
@given.common
def command(**options: Any) -> int:
    """Show for each cluster which services are ready, their addresses, and what drifted.

    Settings come from --settings or the nearest oscar-sync.yaml, manifests from its folder; one
    that cannot be read is a warning. The state is asked of the services of the manifests and of
    this set, and of my exposed ones; of all mine where there are neither. Exit 0 whatever is
    found; 6 if a cluster was not read: its line says why. With --watch, 130 after Ctrl-C.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def run() -> Exit:
        if not options["watch"]:
            return _look(options, outputs, connections_of(options))[1]
        connections, before = connections_of(options), [""]

        def look() -> bool:
            before[0], _ = _look(options, outputs, connections, before[0])
            return False

        return polled(look, options["interval_s"])

    return guarded(run, outputs, options["color"])


def _look(
    options: dict[str, Any], outputs: Sequence[Output], connections: Connections, before: str = ""
) -> tuple[str, Exit]:
    """Show the status unless its text is as *before*; return that text, and the exit code."""
    desired = desire(request_of(options, needs_manifests=False), os.environ)
    if not before:
        tell_findings(desired.diagnostics, options["color"])
    clusters = statuses(desired, connections)
    narrowed = desired.narrowing.words
    now = status_text(clusters, None, narrowed)
    for output in outputs if now != before else ():
        if output.format in {"table", "text"}:
            width = stdout_width() if sys.stdout.isatty() and not output.file else None
            lead = f"\n{time.strftime('%H:%M:%S')}\n" if before and not output.file else ""
            write(output, lead + status_text(clusters, width, narrowed))
        else:
            from oscar_sync.published.status import StatusDocument

            show_document(output, StatusDocument.of(clusters, narrowed).data)
    return now, Exit.UNREACHABLE if any(one.problem for one in clusters) else Exit.OK
