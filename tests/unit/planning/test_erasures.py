"""What is erased, counted and held back, over built views: each rule of erasing by itself."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing, Selector
from oscar_sync.model.settings import RemovedEntry, ServiceSettings, Which
from oscar_sync.model.state import OwnStore, Probe, SeedDifference, Upload
from tests.unit.planning.built import (
    EDGE,
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


def removed(*erase, name="alpha"):
    return RemovedEntry(Which(name), ENTRY, erase=erase)


def erase(text):
    service, _, name = text.rpartition("/")
    return (Consent(Word.ERASE, service, name),)


def erased(plan):
    """Return each erasure of the plan: the action and the bucket."""
    return [(action.id, item.bucket) for action in plan.actions for item in action.erases]


def kept(plan):
    return {(action.id, item.bucket) for action in plan.actions for item in action.keeps}


def gone(*buckets, count=0, **more):
    """Return a cluster without services and with *buckets*."""
    return view(buckets=buckets, count=count, **more)


# who uses a bucket


def test_a_bucket_that_a_seed_fills_is_in_use():
    """The files would be uploaded into a bucket that is erased, or make it anew."""
    cluster = view(live("alpha"), buckets=[bucket("red"), bucket("blue")])
    for name, expected in (("red", ["bucket-in-use"]), ("blue", [])):
        plan = planned(
            cluster, wanted(), services=seeded(seed("red/in")), removed=(removed(name, name="x"),)
        )
        held = [item for item in plan.blocked if item.action.kind is ActionKind.ERASE]
        assert [item.code for item in held] == expected
        assert not held or "a seed of alpha (oscar-sync.yaml:1)" in held[0].message


def test_a_seed_elsewhere_is_no_use_of_the_bucket_of_that_name():
    account = {"s3": {"aws": {"access_key": "a", "secret_key": "b", "region": "r"}}}
    plan = planned(
        view(live(storage_providers=account), buckets=[bucket("red")]),
        wanted(storage_providers=account),
        services=seeded(seed("red/in", "s3.aws")),
        removed=(removed("red", name="x"),),
    )
    assert erased(plan) == [("erase:edge/x/red", "red")]


def test_a_seed_of_what_no_manifest_names_is_no_use():
    plan = planned(
        gone(bucket("red")), services=seeded(seed("red/in")), removed=(removed("red", name="x"),)
    )
    assert erased(plan) == [("erase:edge/x/red", "red")]


def test_a_bucket_of_a_service_that_the_plan_creates_was_left_by_no_removal():
    found = gone(bucket("red", from_service="alpha"))
    assert codes(planned(found, wanted(), allow=erase("red"))) == ["not-left-by-a-removal"]
    assert erased(planned(found, allow=erase("red"))) == [("erase:edge/alpha/red", "red")]


# who uses it beside what is planned here

STORES = {"edge": "https://minio.edge.example", "lab": "https://minio.lab.example"}
INSIDE_EACH = "http://minio.minio.svc:9000"
LAB = Cluster(ClusterId("lab"), "http://127.0.0.1:2", "lab.example.org", None)
OUTPUT = {"storage_provider": "minio.far", "path": "red/out"}


def to(endpoint):
    account = {"endpoint": endpoint, "access_key": "a"}
    return {"storage_providers": {"minio": {"far": account}}, "output": [OUTPUT]}


TO_EDGE, AT_HOME = to(STORES["edge"]), to(INSIDE_EACH)


def at_lab(service):
    return replace(service, key=ServiceKey(LAB.id, service.key.name))


def lab(*services):
    """Return the other cluster; both call their store by the same name inside."""
    facts = view(*map(at_lab, services), own_store=OwnStore((INSIDE_EACH, STORES["lab"])))
    return replace(facts, cluster=LAB)


def erasing_red(*, by_hand=False, **more):
    """Return why bucket red of the service alpha on edge is not erased, blank where it is."""
    service = live(annotations=stamp(), input=minio("red/in"))
    store = OwnStore((INSIDE_EACH, STORES["edge"]))
    here = view(service, buckets=[bucket("red")], own_store=store)
    if by_hand:
        options = PlanOptions(Scope.REMOVE, names=("alpha",))
        plan = planned(here, allow=erase("red"), options=options, **more)
    else:
        plan = planned(here, removed=(removed("red"),), **more)
    return "".join(f"{item.code}: {item.message}" for item in plan.blocked)


def test_a_bucket_that_a_manifest_uses_is_not_erased_by_a_run_that_leaves_it_out():
    """``remove alpha --only alpha --allow erase:red`` looks at all that the files say."""
    one = {"by_hand": True, "narrowing": Narrowing((Selector("alpha", "alpha"),))}
    user = wanted("beta", input=minio("red/more"))
    assert "red is used by edge/beta (beta.yaml" in erasing_red(others=(user,), **one)
    assert erasing_red(others=(wanted("beta", input=minio("blue")),), **one) == ""
    assert erasing_red(others=(wanted("alpha", input=minio("red/in")),), **one) == ""


def test_a_bucket_that_a_seed_of_what_the_run_leaves_out_fills_is_not_erased():
    narrow = {
        "narrowing": Narrowing((Selector("alpha", "alpha"),)),
        "services": seeded(seed("red/in")),
    }
    assert "a seed of alpha" in erasing_red(by_hand=True, others=(wanted(),), **narrow)
    assert erasing_red(by_hand=True, **narrow) == ""


def test_files_that_no_path_contains_may_use_the_bucket():
    found = erasing_red(by_hand=True, narrowing=Narrowing(left_out=("b.yaml",)))
    assert found.startswith("manifests-unread")


def test_a_bucket_that_a_service_of_another_cluster_writes_to_is_in_use():
    for user in (live("beta", **TO_EDGE), live("alpha", **TO_EDGE)):
        assert f"red is used by lab/{user.key.name}" in erasing_red(peers=(lab(user),))
    mount = {**TO_EDGE, "output": [], "mount": OUTPUT}
    assert "lab/beta" in erasing_red(peers=(lab(live("beta", **mount)),))
    assert "lab/beta (beta.yaml" in erasing_red(others=(at_lab(wanted("beta", **TO_EDGE)),))
    lines = {"peers": (lab(),), "by_hand": True}
    assert "lab/beta" in erasing_red(others=(at_lab(wanted("beta", **TO_EDGE)),), **lines)


def test_a_bucket_of_that_name_on_the_other_clusters_own_store_is_another_one():
    for fields in ({"input": minio("red/in")}, AT_HOME):
        assert erasing_red(peers=(lab(live("beta", **fields)),)) == ""
    assert erasing_red(others=(at_lab(wanted("beta", input=minio("red"))),)) == ""


def test_a_seed_of_another_cluster_that_fills_the_bucket_is_a_use():
    filled = {"services": seeded(seed("red/in", "minio.far"))}
    user = {**TO_EDGE, "output": []}
    assert "a seed of alpha" in erasing_red(others=(at_lab(wanted(**user)),), **filled)
    home = {**AT_HOME, "output": []}
    assert erasing_red(peers=(lab(),), others=(at_lab(wanted(**home)),), **filled) == ""


# what nobody can see


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"store_problem": "connection refused"}, "connection refused"),
        ({"denied": frozenset({"red"})}, "its keys do not reach that bucket"),
    ],
)
def test_what_cannot_be_counted_is_not_erased_and_the_reason_is_told(facts, problem):
    plan = planned(gone(bucket("red"), **facts), removed=(removed("red"),))
    assert erased(plan) == []
    assert codes(plan) == ["not-counted"]
    assert (
        f"the content of bucket red cannot be seen from here ({problem})" in plan.blocked[0].message
    )


# each bucket once


def test_a_bucket_that_is_named_and_empty_as_well_is_erased_once():
    service = live(annotations=stamp(), input=minio("red/in"))
    plan = planned(view(service, buckets=[bucket("red")]), removed=(removed("red", "empty"),))
    assert erased(plan) == [("remove:edge/alpha", "red")]


def test_a_bucket_that_two_entries_name_is_erased_once():
    service = live(annotations=stamp(), input=minio("red/in"))
    entries = (removed("red"), removed("red", name="gone"))
    plan = planned(view(service, buckets=[bucket("red")]), removed=entries)
    assert erased(plan) == [("remove:edge/alpha", "red")]


def test_a_bucket_that_two_spent_entries_name_is_erased_once():
    entries = (removed("red"), removed("red", "empty", name="beta"))
    plan = planned(gone(bucket("red")), removed=entries)
    assert erased(plan) == [("erase:edge/alpha/red", "red")]
    plan = planned(gone(bucket("red", from_service="beta")), removed=entries)
    assert erased(plan) == [("erase:edge/beta/red", "red")]


def test_a_bucket_that_a_removal_erases_is_not_erased_as_an_empty_one_of_a_spent_entry():
    service = live(annotations=stamp(), input=minio("red/in"))
    entries = (removed("red"), removed("empty", name="beta"))
    cluster = view(service, buckets=[bucket("red", from_service="beta")], count=0)
    assert erased(planned(cluster, removed=entries)) == [("remove:edge/alpha", "red")]


def test_a_bucket_that_is_gone_is_no_step_of_an_entry_that_is_spent():
    plan = planned(gone(), removed=(removed("red"),))
    assert erased(plan) == []
    assert codes(plan) == []


# kept or erased, never both


def test_no_action_keeps_what_another_one_erases():
    both = [
        live("alpha", annotations=stamp(), input=minio("red/in")),
        live("beta", annotations=stamp("beta"), output=minio("red/out", "blue/out")),
    ]
    buckets = [bucket("red"), bucket("blue")]
    entries = (removed("red"), removed(name="beta"))
    plan = planned(view(*both, buckets=buckets), removed=entries)
    assert erased(plan) == [("erase:edge/alpha/red", "red")]
    assert kept(plan) == {("remove:edge/beta", "blue")}


def test_a_bucket_whose_erasure_is_held_back_is_still_shown_as_kept():
    service = live(annotations=stamp(), input=minio("red/in"))
    theirs = bucket("red", owner="somebody")
    plan = planned(view(service, buckets=[theirs]), removed=(removed("red"),))
    assert codes(plan) == ["not-my-bucket"]
    assert kept(plan) == {("remove:edge/alpha", "red")}


# what outlived its service


def test_a_spent_entry_warns_of_what_another_service_made_and_asks_for_nothing():
    plan = planned(gone(bucket("red", from_service="beta")), removed=(removed("red"),))
    assert erased(plan) == []
    assert codes(plan) == []
    said = [note for note in plan.notes if "bucket red was made by beta" in note]
    assert [note.partition(" ")[0] for note in said] == ["warning:"]
    assert said[0].endswith("; it is left")


def test_an_entry_for_another_cluster_is_not_spent_here():
    elsewhere = RemovedEntry(Which("alpha", ClusterId("other")), ENTRY, erase=("red",))
    made = bucket("red", from_service="alpha")
    plan = planned(gone(made), removed=(elsewhere,))
    assert erased(plan) == []
    assert plan.notes == ()
    here = replace(elsewhere, which=Which("alpha", EDGE))
    assert erased(planned(gone(made), removed=(here,))) == [("erase:edge/alpha/red", "red")]


def test_an_entry_whose_service_is_there_is_not_spent():
    service = live(annotations=stamp(), output=minio("red/out"))
    plan = planned(view(service, buckets=[bucket("red")]), removed=(removed("red"),))
    assert not any("is gone" in note for note in plan.notes)


def test_a_spent_entry_is_held_back_for_any_other_reason():
    plan = planned(gone(bucket("red", owner="somebody")), removed=(removed("red"),))
    assert codes(plan) == ["not-my-bucket"]


@pytest.mark.parametrize(
    ("consent", "name"), [("alpha/volume", "volume"), ("empty", "empty"), ("red", "blue")]
)
def test_a_word_for_something_else_erases_no_bucket_of_that_name(consent, name):
    plan = planned(gone(bucket(name)), allow=erase(consent))
    assert erased(plan) == []
    assert codes(plan) == []


@pytest.mark.parametrize("name", ["volume", "empty"])
def test_a_bucket_that_is_called_like_a_word_is_erased_by_its_long_name(name):
    plan = planned(gone(bucket(name)), allow=erase(f"bucket:{name}"))
    assert [item for _, item in erased(plan)] == [name]


def test_a_consent_erases_no_bucket_that_a_protected_service_made():
    """Its service may be gone: the settings still say that its data stays."""
    made, anonymous = bucket("red", from_service="alpha"), bucket("blue")
    held = planned(gone(made), allow=erase("red"), services=seeded(protect=True))
    assert erased(held) == []
    assert codes(held) == ["protected"]
    free = planned(gone(anonymous), allow=erase("blue"), services=seeded(protect=True))
    assert erased(free) == [("erase:edge/blue/blue", "blue")]


def test_a_bucket_that_nobody_made_may_be_protected_by_its_own_name():
    settings = (ServiceSettings(Which("red"), ENTRY, protect=True),)
    plan = planned(gone(bucket("red")), allow=erase("red"), services=settings)
    assert codes(plan) == ["protected"]


def test_a_removal_by_hand_erases_what_is_named_beside_it():
    by_hand = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
    service = live(annotations=stamp(), input=minio("red/in"))
    cluster = view(service, buckets=[bucket("red"), bucket("blue")])
    plan = planned(cluster, options=by_hand, allow=(*erase("red"), *erase("blue")))
    assert erased(plan) == [("remove:edge/alpha", "red"), ("erase:edge/blue/blue", "blue")]


def test_an_erasure_waits_for_removals_of_the_plan_and_for_nothing_else():
    """A service that is named and not there has no removal to wait for."""
    by_hand = PlanOptions(scope=Scope.REMOVE, names=("alpha", "beta"))
    cluster = view(live("beta", output=minio("red/out")), buckets=[bucket("red"), bucket("blue")])
    absent = wanted(input=minio("red/in", "blue/in"))
    plan = planned(cluster, absent, options=by_hand, allow=(*erase("red"), *erase("blue")))
    waits = {item.id: item.depends_on for item in plan.actions}
    assert waits == {
        "remove:edge/beta": (),
        "erase:edge/beta/red": ("remove:edge/beta",),
        "erase:edge/blue/blue": (),
    }


# what is looked at again just before


def test_an_erasure_holds_the_bucket_as_the_plan_showed_it():
    red = bucket("red", owner="cluster_admin", from_service="alpha")
    found = draft(gone(red, count=3), removed=(removed("red"),))
    (action,) = found.plan.actions
    held = found.materials[action.id].erasures["red"]
    assert (held.facts, held.held.objects) == (red, 3)
    assert action.erases[0].objects == 3


def test_an_erasure_that_was_not_counted_yet_asks_for_the_count():
    found = draft(replace(gone(bucket("red")), counts={}), removed=(removed("red"),))
    assert found.missing["edge"].counts == {"red"}
    assert all(not material.erasures for material in found.materials.values())


# words


@pytest.mark.parametrize(
    ("because", "said"), [("", "erase: [red]"), ("#42", 'erase: [red], "#42"')]
)
def test_an_erasure_says_who_named_it_and_why(because, said):
    plan = planned(gone(bucket("red")), removed=(replace(removed("red"), because=because),))
    assert plan.actions[0].erases[0].consent == said


@pytest.mark.parametrize(
    ("owner", "said", "way_out"),
    [
        ("zoe", "belongs to zoe: no permission allows deleting it", "delete it as zoe"),
        ("", "has no owner tag: no permission", "ask the cluster's operator"),
    ],
)
def test_a_bucket_of_somebody_else_is_held_back_with_whose_it_is(owner, said, way_out):
    user = gone(bucket("red", owner=owner), is_admin=False, me=frozenset({"me"}))
    (item,) = planned(user, removed=(removed("red"),)).blocked
    assert (item.code, item.ways_out) == ("not-my-bucket", (way_out,))
    assert said in item.message


# volumes


VOLUME = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}


@pytest.mark.parametrize(
    ("named", "allow", "consent"),
    [
        (("volume",), "", "erase: [volume]"),
        ((), "alpha/volume", "erase:alpha/volume"),
        (("volume",), "alpha/volume", "erase: [volume]"),
        ((), "", None),
        ((), "beta/volume", None),
        (("alpha",), "alpha", None),
    ],
)
def test_a_volume_goes_by_its_own_word_alone(named, allow, consent):
    service = live(annotations=stamp(), volume=VOLUME)
    plan = planned(view(service), removed=(removed(*named),), allow=erase(allow) if allow else ())
    went = [item.consent for action in plan.actions for item in action.erases if item.is_volume]
    assert went == ([consent] if consent else [])
    assert ("erases-volume" in codes(plan)) is (consent is None)


@pytest.mark.parametrize("volume", [None, {**VOLUME, "lifecycle_policy": "retain"}])
def test_a_word_for_a_volume_that_stays_is_told_as_unused(volume):
    fields = {"volume": volume} if volume else {}
    service = live(annotations=stamp(), **fields)
    plan = planned(view(service), removed=(removed(),), allow=erase("alpha/volume"))
    assert erased(plan) == []
    assert "warning: no step needs the permission erase:alpha/volume" in plan.notes


# other names of the cluster's own store


INSIDE = "http://minio.minio:9000"
STORE = OwnStore((INSIDE,))


def alias(endpoint=INSIDE, kind="minio"):
    account = {"endpoint": endpoint, "access_key": "me", "secret_key": "mine"}
    return {"storage_providers": {kind: {"other": account}}}


USES = {
    "mount": {"mount": minio("red/models")[0]},
    "output": {"output": minio("red/out")},
    "input": {"input": minio("red/in")},
}


def aliased(use):
    block = USES[use]
    one = block[use] if use == "mount" else block[use][0]
    one = {**one, "storage_provider": "minio.other"}
    return {use: one if use == "mount" else [one]}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("endpoint", [INSIDE, "http://MINIO.minio.svc:9000/"])
@pytest.mark.parametrize("is_live", [True, False])
def test_a_bucket_that_is_used_under_another_name_of_the_store_is_in_use(use, endpoint, is_live):
    fields = {**alias(endpoint), **aliased(use)}
    user = live("beta", **fields) if is_live else live("gamma")
    wished = [wanted("beta", **fields)] if not is_live else []
    cluster = view(
        live(annotations=stamp(), output=minio("red/old")), user,
        buckets=[bucket("red")], own_store=STORE,
    )  # fmt: skip
    plan = planned(cluster, *wished, removed=(removed("red"),))
    assert not any(action.erases for action in plan.actions)
    assert "bucket-in-use" in codes(plan)


def test_a_mount_on_another_store_uses_no_bucket_of_this_one():
    cluster = view(
        live(annotations=stamp(), output=minio("red/old")),
        live("beta", **alias("http://elsewhere.example.org:9000"), **aliased("mount")),
        buckets=[bucket("red")], own_store=STORE,
    )  # fmt: skip
    assert erased(planned(cluster, removed=(removed("red"),))) == [("remove:edge/alpha", "red")]


@pytest.mark.parametrize("trigger", [True, False])
@pytest.mark.parametrize("listener", ["live", "wanted", "nobody"])
@pytest.mark.parametrize("endpoint", [INSIDE, "http://elsewhere.example.org:9000"])
def test_a_seed_under_another_name_of_the_store_needs_its_trigger(trigger, listener, endpoint):
    into = seed("red/in", provider="minio.other", is_trigger=trigger)
    cluster = view(
        *([live("beta", input=minio("red/in"))] if listener == "live" else []),
        buckets=[bucket("red")], own_store=STORE,
        probes=dict.fromkeys(("alpha", "gamma"), Probe.FREE),
        seeds={into: SeedDifference((Upload("/files/in/f", "red/in/f", 1, "sha256:00"),))},
    )  # fmt: skip
    others = [wanted("gamma", input=minio("red/in"))] if listener == "wanted" else []
    plan = planned(cluster, wanted(**alias(endpoint)), *others, services=seeded(into))
    starts = endpoint == INSIDE and listener != "nobody"
    assert ("seed-triggers" in codes(plan)) is (starts and not trigger)
    told = [item.message for item in plan.blocked if item.code == "seed-triggers"]
    assert all("uploads to red/in, where minio.other leads, start" in text for text in told)
    notes = [note for action in plan.actions for note in action.notes]
    assert ("starts 1 job" in notes) is (starts and trigger)


def test_a_bucket_that_a_seed_fills_under_another_name_is_in_use():
    cluster = view(live("alpha"), buckets=[bucket("red")], own_store=STORE)
    for endpoint, expected in ((INSIDE, ["bucket-in-use"]), ("http://far.example.org", [])):
        plan = planned(
            cluster, wanted(**alias(endpoint)), removed=(removed("red", name="x"),),
            services=seeded(seed("red/in", provider="minio.other", is_trigger=True)),
        )  # fmt: skip
        assert [code for code in codes(plan) if code == "bucket-in-use"] == expected


# what `erase: [empty]` covers


@pytest.mark.parametrize(
    ("maker", "is_named", "is_erased"),
    [
        ("alpha", True, True),
        ("alpha", False, True),
        ("beta", True, True),  # it is in the definition
        ("beta", False, False),  # the service alone says that it had it
        ("", False, False),
    ],
)
def test_an_empty_bucket_goes_by_definition_or_tag_and_never_by_the_mark_alone(
    maker, is_named, is_erased
):
    """Whoever may write the service may write its mark."""
    marks = {**stamp(), "oscar-sync.io/detached": "remove red"}
    service = live("alpha", annotations=marks, input=minio("red/in") if is_named else [])
    cluster = view(service, buckets=[bucket("red", from_service=maker)])
    plan = planned(cluster, removed=(removed("empty"),))
    assert ("red" in {name for _, name in erased(plan)}) is is_erased


@pytest.mark.parametrize(("maker", "is_erased"), [("alpha", True), ("beta", False), ("", False)])
def test_of_a_service_that_is_gone_only_its_tag_tells_which_empty_bucket_was_its_own(
    maker, is_erased
):
    plan = planned(gone(bucket("red", from_service=maker)), removed=(removed("empty"),))
    assert ("red" in {name for _, name in erased(plan)}) is is_erased


@pytest.mark.parametrize("probe", [Probe.EXISTS, Probe.FREE])
def test_a_removed_service_that_the_list_lacks_and_a_get_shows_may_use_the_bucket(probe):
    cluster = view(live("alpha"), buckets=[bucket("red", from_service="alpha")])
    cluster = replace(cluster, probes={"beta": probe})
    plan = planned(cluster, removed=(removed("red"), removed(name="beta")))
    assert (("list-incomplete" in codes(plan)), ("red" in {name for _, name in erased(plan)})) == (
        probe is Probe.EXISTS,
        probe is Probe.FREE,
    )
