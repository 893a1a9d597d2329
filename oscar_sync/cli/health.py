"""``oscar-sync health``."""

import time
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar


@given.command("health", "oscar-sync health", "oscar-sync health -c edge --timeout 5 -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """Show whether the server of one cluster answers. Exit 6 if it does not."""
    return show_one(options, _health)


def _health(oscar: Oscar) -> Fields:
    began = time.monotonic()
    said = oscar.api.health().strip()
    took_ms = round(1000 * (time.monotonic() - began))
    endpoint = oscar.api.session.endpoint
    return {"id": oscar.cluster.id, "endpoint": endpoint, "health": said, "milliseconds": took_ms}
