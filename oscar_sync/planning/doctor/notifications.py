"""Notifications that are missing, stale, of a service that is not there, deaf, or asleep."""

from collections.abc import Iterator

from oscar_sync.model.finding import By, Finding, Remedy
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.state import HookRule, LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.codes import FindingCode, finding
from oscar_sync.planning.doctor.released import release_of
from oscar_sync.planning.ownership import Standing
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import is_per_user, used_buckets
from oscar_sync.semantics.hooks import deaf_hooks, wanted_hooks

_MENDED = "oscar-sync apply --hooks"


def notification_findings(context: Context) -> Iterator[Finding]:
    if not context.facts.has_store():
        return
    for live in context.facts.view.services.values():
        if _is_judged(context, live):
            yield from _missing(context, live)
    for bucket in _seen_buckets(context):
        for rule in context.facts.hooks(bucket) or ():
            yield from _unwanted(context, bucket, rule)
    yield from _asleep(context)


def _is_judged(context: Context, live: LiveService) -> bool:
    """Tell whether its buckets are to be seen here: a worker's are in its origin's store."""
    is_seen = context.facts.view.is_admin or context.is_mine(live)
    return is_seen and context.standing(live) is not Standing.WORKER


def _seen_buckets(context: Context) -> list[BucketName]:
    view = context.facts.view
    return [
        name
        for name, facts in (view.buckets or {}).items()
        if view.is_admin or context.owns_bucket(facts)
    ]


def _missing(context: Context, live: LiveService) -> Iterator[Finding]:
    name = live.key.name
    for bucket, prefix in sorted(wanted_hooks(live.form)):
        if context.facts.bucket(bucket) is None:
            continue
        rules = context.facts.hooks(bucket)
        if rules is None or any((rule.service, rule.prefix) == (name, prefix) for rule in rules):
            continue
        yield finding(
            FindingCode.HOOK_MISSING,
            bucket,
            f"uploads to {bucket}/{prefix} do not start {name}",
            "OSCAR sets a notification only on a bucket that it makes itself, and none for a "
            "folder that an update adds",
            *_added(context, live, bucket, prefix),
        )


def _added(
    context: Context, live: LiveService, bucket: BucketName, prefix: str
) -> Iterator[Remedy]:
    if context.is_applied(live):
        yield Remedy(By.YOU, "set it", _MENDED)
    else:
        alias = context.facts.view.cluster.id
        yield Remedy(By.OPERATOR, "set it", operator.add_hook(alias, bucket, live.key.name, prefix))


def _unwanted(context: Context, bucket: BucketName, rule: HookRule) -> Iterator[Finding]:
    view = context.facts.view
    name = ServiceName(rule.service)
    if not name:
        return
    live = view.services.get(name)
    if live is None:
        if view.is_admin and not view.unreadable:
            yield _dead(context, bucket, rule)
        return
    namesakes = (other for other in view.every_service if other.key.name == name)
    is_wanted = any((bucket, rule.prefix) in wanted_hooks(other.form) for other in namesakes)
    if is_wanted or not _is_judged(context, live):
        return
    if not (is_per_user(live.form) and bucket in live.bucket_list):
        yield _stale(context, live, bucket, rule)
    elif _is_deaf(context, live, bucket, rule):
        yield _deaf(context, bucket, rule)


def _is_deaf(context: Context, live: LiveService, bucket: BucketName, rule: HookRule) -> bool:
    """Tell whether the rule never fires and no other one of the service does its work."""
    rules = {(other.service, other.prefix) for other in context.facts.hooks(bucket) or ()}
    right = f"{rule.prefix.rstrip('/')}/"
    deaf = deaf_hooks(live.form, live.bucket_list)
    return (bucket, rule.prefix) in deaf and (rule.service, right) not in rules


def _stale(context: Context, live: LiveService, bucket: BucketName, rule: HookRule) -> Finding:
    is_reached = context.is_applied(live) and bucket in used_buckets(live.form)
    remedy = (
        Remedy(By.YOU, "remove it", _MENDED) if is_reached else _taken_off(context, bucket, rule)
    )
    return finding(
        FindingCode.HOOK_STALE,
        bucket,
        f"uploads to {bucket}/{rule.prefix} start {rule.service}, which has no such input",
        "an update that drops or moves an input leaves its notification, and creating a service "
        "again makes its old notifications active",
        remedy,
    )


def _dead(context: Context, bucket: BucketName, rule: HookRule) -> Finding:
    return finding(
        FindingCode.HOOK_DEAD,
        bucket,
        f"a notification for {bucket}/{rule.prefix} names {rule.service}, which does not exist",
        "a failed create leaves the webhook and its notifications: each upload goes nowhere, and "
        "the next service of that name would start on uploads",
        _taken_off(context, bucket, rule),
        Remedy(
            By.OPERATOR,
            "then its webhook, if no service of that name is to come (the store restarts)",
            operator.remove_webhook(context.facts.view.cluster.id, rule.service),
        ),
    )


def _deaf(context: Context, bucket: BucketName, rule: HookRule) -> Finding:
    alias, prefix = context.facts.view.cluster.id, rule.prefix.rstrip("/") + "/"
    return finding(
        FindingCode.HOOK_DEAF,
        bucket,
        f"uploads to {bucket}/{prefix} start nothing: the notification reads {rule.prefix}",
        "OSCAR writes one slash too many on per-user buckets",
        Remedy(
            By.OPERATOR, "set the right one",
            operator.add_hook(alias, bucket, rule.service, prefix),
        ),
    )  # fmt: skip


def _taken_off(context: Context, bucket: BucketName, rule: HookRule) -> Remedy:
    alias = context.facts.view.cluster.id
    return Remedy(
        By.OPERATOR, "remove it", operator.remove_hook(alias, bucket, rule.service, rule.prefix)
    )


def _asleep(context: Context) -> Iterator[Finding]:
    """Yield the buckets whose maker is gone: what sleeps in them shows nowhere (record 128)."""
    view = context.facts.view
    if view.unreadable:
        return
    for bucket in _seen_buckets(context):
        facts = (view.buckets or {})[bucket]
        maker = ServiceName(facts.from_service)
        rules = context.facts.hooks(bucket)
        if not maker or maker in view.services or rules or release_of(context, facts):
            continue
        yield finding(
            FindingCode.HOOK_ASLEEP,
            bucket,
            f"a hidden notification of {maker} may be left there",
            "unless oscar-sync detached the bucket, it becomes active when a service called "
            f"{maker} is created",
            Remedy(By.YOU, "an apply that creates it checks for them", "oscar-sync apply")
            if maker in context.desired
            else Remedy(
                By.OPERATOR, "replace the bucket's notifications: it has none to keep",
                operator.remove_hooks(view.cluster.id, bucket),
            ),
        )  # fmt: skip
