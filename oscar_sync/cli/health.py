"""``oscar-sync health``."""

import time
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.client.connection import Oscar
from oscar_sync.model.exits import Exit


@given.command("health", "oscar-sync health", "oscar-sync health -c edge --timeout 5")
@given.one_cluster
def command(**options: Any) -> int:
    """Show whether the server of one cluster answers. Exit 6 if it does not."""

    def health(oscar: Oscar) -> Exit:
        began = time.monotonic()
        said = oscar.api.health().strip()
        took_ms = round(1000 * (time.monotonic() - began))
        show_line(f"{oscar.cluster.id} ({oscar.api.session.endpoint}): {said}, {took_ms} ms")
        return Exit.OK

    return on_cluster(options, (), health)
