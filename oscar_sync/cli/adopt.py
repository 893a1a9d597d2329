"""``oscar-sync adopt``: puts this set's stamp on services."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.plan_options import PlanOptions, Scope


@given.command(
    "adopt", "oscar-sync adopt thumbnails", "oscar-sync adopt edge/thumbnails edge/ndvi --yes"
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=given.SERVICES)
@given.formats(*APPLY_FORMATS)
@given.common
@given.allowing
@given.HISTORY
@given.YES
def command(**options: Any) -> int:
    """Start managing running services that a manifest names. Only this set's mark is written."""
    return run_narrow(options, PlanOptions(scope=Scope.ADOPT, names=options["names"]))
