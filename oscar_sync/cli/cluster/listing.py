"""``oscar-sync cluster list``."""

import os
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.choosing import KnownCluster, Wanted, known_clusters
from oscar_sync.model.exits import Exit
from oscar_sync.render.table import Row, Table


@given.command("list", "oscar-sync cluster list", "oscar-sync cluster list -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """List the clusters of oscar-sync.yaml and of oscar-cli's file. None of them is asked.

    * marks the one that a command without -c uses. Addresses are shown as they are written.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def listing() -> Exit:
        wanted = Wanted((), options["settings"] or "", options["config"] or "")
        clusters, findings = known_clusters(wanted, os.environ)
        if findings:
            tell_findings(findings, options["color"])
        rows = tuple(
            Row(("*" if one.is_default else "", one.id, one.endpoint or "-", one.source))
            for one in clusters
        )
        table = Table(("", "CLUSTER", "ENDPOINT", "SOURCE"), rows)
        show(outputs, table, [_document(one) for one in clusters])
        return Exit.OK

    return guarded(listing, outputs, options["color"])


def _document(one: KnownCluster) -> dict[str, object]:
    return {
        "id": one.id,
        "endpoint": one.endpoint,
        "source": one.source,
        "is_default": one.is_default,
    }
