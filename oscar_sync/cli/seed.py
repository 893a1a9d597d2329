"""``oscar-sync seed``: uploads files that buckets lack, by content."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.narrow import run_narrow
from oscar_sync.cli.showing import APPLY_FORMATS
from oscar_sync.model.plan_options import PlanOptions, Scope


@given.command("seed", "oscar-sync seed --dry-run", "oscar-sync seed services/ --yes")
@given.PATHS
@given.formats(*APPLY_FORMATS)
@given.common
@given.HISTORY
@given.YES
@click.option("--dry-run", is_flag=True, help="Show what would be uploaded and stop.")
def command(**options: Any) -> int:
    """Upload the files that `seeds` in oscar-sync.yaml names and the buckets do not have."""
    return run_narrow(options, PlanOptions(scope=Scope.SEED), is_dry=options["dry_run"])
