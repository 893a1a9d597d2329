"""``oscar-sync forget``: takes this set's stamp off services."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.model.plan import PlanOptions, Scope


@click.command("forget")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@given.common
@given.allowing
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def command(**options: Any) -> int:
    """Leave services running and take this set's stamp off them; nothing else changes."""
    asked = PlanOptions(scope=Scope.FORGET, names=options["names"])
    return run_narrow(options, asked, needs_manifests=False)
