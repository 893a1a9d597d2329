"""``oscar-sync forget``: takes this set's stamp off services."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.plan_options import PlanOptions, Scope


@given.command("forget", "oscar-sync forget thumbnails", "oscar-sync forget edge/thumbnails --yes")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=given.SERVICES)
@given.formats(*APPLY_FORMATS)
@given.common
@given.allowing
@given.HISTORY
@given.YES
def command(**options: Any) -> int:
    """Stop managing services. They keep running; only this set's mark is removed."""
    asked = PlanOptions(scope=Scope.FORGET, names=options["names"])
    return run_narrow(options, asked, needs_manifests=False)
