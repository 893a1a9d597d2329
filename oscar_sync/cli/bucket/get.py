"""``oscar-sync bucket get``."""

from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.bucket.listing import document
from oscar_sync.cli.fields import Fields, show_one
from oscar_sync.cli.reaching import unknown
from oscar_sync.cli.tables import FORMATS
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Bucket
from oscar_sync.errors import StoreError
from oscar_sync.model.state import BucketCount
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.live import live_service


@given.command("get", "oscar-sync bucket get thumbnails", "oscar-sync bucket get atlas -o json")
@click.argument("name", shell_complete=given.BUCKETS)
@given.one_cluster
@given.formats(*FORMATS)
def command(name: str, **options: Any) -> int:
    """Show who has access to a bucket, what it holds, and which services use it.

    oscar-sync storage ls NAME lists its objects.
    """

    def get(oscar: Oscar) -> Fields:
        bucket = bucket_of(oscar, name)
        count = counted(oscar, name)
        return {**document(bucket), **_content(count), "used_by": _users(oscar, name)}

    return show_one(options, get)


def bucket_of(oscar: Oscar, name: str) -> Bucket:
    """Raises UsageError: the log-in sees no bucket of that name; it tells which was meant."""
    buckets = {bucket.name: bucket for bucket in oscar.buckets()}
    if name not in buckets:
        raise unknown(oscar, "bucket", name, buckets)
    return buckets[name]


def counted(oscar: Oscar, name: str) -> BucketCount | None:
    """Return what a bucket holds, None where that cannot be seen; a warning says why."""
    try:
        return oscar.store.count(name)
    except StoreError as error:
        say(f"warning: its content is not counted: {error}")
        return None


def _content(count: BucketCount | None) -> dict[str, object]:
    if count is None:
        return {"objects": None, "size_bytes": None, "last_write": None}
    last = f"{count.last_write:%Y-%m-%dT%H:%M:%SZ}" if count.last_write else None
    least = {"is_at_least": True} if count.is_at_least else {}
    return {"objects": count.objects, **least, "size_bytes": count.size_bytes, "last_write": last}


def _users(oscar: Oscar, name: str) -> list[str]:
    live = (live_service(oscar.cluster.id, raw) for raw in oscar.api.list_services())
    return sorted(
        str(one.key.name) for one in live if name in (*used_buckets(one.form), *one.bucket_list)
    )
