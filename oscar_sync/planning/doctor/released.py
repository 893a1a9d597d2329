"""What this set took out of use itself, by its marks and its settings: no finding, but a note."""

from collections.abc import Iterator

from oscar_sync.model.identity import ServiceName
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.context import Context
from oscar_sync.planning.ownership import Standing
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.stamp import dropped_of


def release_of(context: Context, bucket: BucketFacts) -> str:
    """Return by what this set released a bucket, blank where nothing says that it did."""
    for name, live in context.facts.view.services.items():
        if bucket.name in dropped_of(live.annotations) and context.standing(live) is Standing.OURS:
            return f"an update of {name}"
    if _is_kept(context, bucket):
        return f"a removal by set {bucket.kept_by}"
    return removal_of(context, bucket.from_service) if context.owns_bucket(bucket) else ""


def _is_kept(context: Context, bucket: BucketFacts) -> bool:
    """Tell whether a removal of this set marked it, and nothing has used or managed it since.

    Where its maker is there again, somebody has detached it from that since.
    """
    mark = bucket.kept_by
    is_ours = bool(mark) and mark == context.settings.set_name and context.owns_bucket(bucket)
    live = context.facts.view.services  # a manifest alone does not use it
    is_used = any(user.name in live for user in context.users_of(bucket.name))
    is_used |= bucket.from_service in live
    return is_ours and not bucket.set_name and not is_used


def removal_of(context: Context, maker: str) -> str:
    """Return the entry of ``removed`` by which the service *maker* went, blank for none."""
    name = ServiceName(maker)
    if not name or name in context.facts.view.services:
        return ""
    entry = context.settings.removal_of(context.service_key(name))
    return f"the removal of {name} ({entry.origin})" if entry and not entry.forget else ""


def released_notes(context: Context) -> Iterator[str]:
    """Yield what is kept, and why nobody need look at it."""
    view = context.facts.view
    if view.unreadable:
        return
    used = {bucket for live in view.every_service for bucket in used_buckets(live.form)}
    kept = [
        *(
            (f"bucket {name}", release_of(context, facts))
            for name, facts in (view.buckets or {}).items()
            if name not in used
        ),
        *(
            (f"volume {name}", removal_of(context, facts.made_by))
            for name, facts in (view.volumes or {}).items()
        ),
    ]
    for what, why in kept:
        if why:
            yield f"{what} is kept, since {why} left it"
