"""Bucket notifications as rules of OSCAR's, with every foreign one kept (oscar-server.md 9)."""

from collections.abc import Collection
from dataclasses import replace

from minio.notificationconfig import CommonConfig, NotificationConfig, PrefixFilterRule, QueueConfig

from oscar_sync.model.state import HookRule
from oscar_sync.semantics.hooks import EVENT, arn_of, service_of


def rules_of(config: NotificationConfig) -> tuple[HookRule, ...]:
    """Return every rule of a bucket, foreign ones with a blank service."""
    return tuple(
        _rule(arn, entry)
        for arn, entry in (
            *((entry.queue or "", entry) for entry in config.queue_config_list),
            *((entry.topic or "", entry) for entry in config.topic_config_list),
            *((entry.cloud_func or "", entry) for entry in config.cloud_func_config_list),
        )
    )


def _rule(arn: str, entry: CommonConfig) -> HookRule:
    prefix, suffix = entry.prefix_filter_rule, entry.suffix_filter_rule
    return HookRule(
        service=service_of(arn),
        prefix=prefix.value if prefix else "",
        arn=arn,
        events=tuple(entry.events),
        suffix=suffix.value if suffix else "",
    )


def with_hook(config: NotificationConfig, service: str, prefix: str) -> NotificationConfig | None:
    """Return *config* with a rule that starts *service* for *prefix*; None if it has one."""
    mine = [rule for rule in rules_of(config) if rule.service == service and rule.prefix == prefix]
    if any(rule.events == (EVENT,) and not rule.suffix for rule in mine):
        return None
    # The store refuses two rules with the same ARN and prefix, so a crippled one makes way.
    kept = without_hooks(config, service, {prefix}) or config
    added = QueueConfig([EVENT], None, PrefixFilterRule(prefix), None, arn_of(service))
    return replace(kept, queue_config_list=[*kept.queue_config_list, added])


def with_hooks_of_another(
    config: NotificationConfig, old: str, new: str, prefixes: Collection[str]
) -> NotificationConfig | None:
    """Return *config* with rules that start *new* for *prefixes*, and none of *old*."""
    changed = without_hooks(config, old, None)
    stale = {rule.prefix for rule in rules_of(config) if rule.service == new} - {*prefixes}
    changed = without_hooks(changed or config, new, stale) or changed
    for prefix in sorted(prefixes):
        changed = with_hook(changed or config, new, prefix) or changed
    return changed


def without_hooks(
    config: NotificationConfig, service: str, prefixes: Collection[str] | None
) -> NotificationConfig | None:
    """Return *config* without the rules of *service* (for *prefixes*); None if it has none."""
    kept = [
        entry
        for entry in config.queue_config_list
        if not _is_meant(_rule(entry.queue or "", entry), service, prefixes)
    ]
    if len(kept) == len(config.queue_config_list):
        return None
    return replace(config, queue_config_list=kept)


def _is_meant(rule: HookRule, service: str, prefixes: Collection[str] | None) -> bool:
    return rule.service == service and (prefixes is None or rule.prefix in prefixes)
