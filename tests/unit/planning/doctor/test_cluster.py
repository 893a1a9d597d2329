"""What is judged as left behind, and what is nobody's to judge, over built views."""

from msgspec.structs import replace

from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import RemovedEntry, Settings, Which
from oscar_sync.model.state import HookRule, VolumeFacts
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.cluster import cluster_findings
from oscar_sync.planning.doctor.codes import FindingCode
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.hooks import arn_of
from tests.unit.planning.built import bucket, live, minio, stamp, view, wanted

WORKER = {"oscar.grycap/federation-worker": "true"}
USERS = {"isolation_level": "USER", "allowed_users": ["zoe"]}


def judged(cluster, *services, **settings):
    here = {service.key.name: service for service in services}
    return cluster_findings(
        Context(Facts(cluster), Settings("/files", set_name="laws", **settings), here, None)
    )


def codes(cluster, *services):
    return [(item.code, item.name) for item in judged(cluster, *services).findings]


def with_hooks(cluster, **rules):
    """Return *cluster* with notifications: bucket to (service, prefix) pairs."""
    hooks = {
        BucketName(name.replace("_", "-")): tuple(
            HookRule(service, prefix, arn_of(service)) for service, prefix in pairs
        )
        for name, pairs in rules.items()
    }
    return replace(cluster, hooks=hooks)


def users_view(*services, **facts):
    """Return what a user sees of a cluster: *me* is theirs."""
    return view(*services, is_admin=False, me=frozenset({"me"}), **facts)


# whose it is to judge


def test_a_user_is_told_nothing_of_what_others_left():
    theirs = users_view(
        live("beta", owner="zoe", input=minio("gone/in")),
        buckets=[bucket("blue", owner="zoe"), bucket("red", owner="zoe", is_tagged=False)],
    )
    assert codes(theirs) == []
    assert "this log-in sees its own" in " ".join(judged(theirs).notes)
    mine = users_view(buckets=[bucket("blue", owner="me")])
    assert codes(mine) == [(FindingCode.BUCKET_KEPT, "blue")]
    assert not any("this log-in" in note for note in judged(view()).notes)


def test_the_buckets_of_a_federation_worker_lie_on_its_origins_store():
    fields = {"input": minio("red/in")}
    assert codes(view(live(**fields))) == [(FindingCode.BUCKET_MISSING, "red")]
    assert codes(view(live(annotations=WORKER, **fields))) == []
    here = view(live(**fields), buckets=[bucket("red")])
    assert codes(here) == [(FindingCode.HOOK_MISSING, "red")]
    assert codes(view(live(annotations=WORKER, **fields), buckets=[bucket("red")])) == []


# what this set released


def test_what_an_update_of_this_set_took_out_is_noted_and_not_found():
    dropped = {"oscar-sync.io/detached": "update red"}
    buckets = [bucket("red", is_tagged=False)]
    ours = view(live(annotations={**stamp(), **dropped}), buckets=buckets)
    assert judged(ours).findings == ()
    assert "bucket red is kept, since an update of alpha left it" in judged(ours).notes
    theirs = view(live(annotations={**stamp(set_name="other"), **dropped}), buckets=buckets)
    assert codes(theirs) == [(FindingCode.BUCKET_ORPHAN, "red")]
    taken = view(live(annotations={**stamp(), **dropped}, output=minio("red/out")), buckets=buckets)
    assert codes(taken) == [(FindingCode.BUCKET_UNTAGGED, "red")]
    assert judged(taken).notes == ()


def test_what_a_removal_of_this_set_kept_is_noted_and_not_found():
    entry = RemovedEntry(Which("alpha"), Origin("oscar-sync.yaml", 9))
    left = [bucket("red", from_service="alpha", is_tagged=True)]
    cluster = replace(
        view(buckets=left),
        volumes={"disk": VolumeFacts("disk", made_by=ServiceName("alpha"))},
        is_store_reached=True,
    )
    assert {code for code, _ in codes(cluster)} == {
        FindingCode.BUCKET_KEPT, FindingCode.HOOK_ASLEEP, FindingCode.VOLUME_KEPT,
    }  # fmt: skip
    found = judged(cluster, removed=(entry,))
    assert found.findings == ()
    assert found.notes == (
        "bucket red is kept, since the removal of alpha (oscar-sync.yaml:9) left it",
        "volume disk is kept, since the removal of alpha (oscar-sync.yaml:9) left it",
    )
    assert judged(cluster, removed=(replace(entry, forget=True),)).findings
    theirs = view(buckets=[bucket("red", from_service="alpha", is_tagged=True, owner="zoe")])
    found = judged(theirs, removed=(entry,))
    assert found.notes == ()
    assert FindingCode.BUCKET_KEPT in {one.code for one in found.findings}


# ways to erase


def test_a_user_is_given_no_deletion_that_the_server_refuses():
    """It lets no user delete a bucket that has no owner tag."""
    untagged, tagged = (bucket("red", owner="me", is_tagged=word) for word in (False, True))
    (found,) = judged(users_view(buckets=[untagged])).findings
    assert found.code == FindingCode.BUCKET_ORPHAN
    assert "data of a removed service" in found.why
    assert [remedy.what for remedy in found.remedies if "delete" in remedy.what] == []
    (found,) = judged(users_view(buckets=[tagged])).findings
    assert [remedy.do for remedy in found.remedies if "delete" in remedy.what] == [
        "- {bucket: red, erase: true}",
        "oscar-sync bucket delete red -c edge",
    ]


# notifications


def test_a_notification_that_nobody_wants_is_stale():
    cluster = view(live(input=minio("red/in")), buckets=[bucket("red")])
    stood = with_hooks(cluster, red=[("alpha", "in/")])
    assert codes(stood) == []
    moved = with_hooks(cluster, red=[("alpha", "in/"), ("alpha", "old/")])
    assert codes(moved) == [(FindingCode.HOOK_STALE, "red")]


def test_a_notification_of_another_users_service_is_not_judged_by_a_user():
    theirs = live("beta", owner="zoe", output=minio("red/out"))
    cluster = users_view(theirs, buckets=[bucket("red", owner="me")])
    assert codes(with_hooks(cluster, red=[("beta", "old/")])) == []


def test_a_user_is_not_told_that_a_service_out_of_sight_is_not_there():
    user = with_hooks(users_view(buckets=[bucket("red", owner="me")]), red=[("hidden", "in/")])
    assert FindingCode.HOOK_DEAD not in [code for code, _ in codes(user)]
    admin = with_hooks(view(buckets=[bucket("red")]), red=[("hidden", "in/")])
    assert (FindingCode.HOOK_DEAD, "red") in codes(admin)


def test_a_notification_of_a_per_user_bucket_is_deaf_until_the_right_one_stands():
    """OSCAR writes one slash too many (208); beside the right one it does no harm."""
    service = live(input=minio("red/in"), bucket_list=["red-zoe"], **USERS)
    cluster = view(service, buckets=[bucket("red"), bucket("red-zoe")])
    wrong, right, own = ("alpha", "in//"), ("alpha", "in/"), [("alpha", "in/")]
    deaf = with_hooks(cluster, red=own, red_zoe=[wrong])
    assert codes(deaf) == [(FindingCode.HOOK_DEAF, "red-zoe")]
    assert "uploads to red-zoe/in/ start nothing" in judged(deaf).findings[0].message
    assert codes(with_hooks(cluster, red=own, red_zoe=[wrong, right])) == []
    assert codes(with_hooks(cluster, red=own, red_zoe=[right])) == []


def test_what_an_apply_mends_is_told_as_an_apply():
    ours = live(annotations=stamp(), input=minio("red/in"))
    cluster = view(ours, buckets=[bucket("red")])
    (found,) = judged(cluster, wanted(input=minio("red/in"))).findings
    assert [remedy.do for remedy in found.remedies] == ["oscar-sync apply --hooks"]
    (found,) = judged(cluster).findings
    assert [remedy.do.split()[:3] for remedy in found.remedies] == [["mc", "event", "add"]]


# words and ways out of each finding


def the(code, cluster, *services):
    """Return the one finding of *code*."""
    [found] = [item for item in judged(cluster, *services).findings if item.code == code]
    return found


def told(finding):
    return " ".join((finding.message, *(f"{one.what} {one.do}" for one in finding.remedies)))


def test_a_bucket_that_is_missing_comes_back_by_the_manifest_or_by_an_export():
    cluster = view(live(input=minio("red/in")))
    assert "oscar-sync export" in told(the(FindingCode.BUCKET_MISSING, cluster))
    assert "oscar-sync apply" in told(the(FindingCode.BUCKET_MISSING, cluster, wanted()))
    fixed = view(live(input=minio("red/in"), interlink_node_name="node"))
    assert "mc mb edge/red" in told(the(FindingCode.BUCKET_MISSING, fixed, wanted()))


def test_a_user_judges_the_buckets_of_services_of_their_own_alone():
    mine, theirs = (live(owner=name, input=minio("red/in")) for name in ("me", "zoe"))
    assert codes(users_view(mine)) == [(FindingCode.BUCKET_MISSING, "red")]
    assert codes(users_view(theirs)) == []


def test_a_bucket_without_tags_is_tagged_with_the_name_of_its_services_owner():
    untagged = bucket("red", is_tagged=False)
    service = live(owner="zoe", output=minio("red/out"), labels={"owner_name": "Zoe"})
    assert "owner_name=Zoe" in told(
        the(FindingCode.BUCKET_UNTAGGED, view(service, buckets=[untagged]))
    )
    service = live(output=minio("red/out"))
    assert "owner_name=oscar" in told(
        the(FindingCode.BUCKET_UNTAGGED, view(service, buckets=[untagged]))
    )


def test_nothing_is_said_of_notifications_that_cannot_be_looked_at():
    """Neither without the store nor without the list of buckets."""
    service = live(input=minio("red/in"))
    seen = view(service, buckets=[bucket("red"), bucket("blue", from_service="gone")])
    told = {code for code, _ in codes(seen)}
    assert {FindingCode.HOOK_MISSING, FindingCode.HOOK_ASLEEP} <= told
    for unseen in (replace(seen, store_problem="gone"), replace(seen, buckets=None)):
        assert not [code for code, _ in codes(unseen) if code.startswith("hook-")]


def test_a_rule_of_nobody_and_one_of_a_service_that_cannot_be_read_are_not_judged():
    cluster = with_hooks(view(buckets=[bucket("red")]), red=[("", "in/"), ("beta", "in/")])
    unreadable = replace(cluster, unreadable=(ServiceName("beta"),))
    assert not [
        code
        for code, _ in codes(unreadable)
        if code in (FindingCode.HOOK_DEAD, FindingCode.HOOK_STALE)
    ]


def test_a_stale_notification_is_taken_off_by_an_apply_only_in_a_bucket_that_is_used():
    ours = live(annotations=stamp(), input=minio("red/in"))
    cluster = view(ours, buckets=[bucket("red"), bucket("blue")])
    stale = with_hooks(cluster, red=[("alpha", "in/"), ("alpha", "old/")])
    assert "oscar-sync apply" in told(
        the(FindingCode.HOOK_STALE, stale, wanted(input=minio("red/in")))
    )
    apart = with_hooks(cluster, red=[("alpha", "in/")], blue=[("alpha", "old/")])
    assert "oscar-sync apply" not in told(
        the(FindingCode.HOOK_STALE, apart, wanted(input=minio("red/in")))
    )


def test_a_stale_notification_in_a_bucket_of_a_single_user_is_stale_where_others_share_it():
    service = live(input=minio("red/in"), bucket_list=["red-zoe"], **USERS)
    cluster = view(service, buckets=[bucket("red"), bucket("red-zoe")])
    stale = with_hooks(
        cluster, red=[("alpha", "in/"), ("alpha", "old/")], red_zoe=[("alpha", "in/")]
    )
    assert (FindingCode.HOOK_STALE, "red") in codes(stale)


def test_a_secret_of_a_failed_create_is_spoken_of_while_the_service_is_not_there():
    secret = replace(wanted(), secrets={"A": Secret("a")})
    assert "whether a failed create left its Secret" in " ".join(judged(view(), secret).notes)
    for cluster, service in ((view(live()), secret), (view(), wanted())):
        assert "whether a failed create" not in " ".join(judged(cluster, service).notes)


def test_a_removal_that_was_cut_short_names_what_it_has_let_go_of():
    for purpose, word in (("remove", "removal"), ("replace", "replacement")):
        for buckets, named in ((" red blue", "red, blue"), ("", "its buckets")):
            cut = live(annotations={**stamp(), "oscar-sync.io/detached": f"{purpose}{buckets}"})
            message = the(FindingCode.HALF_REMOVED, view(cut)).message
            assert f"its {word} was not finished: it is already detached from {named}" in message


def test_a_member_of_a_federation_that_does_not_say_so_is_told_unless_it_is_wanted():
    federation = {"group_id": "plants", "members": []}
    cluster = view(live(federation=federation))
    assert the(FindingCode.UNMARKED_WORKER, cluster).name == "alpha"
    assert FindingCode.UNMARKED_WORKER not in [code for code, _ in codes(cluster, wanted())]
    own = view(live(federation={"group_id": "alpha", "members": []}))
    assert FindingCode.UNMARKED_WORKER not in [code for code, _ in codes(own)]


def test_a_volume_that_is_gone_is_named_as_it_is_attached_or_made():
    gone = {"volume_status": {"phase": "error"}}
    attached = live(volume={"name": "v", "mount_path": "/d"}, **gone)
    assert the(FindingCode.VOLUME_GONE, view(attached)).name == "v"
    made = live(volume={"size": "1Gi", "mount_path": "/d"}, **gone)
    assert the(FindingCode.VOLUME_GONE, view(made)).name == "alpha"


def test_a_worker_has_lost_its_origin_where_all_services_of_that_cluster_are_seen():
    marks = {**WORKER, "oscar.grycap/origin-cluster": "far", "oscar.grycap/origin-service": "alpha"}
    facts, settings = Facts(view(live("beta", annotations=marks))), Settings("/files", set_name="s")

    def is_lost(**peers):
        known = {
            ClusterId(name): Context(Facts(one), settings, {}, None) for name, one in peers.items()
        }
        here = Context(facts, settings, {}, None, peers=known)
        return FindingCode.ORIGIN_GONE in [one.code for one in cluster_findings(here).findings]

    assert is_lost(far=view())
    assert is_lost(far=view(live("gamma")))
    assert not is_lost(far=view(live("alpha")))
    assert not is_lost(far=view(unreadable=(ServiceName("alpha"),)))
    assert not is_lost(far=view(is_admin=False))
    assert not is_lost(far=view(problem="unreachable"))
    assert not is_lost()
