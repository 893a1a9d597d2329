"""``oscar-sync remove``: undeploys services by hand; their data stays."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.plan_options import PlanOptions, Scope


@given.command(
    "remove", "oscar-sync remove thumbnails", "oscar-sync remove edge/thumbnails edge/ndvi --yes"
)
@click.argument("names", nargs=-1, metavar="NAME...", shell_complete=given.SERVICES)
@given.formats(*APPLY_FORMATS)
@given.common
@given.allowing
@click.option("--all", "all_ours", is_flag=True, help="Remove every service of this set.")
@given.HISTORY
@given.YES
def command(**options: Any) -> int:
    """Remove services (SERVICE or CLUSTER/SERVICE). Their buckets and objects are kept."""
    names = options["names"]
    if bool(names) == bool(options["all_ours"]):
        raise click.UsageError("name the services to remove, or give --all")
    asked = PlanOptions(scope=Scope.REMOVE, names=names, all_ours=options["all_ours"])
    return run_narrow(options, asked, needs_manifests=False)
