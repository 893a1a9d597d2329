"""Guards against what a cluster can show and an emulated one does not."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import DeclaredBucket, RemovedEntry, Which
from oscar_sync.model.state import ExtraFile, Probe, SeedDifference, Upload
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.flow import in_writing_order
from tests.support.forms import form
from tests.unit.planning.built import (
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    seed,
    seeded,
    stamp,
    view,
    wanted,
)

ENTRY = Origin("oscar-sync.yaml", layer="settings")
UPLOAD = Upload("/files/in/a", "data/in/a", 1, "sha256:0")
ALPHA = ServiceName("alpha")


def kinds(plan):
    return [(action.kind, str(action.key.name)) for action in plan.actions]


# whose a service is


def test_a_service_whose_owner_was_lost_in_a_users_namespace_is_for_the_operator():
    lost = live(owner="", namespace="oscar-svc-user")
    plan = planned(view(lost), wanted(memory="1Gi"))
    assert codes(plan) == ["owner-lost"]
    assert "in the namespace oscar-svc-user of a user" in plan.blocked[0].message
    assert not plan.blocked[0].consent
    here = view(live(owner=""))
    assert codes(planned(here, wanted(memory="1Gi"))) == []


@pytest.mark.parametrize(
    ("probe", "code"),
    [
        (Probe.FREE, []),
        (Probe.EXISTS, ["name-taken"]),
        (Probe.HIDDEN, ["name-hidden"]),
        (Probe.UNKNOWN, ["name-unknown"]),
    ],
)
def test_a_name_is_used_only_if_it_is_known_to_be_free(probe, code):
    plan = planned(view(probes={ALPHA: probe}), wanted())
    assert codes(plan) == code
    assert kinds(plan) == ([] if code else [(ActionKind.CREATE, "alpha")])


# what may go


def test_what_another_tool_half_removed_is_told_of_and_left():
    half = live(annotations={"oscar-sync.io/detached": "remove red"})
    plan = planned(view(half), prune=True)
    assert kinds(plan) == []
    (left,) = plan.left_alone
    assert "half removed: already detached from red" in left.message


def test_a_removal_by_name_of_what_no_manifest_names_says_nothing_of_manifests():
    by_name = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
    (action,) = planned(view(live()), options=by_name).actions
    assert action.kind is ActionKind.REMOVE
    assert action.notes == ()
    (action,) = planned(view(live()), wanted(), options=by_name).actions
    assert "alpha.yaml:1 still names it" in action.notes[0]


# order


def _forms(said):
    return {ServiceName(name): form(name, **fields) for name, fields in said.items()}


def test_services_that_feed_each_other_keep_the_order_of_their_names():
    circle = {
        "one": {"input": minio("a/x"), "output": minio("a/y")},
        "two": {"input": minio("a/y"), "output": minio("a/x")},
    }
    assert in_writing_order(_forms(circle)) == (
        "one", "two",
    )  # fmt: skip


def test_a_producer_waits_for_the_last_of_its_consumers():
    forms = {
        "early": {"output": minio("a/x/1", "a/y/1")},
        "late": {"input": minio("a/x")},
        "later": {"input": minio("a/y")},
    }
    order = in_writing_order(_forms(forms))
    assert order == ("late", "later", "early")


# seeds


def test_a_seed_whose_service_is_blocked_is_blocked_too():
    plan = planned(
        view(buckets=[bucket("data")], probes={ALPHA: Probe.HIDDEN},
             seeds={seed(): SeedDifference((UPLOAD,))}),
        wanted(),
        services=seeded(seed()),
    )  # fmt: skip
    assert [(item.action.kind, item.code) for item in plan.blocked] == [
        (ActionKind.CREATE, "name-hidden"),
        (ActionKind.SEED, "name-hidden"),
    ]
    assert plan.blocked[1].message == "what it waits for is blocked"


@pytest.mark.parametrize(
    ("place", "remedy"),
    [
        (seed(), "correct the files, or name them in .oscar-syncignore in the seed's folder"),
        (
            seed("/in", "webdav.cloud"),
            (
                "correct the files, or name them in .oscar-syncignore in the seed's folder, "
                "or correct webdav.cloud in the service's storage_providers"
            ),
        ),
    ],
)
def test_files_that_cannot_be_read_hold_their_seed_back(place, remedy):
    account = {"webdav": {"cloud": {"hostname": "h", "login": "u", "password": "p"}}}
    plan = planned(
        view(live(storage_providers=account), buckets=[bucket("data")],
             seeds={place: SeedDifference((UPLOAD,), problems=("in/a: no such file",))}),
        wanted(storage_providers=account),
        services=seeded(place),
    )  # fmt: skip
    (item,) = plan.blocked
    assert (item.code, item.message) == ("unreadable-seed", "in/a: no such file")
    assert item.ways_out == (remedy,)


def test_a_seed_elsewhere_needs_a_log_in_of_the_manifest():
    plan = planned(view(live()), wanted(), services=seeded(seed("/in", "webdav.cloud")))
    assert codes(plan) == ["no-such-provider"]
    assert plan.blocked[0].ways_out == ("add storage_providers.webdav.cloud to its FDL",)


def test_a_seed_elsewhere_starts_no_job():
    account = {"s3": {"aws": {"access_key": "a", "secret_key": "b", "region": "r"}}}
    far = seed("data/in", "s3.aws", is_trigger=True)
    near = seed("data/in", is_trigger=True)
    fields = {"storage_providers": account, "input": minio("data/in")}
    plan = planned(
        view(live(**fields), buckets=[bucket("data")],
             seeds={one: SeedDifference((UPLOAD,)) for one in (far, near)}),
        wanted(**fields),
        services=seeded(far, near),
    )  # fmt: skip
    notes = [action.notes for action in plan.actions if action.kind is ActionKind.SEED]
    assert notes == [("trigger: yes",), ("starts 1 job", "trigger: yes")]


# buckets


def test_an_output_elsewhere_is_contacted_while_the_service_is_created():
    account = {"s3": {"aws": {"access_key": "a", "secret_key": "b", "region": "r"}}}
    output = [{"storage_provider": "s3.aws", "path": "data/out"}]
    (action,) = planned(view(), wanted(storage_providers=account, output=output)).actions
    assert action.notes == ("the server contacts the output's store while it creates the service",)
    (action,) = planned(view(), wanted(output=minio("data/out"))).actions
    assert action.notes == ()


def test_an_erasure_of_a_bucket_by_its_name_is_held_back_where_it_is_anothers():
    erase = (Consent(Word.ERASE, bucket="red"),)
    mine = planned(view(buckets=[bucket("red")], count=1), allow=erase)
    assert [action.erases[0].bucket for action in mine.actions] == ["red"]
    theirs = planned(view(buckets=[bucket("red", owner="somebody")], count=1), allow=erase)
    assert kinds(theirs) == []
    assert codes(theirs) == ["not-my-bucket"]


def test_a_bucket_that_was_taken_out_of_a_service_that_stays_names_that_service():
    erase = (Consent(Word.ERASE, bucket="red"),)
    stays = live(annotations={**stamp(), "oscar-sync.io/detached": "update red"})
    plan = planned(view(stays, buckets=[bucket("red", from_service="gone")]), wanted(), allow=erase)
    assert codes(plan) == ["not-left-by-a-removal"]
    assert "was removed from the definition of alpha, which stays" in plan.blocked[0].message


def test_a_seed_whose_store_may_not_have_credentials_is_held_back():
    one = seed()
    plan = planned(
        view(live(input=minio("data/x")), buckets=[bucket("data")],
             seeds={one: SeedDifference(not_allowed="no")}),
        wanted(input=minio("data/x")),
        services=seeded(one),
    )  # fmt: skip
    assert codes(plan) == ["endpoint-not-allowed"]


def test_a_service_waits_for_the_one_that_makes_the_volume_it_attaches():
    maker = wanted("maker", volume={"name": "v", "size": "1Gi", "mount_path": "/d"})
    other = wanted("other", volume={"name": "w", "size": "1Gi", "mount_path": "/d"})
    user = wanted("user", volume={"name": "v", "mount_path": "/d"})
    free = {ServiceName(name): Probe.FREE for name in ("maker", "other", "user")}
    plan = planned(view(probes=free), maker, other, user)
    [waits] = [action.depends_on for action in plan.actions if action.key.name == "user"]
    assert waits == tuple(action.id for action in plan.actions if action.key.name == "maker")


def test_a_store_that_is_not_there_is_not_asked_whether_it_answers():
    cases = [("", False, True), ("", True, False), ("gone", False, False)]
    for problem, is_reached, is_asked in cases:
        facts = Facts(view(store_problem=problem, is_store_reached=is_reached))
        assert facts.reaches_store() is not bool(problem)
        assert facts.missing.store is is_asked


def test_an_image_that_is_not_allowed_is_named():
    plan = planned(view(allowed_images=("docker.io/us/",)), wanted())
    assert "image ghcr.io/x/a:1 is not allowed" in plan.blocked[0].message


def test_an_erasure_of_what_is_empty_goes_on_where_the_service_is_gone():
    entry = RemovedEntry(Which("alpha"), ENTRY, erase=("empty",))
    made = [bucket("red", from_service="alpha"), bucket("blue", from_service="beta")]
    plan = planned(view(buckets=made), removed=(entry,))
    assert [item.bucket for action in plan.actions for item in action.erases] == ["red"]
    full = planned(view(buckets=made, count=1), removed=(entry,))
    assert kinds(full) == []


def test_the_list_of_buckets_is_asked_for_where_an_erasure_of_what_is_empty_needs_it():
    entry = RemovedEntry(Which("alpha"), ENTRY, erase=("empty",))
    unread = view()
    unread = type(unread)(unread.cluster, volumes=unread.volumes)
    found = draft(unread, removed=(entry,))
    assert found.missing["edge"].buckets
    assert kinds(found.plan) == []


def test_a_bucket_of_a_protected_service_is_not_erased():
    held = seeded(protect=True)
    plan = planned(
        view(live(annotations=stamp(), input=minio("red/in")), buckets=[bucket("red")]),
        services=held,
        removed=(RemovedEntry(Which("alpha"), ENTRY, erase=("red",)),),
    )
    assert set(codes(plan)) == {"protected"}
    assert kinds(plan) == []
    gone = planned(
        view(buckets=[bucket("red", from_service="alpha")]),
        services=held,
        removed=(RemovedEntry(Which("alpha"), ENTRY, erase=("red",)),),
    )
    assert codes(gone) == ["protected"]
    assert kinds(gone) == []


@pytest.mark.parametrize(
    ("facts", "whose"),
    [
        ({"owner": "cluster_admin"}, None),
        ({"owner": ""}, None),
        ({"owner": "somebody"}, "belongs to somebody"),
    ],
)
def test_a_bucket_of_another_owner_is_taken_up_by_consent_alone(facts, whose):
    plan = planned(view(buckets=[bucket("red", **facts)], count=1), wanted(input=minio("red/in")))
    assert codes(plan) == (["foreign-bucket"] if whose else [])
    assert not whose or whose in plan.blocked[0].message


def test_a_user_owns_no_bucket_whose_owner_is_unknown():
    user = view(buckets=[bucket("red")], count=1, is_admin=False, me=frozenset({"me"}))
    plan = planned(user, wanted(input=minio("red/in")))
    assert "bucket red has no owner tag" in plan.blocked[0].message


def test_an_empty_bucket_that_nobody_uses_may_be_opened():
    service = wanted(input=minio("red/in"), visibility="public")
    assert codes(planned(view(buckets=[bucket("red")]), service)) == []
    assert codes(planned(view(buckets=[bucket("red")], count=1), service)) == ["foreign-bucket"]
    others = view(live("beta", output=minio("red/out")), buckets=[bucket("red")])
    assert codes(planned(others, service)) == ["foreign-bucket"]


def test_a_secret_that_cannot_be_compared_is_told_of_when_something_else_changes():
    stored = {"secrets": {"TOKEN": ""}}
    service = wanted(memory="1Gi")
    service = replace(service, secrets={"TOKEN": Secret("t")})
    (action,) = planned(view(live(environment=stored, annotations=stamp())), service).actions
    assert "sends TOKEN: the value on the cluster could not be compared" in action.notes


def test_instances_that_are_kept_warm_go_on_with_what_they_started_with():
    warm = {"synchronous": {"min_scale": 1}}
    (action,) = planned(view(live(**warm)), wanted(memory="1Gi", **warm)).actions
    assert action.notes == ("running instances keep the old values until they are replaced",)
    (action,) = planned(view(live()), wanted(memory="1Gi")).actions
    assert action.notes == ()


def test_a_service_takes_its_buckets_along_when_it_is_opened():
    fields = {"output": minio("red/out")}
    there = view(live(**fields), buckets=[bucket("red")])
    (action,) = planned(there, wanted(visibility="public", **fields)).actions
    assert "its buckets become public too" in action.notes
    full = view(live(**fields), buckets=[bucket("red")], count=1)
    assert codes(planned(full, wanted(visibility="public", **fields))) == ["foreign-bucket"]


EXTRA = SeedDifference(extra=(ExtraFile("data/in/old", 1, "md5:0"),))
MINE = bucket("data", from_service="alpha")


@pytest.mark.parametrize(
    ("others", "found", "whose"),
    [
        ([], MINE, ""),
        ([], bucket("data"), ""),
        ([live("beta", mount=minio("data/x")[0])], MINE, "which beta uses too"),
        ([live("beta", input=minio("data/x"))], MINE, "which beta uses too"),
        ([], bucket("data", from_service="gone"), "which was made for service gone"),
        ([], bucket("data", owner="zoe"), "which belongs to zoe"),
    ],
)
@pytest.mark.parametrize("is_allowed", [False, True])
def test_delete_extra_deletes_nothing_from_a_bucket_that_somebody_else_uses(
    others, found, whose, is_allowed
):
    """Whoever is in the files is not a stranger: they say which bucket is whose."""
    one = seed(delete_extra=True)
    allow = (Consent(Word.ATTACH, "alpha", "data"),) if is_allowed else ()
    cluster = view(live("alpha"), *others, buckets=[found], seeds={one: EXTRA})
    plan = planned(cluster, wanted(), services=seeded(one), allow=allow)
    assert codes(plan) == (["extra-of-others"] if whose and not is_allowed else [])
    message = f"delete_extra would delete 1 object from bucket data, {whose}"
    for item in plan.blocked:
        assert (item.message, item.consent) == (message, "attach:alpha=data")


def test_delete_extra_goes_on_where_the_files_name_all_who_use_the_bucket():
    one = seed(delete_extra=True)
    beta = {"mount": minio("data/x")[0]}
    plan = planned(
        view(live("alpha"), live("beta", **beta), buckets=[MINE], seeds={one: EXTRA}),
        wanted(), wanted("beta", **beta), services=seeded(one),
    )  # fmt: skip
    assert codes(plan) == []


def test_delete_extra_of_a_declared_bucket_has_no_permission_that_names_a_service():
    one = seed(delete_extra=True)
    mine = bucket("data", set_name="laws")
    cluster = view(live("beta", mount=minio("data/x")[0]), buckets=[mine], seeds={one: EXTRA})
    plan = planned(cluster, buckets=(DeclaredBucket(Which("data"), one.origin, seeds=(one,)),))
    (item,) = [item for item in plan.blocked if item.code == "extra-of-others"]
    assert item.consent == ""
    assert item.ways_out == ("remove `delete_extra` from the seed",)
