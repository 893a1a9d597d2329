"""``oscar-sync bucket list``."""

from collections.abc import Sequence
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Bucket
from oscar_sync.render.table import Row, Table


@given.command("list", "oscar-sync bucket list", "oscar-sync bucket list -c edge -o json")
@given.one_cluster
@given.formats(*FORMATS)
def command(**options: Any) -> int:
    """List the buckets that I can see: who may use each, and the service that it was made for.

    With user and password, VISIBILITY is blank for buckets that were never shared.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def listing(oscar: Oscar) -> None:
        show_buckets(oscar, outputs)

    return on_cluster(options, outputs, listing)


def show_buckets(oscar: Oscar, outputs: Sequence[Output]) -> None:
    buckets = sorted(oscar.buckets(), key=lambda bucket: bucket.name)
    rows = tuple(
        Row((bucket.name, _access(bucket), bucket.from_service or "-", bucket.owner or "-"))
        for bucket in buckets
    )
    table = Table(("BUCKET", "VISIBILITY", "MADE FOR", "OWNER"), rows)
    show(outputs, table, [document(bucket) for bucket in buckets])


def document(bucket: Bucket) -> dict[str, object]:
    return {
        "name": bucket.name,
        "visibility": bucket.visibility,
        "allowed_users": list(bucket.allowed_users),
        "made_for": bucket.from_service,
        "owner": bucket.owner,
    }


def _access(bucket: Bucket) -> str:
    users = len(bucket.allowed_users)
    return f"{bucket.visibility or '-'}{f' ({users})' if users else ''}"
