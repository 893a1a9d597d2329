"""``oscar-sync seed``: uploads files that buckets lack, by content."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.model.plan import PlanOptions, Scope


@click.command("seed")
@given.PATHS
@given.common
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be uploaded.")
def command(**options: Any) -> int:
    """Upload what the `seeds` of oscar-sync.yaml name and the buckets lack; nothing else."""
    return run_narrow(options, PlanOptions(scope=Scope.SEED), is_dry=options["dry_run"])
