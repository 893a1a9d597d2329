from concurrent.futures import ThreadPoolExecutor

import pytest
from minio.notificationconfig import (
    CloudFuncConfig,
    NotificationConfig,
    PrefixFilterRule,
    QueueConfig,
    SuffixFilterRule,
    TopicConfig,
)

from oscar_sync.errors import StoreError
from oscar_sync.model.cluster import BasicLogin, Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import HookRule
from oscar_sync.semantics.hooks import arn_of
from oscar_sync.storage.hooks import rules_of, with_hook, without_hooks
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.session import Session

FOREIGN = QueueConfig(["s3:ObjectRemoved:*"], "q", None, SuffixFilterRule(".x"), queue="arn:other")
TOPIC = TopicConfig(["s3:ObjectCreated:Put"], "t", PrefixFilterRule("p/"), topic="arn:topic")
LAMBDA = CloudFuncConfig(["s3:ObjectCreated:*"], cloud_func="arn:lambda")


def config(*queues):
    return NotificationConfig([LAMBDA], [FOREIGN, *queues], [TOPIC])


def hook(service, prefix, *events, suffix=None):
    rule = SuffixFilterRule(suffix) if suffix else None
    known = list(events) or ["s3:ObjectCreated:*"]
    return QueueConfig(known, None, PrefixFilterRule(prefix), rule, queue=arn_of(service))


def test_rules_of_every_kind_are_seen_and_foreign_ones_have_no_service():
    assert rules_of(config(hook("a", "in/"))) == (
        HookRule("", "", "arn:other", ("s3:ObjectRemoved:*",), ".x"),
        HookRule("a", "in/", "arn:minio:sqs::a:webhook"),
        HookRule("", "p/", "arn:topic", ("s3:ObjectCreated:Put",)),
        HookRule("", "", "arn:lambda"),
    )


def test_an_arn_with_a_region_is_oscars_too():
    rule = QueueConfig(["s3:ObjectCreated:*"], queue="arn:minio:sqs:us-east-1:a:webhook")
    assert rules_of(NotificationConfig([], [rule], []))[0].service == "a"


def test_a_hook_is_added_beside_every_foreign_rule():
    before = config(hook("b", "in/"))
    after = with_hook(before, "a", "in/")
    assert after
    assert after.queue_config_list[:-1] == before.queue_config_list
    assert after.topic_config_list == [TOPIC]
    assert after.cloud_func_config_list == [LAMBDA]
    assert rules_of(after)[2] == HookRule("a", "in/", arn_of("a"))


def test_a_hook_that_is_there_changes_nothing():
    assert with_hook(config(hook("a", "in/")), "a", "in/") is None


@pytest.mark.parametrize(
    "crippled", [hook("a", "in/", "s3:ObjectCreated:Put"), hook("a", "in/", suffix=".jpg")]
)
def test_a_hook_that_fires_for_less_is_replaced(crippled):
    after = with_hook(config(crippled), "a", "in/")
    assert after
    mine = [rule for rule in rules_of(after) if rule.service == "a"]
    assert mine == [HookRule("a", "in/", arn_of("a"))]


def test_hooks_of_a_service_are_taken_off_and_nothing_else():
    before = config(hook("a", "in/"), hook("a", "old/"), hook("b", "in/"))
    after = without_hooks(before, "a", None)
    assert after
    assert after.queue_config_list == [FOREIGN, hook("b", "in/")]
    narrowed = without_hooks(before, "a", ["old/"])
    assert narrowed
    assert narrowed.queue_config_list == [FOREIGN, hook("a", "in/"), hook("b", "in/")]


def test_no_hook_of_a_service_changes_nothing():
    assert without_hooks(config(hook("b", "in/")), "a", None) is None
    assert without_hooks(config(hook("a", "in/")), "a", ["other/"]) is None


@pytest.fixture
def oscar(emulator):
    """Make services whose webhooks are registered, and say what fires."""
    cluster = Cluster(
        ClusterId("edge-1"),
        emulator.url,
        "edge-1",
        BasicLogin(emulator.user, Secret(emulator.password)),
    )
    session = Session(cluster, connections=1, environ={})
    api = OscarApi(session)
    for name in ("a", "b"):
        body = {"name": name, "image": "i", "script": "s", "cpu": "1", "memory": "1Gi"}
        assert api.post_service(body).status == 201
    yield api
    session.close()


def test_a_hook_set_on_the_store_starts_the_service(oscar, store, bucket, tmp_path):
    assert store.set_hook(bucket, "a", "in/")
    assert store.hooks(bucket) == (HookRule("a", "in/", arn_of("a")),)
    (tmp_path / "f").write_text("x")
    store.put_object(bucket, "in/f", tmp_path / "f", 1)
    store.put_object(bucket, "out/f", tmp_path / "f", 1)
    assert len(tuple(oscar.jobs("a"))) == 1


def test_nothing_is_written_when_nothing_changes(oscar, emulator, store, bucket):
    assert store.set_hook(bucket, "a", "in/")
    emulator.forget_requests()
    assert not store.set_hook(bucket, "a", "in/")
    assert not store.remove_hooks(bucket, "b")
    assert {method for method, _, _ in emulator.s3_requests} == {"GET"}


def test_hooks_of_other_services_are_kept(oscar, store, bucket):
    for service, prefix in (("a", "in/"), ("a", "old/"), ("b", "in/")):
        store.set_hook(bucket, service, prefix)
    assert store.remove_hooks(bucket, "a", {"old/"})
    assert {(rule.service, rule.prefix) for rule in store.hooks(bucket)} == {
        ("a", "in/"),
        ("b", "in/"),
    }
    assert store.remove_hooks(bucket, "a")
    assert [rule.service for rule in store.hooks(bucket)] == ["b"]


def test_changes_at_once_lose_no_rule(oscar, store, bucket):
    prefixes = [f"in{number}/" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda prefix: store.set_hook(bucket, "a", prefix), prefixes))
    assert {rule.prefix for rule in store.hooks(bucket)} == set(prefixes)


def test_a_service_without_a_webhook_is_named(store, bucket):
    with pytest.raises(StoreError, match="registered no webhook"):
        store.set_hook(bucket, "nobody", "in/")


def test_hooks_of_a_missing_bucket_are_an_error(store):
    for action in (store.hooks, lambda name: store.remove_hooks(name, "a")):
        with pytest.raises(StoreError, match="bucket absent-bucket does not exist"):
            action("absent-bucket")
