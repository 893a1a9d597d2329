"""``oscar-sync health``."""

import time
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import show
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit
from oscar_sync.render.table import Row, Table

FORMATS: Final = ("table", "json", "yaml")


@given.command("health", "oscar-sync health", "oscar-sync health -c edge --timeout 5 -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """Show whether the server of one cluster answers. Exit 6 if it does not."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def health(oscar: Oscar) -> Exit:
        began = time.monotonic()
        said = oscar.api.health().strip()
        took_ms = round(1000 * (time.monotonic() - began))
        cluster, endpoint = oscar.cluster.id, oscar.api.session.endpoint
        document = {"id": cluster, "endpoint": endpoint, "health": said, "milliseconds": took_ms}
        table = Table(tuple(map(str.upper, document)), (Row(tuple(map(str, document.values()))),))
        show(outputs, table, document)
        return Exit.OK

    return on_cluster(options, outputs, health)
