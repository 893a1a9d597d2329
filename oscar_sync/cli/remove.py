"""``oscar-sync remove``: undeploys services by hand; their data stays."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.model.plan import PlanOptions, Scope


@click.command("remove")
@click.argument("names", nargs=-1, metavar="NAME...")
@given.common
@given.allowing
@click.option("--all", "all_ours", is_flag=True, help="Every service with this set's stamp.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def command(**options: Any) -> int:
    """Undeploy services (SERVICE or CLUSTER/SERVICE). Every bucket stays with every object."""
    names = options["names"]
    if bool(names) == bool(options["all_ours"]):
        raise click.UsageError("name the services to remove, or give --all")
    asked = PlanOptions(scope=Scope.REMOVE, names=names, all_ours=options["all_ours"])
    return run_narrow(options, asked, needs_manifests=False)
