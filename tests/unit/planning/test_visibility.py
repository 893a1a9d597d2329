"""Whoever gains access to a bucket is told of, and to one with data only by consent (trust 2.6)."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import BucketCount, Probe
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.cluster import cluster_findings
from oscar_sync.planning.doctor.codes import FindingCode
from oscar_sync.planning.facts import Facts
from oscar_sync.render.words import kept
from tests.unit.planning import built
from tests.unit.planning.built import bucket, codes, minio, planned, stamp, wanted

RED = {
    "input": {"input": minio("red/in")},
    "output": {"output": minio("red/out")},
    "mount": {"mount": minio("red/models")[0]},
}
EVERYBODY = "would let everybody read, write and delete it"
ZOE = {"visibility": "restricted", "allowed_users": ["zoe"]}
PROBES = dict.fromkeys(("alpha", "beta", "gamma"), Probe.FREE)


def live(name="alpha", **fields):
    """Return a service of alice: an administrator's gives access by other rules (test_access)."""
    return built.live(name, **{"owner": "alice", "namespace": "oscar-svc-alice", **fields})


def view(*services, **facts):
    """Return the cluster as alice sees it."""
    return built.view(*services, **{"me": frozenset({"alice"}), "is_admin": False, **facts})


def attach(name="alpha", place="red"):
    return Consent(Word.ATTACH, name, place)


def notes(plan):
    return [note for action in plan.actions for note in action.notes]


def opens(plan, words=EVERYBODY):
    return [note for note in notes(plan) if words in note]


def filled(*services, visibility="private", count=1, **facts):
    red = bucket("red", **{"owner": "alice", "visibility": visibility, **facts})
    return view(*services, buckets=[red], count=count, probes=PROBES)


@pytest.mark.parametrize("use", RED)
@pytest.mark.parametrize(
    ("fields", "words"),
    [({"visibility": "public"}, EVERYBODY), (ZOE, "would let the user zoe read")],
)
@pytest.mark.parametrize("what", ["create", "attach", "open"])
def test_a_bucket_with_data_is_opened_by_consent_alone_however_it_is_used(use, fields, words, what):
    shown = {"create": [], "attach": [live()], "open": [live(**RED[use])]}[what]
    service = wanted(**RED[use], **fields)
    plan = planned(filled(*shown), service)
    assert codes(plan) == ["foreign-bucket"]
    assert words in plan.blocked[0].message
    assert plan.blocked[0].consent == "attach:alpha=red"
    plan = planned(filled(*shown), service, allow=(attach(),))
    assert codes(plan) == []
    [note] = opens(plan, words)
    assert note.endswith("that stays when the service is removed")


@pytest.mark.parametrize("use", RED)
def test_an_empty_bucket_of_nobody_else_is_opened_with_a_note(use):
    plan = planned(filled(count=0), wanted(**RED[use], visibility="public"))
    assert codes(plan) == []
    assert len(opens(plan)) == 1


@pytest.mark.parametrize("use", ["input", "output"])  # no open bucket is mounted
def test_nobody_gains_where_everybody_has_access_already(use):
    public = live("beta", output=minio("red/x"), visibility="public")
    for cluster in (filled(visibility="public"), filled(public)):
        plan = planned(cluster, wanted(**RED[use], visibility="public"))
        assert codes(plan) == []
        assert not opens(plan)


@pytest.mark.parametrize("use", ["input", "output"])  # no open bucket is mounted
def test_a_private_service_on_an_open_bucket_is_told_of(use):
    """OSCAR goes on saying private of a bucket that a public service has attached."""
    public = live("beta", output=minio("red/x"), visibility="public")
    for cluster in (filled(visibility="public"), filled(public)):
        plan = planned(cluster, wanted(**RED[use]))
        assert codes(plan) == []
        assert notes(plan)[-1] == (
            "bucket red is open to everybody, whatever the service's visibility private says"
        )


@pytest.mark.parametrize("use", RED)
def test_a_private_service_on_a_private_bucket_needs_no_word(use):
    plan = planned(filled(), wanted(**RED[use]))
    assert codes(plan) == []
    assert not [note for note in notes(plan) if "open to everybody" in note or EVERYBODY in note]


def test_whose_an_attached_bucket_is_stands_beside_the_consent():
    theirs = filled(owner="zoe")
    assert codes(planned(theirs, wanted(**RED["output"]))) == ["foreign-bucket"]
    plan = planned(theirs, wanted(**RED["output"]), allow=(attach(),))
    assert "bucket red belongs to zoe" in notes(plan)


def test_a_user_who_is_added_gains_access_and_one_who_has_it_does_not():
    more = {"visibility": "restricted", "allowed_users": ["zoe", "bob", "alice"]}
    cluster = filled(live(**RED["input"], **ZOE), visibility="restricted", allowed_users=("zoe",))
    plan = planned(cluster, wanted(**RED["input"], **more))
    assert codes(plan) == ["foreign-bucket"]
    assert "would let the user bob read" in plan.blocked[0].message
    fewer = planned(cluster, wanted(**RED["input"], visibility="private"))
    assert codes(fewer) == []
    assert not opens(fewer, "would let")


@pytest.mark.parametrize("order", [("alpha", "beta"), ("beta", "alpha")])
@pytest.mark.parametrize("use", ["input", "output", "mount"])
def test_a_private_and_a_public_service_do_not_share_a_new_bucket_unasked(order, use):
    private, public = order
    services = [
        wanted(private, output=minio("red/a")),
        wanted(public, **RED[use], visibility="public"),
    ]
    empty = view(probes=PROBES)
    plan = planned(empty, *services)
    assert [(item.action.key.name, item.code) for item in plan.blocked] == [
        (public, "foreign-bucket")
    ]
    assert "red is made by this plan for edge/" in plan.blocked[0].message
    assert EVERYBODY in plan.blocked[0].message
    plan = planned(empty, *services, allow=(attach(public),))
    assert codes(plan) == []
    assert len(opens(plan)) == 1
    both = [replace(one, form=replace(one.form, visibility="public")) for one in services]
    is_refused = use == "mount" and private == "alpha"  # who mounts comes after who publishes
    assert codes(planned(empty, *both)) == ["mount-not-private"] * is_refused


def test_each_public_service_beside_a_private_one_is_not_covered_by_the_other():
    services = [
        wanted("alpha", output=minio("red/a")),
        wanted("beta", output=minio("red/b"), visibility="public"),
        wanted("gamma", output=minio("red/c"), visibility="public"),
    ]
    assert codes(planned(view(probes=PROBES), *services)) == ["foreign-bucket"] * 2
    plan = planned(view(probes=PROBES), *services, allow=(attach("beta"),))
    assert codes(plan) == []  # it is open by then


def test_a_new_bucket_of_ones_own_needs_nothing():
    plan = planned(view(), wanted(**RED["input"], visibility="public"))
    assert codes(plan) == []
    assert not notes(plan)


def test_what_an_update_does_not_open_is_not_asked_about():
    """Nothing of buckets differs: the plan asks for no list of them."""
    unread = replace(view(live(**RED["input"], visibility="public")), buckets=None)
    plan = planned(unread, wanted(**RED["input"], visibility="public", memory="1Gi"))
    assert codes(plan) == []
    assert not opens(plan)


def test_the_removal_of_a_public_service_says_that_its_bucket_stays_open():
    service = live(annotations=stamp(), visibility="public", **RED["output"])
    plan = planned(filled(service), options=PlanOptions(Scope.REMOVE, ("alpha",)))
    [action] = plan.actions
    [item] = action.keeps
    assert item.is_public
    assert kept(item).endswith("it stays public: everybody can read, write and delete it")


def test_an_update_that_takes_a_bucket_out_of_a_public_service_says_that_it_stays_open():
    service = live(annotations=stamp(), visibility="public", **RED["output"])
    [action] = planned(filled(service), wanted(visibility="private")).actions
    assert action.kind is ActionKind.UPDATE
    assert [item.is_public for item in action.keeps] == [True]


def test_an_update_to_private_closes_the_buckets_that_the_service_names():
    service = live(annotations=stamp(), visibility="public", **RED["output"])
    plan = planned(filled(service), wanted(visibility="private", **RED["output"]))
    assert "bucket red is no longer open to everybody" in notes(plan)
    assert not any("is open to everybody" in note for note in notes(plan))


def test_a_count_that_nobody_can_read_counts_as_data():
    cluster = replace(filled(count=0), store_problem="not reachable")
    plan = planned(cluster, wanted(**RED["output"], visibility="public"))
    assert "foreign-bucket" in codes(plan)


def opened(*services, visibility):
    cluster = replace(
        filled(*services, visibility=visibility),
        counts={BucketName("red"): BucketCount(0, 0)},
    )
    found = cluster_findings(Context(Facts(cluster), Settings("/files"), {}, None)).findings
    return [item for item in found if item.code is FindingCode.BUCKET_OPEN]


def test_doctor_lists_what_stays_open_to_everybody():
    [left] = opened(visibility="public")
    assert "no service uses it" in left.message
    assert "PUT" in left.remedies[0].do
    private, public = live(**RED["input"]), live("beta", **RED["output"], visibility="public")
    [mixed] = opened(private, public, visibility="private")
    assert "alpha on it is not public" in mixed.message
    assert "visibility of the public service" in mixed.remedies[0].what
    assert not opened(public, visibility="public")
    assert not opened(private, visibility="private")
