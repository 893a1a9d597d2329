"""``oscar-sync adopt``: puts this set's stamp on services."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.model.plan import PlanOptions, Scope


@click.command("adopt")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@given.common
@given.allowing
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def command(**options: Any) -> int:
    """Put this set's stamp on live services that a manifest names; nothing else changes."""
    return run_narrow(options, PlanOptions(scope=Scope.ADOPT, names=options["names"]))
