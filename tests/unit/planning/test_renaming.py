"""Which steps a rename has at each point where an earlier one may have been cut short."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.identity import BucketName
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import MovedEntry, ServiceSettings, Settings, Which
from oscar_sync.model.state import HookRule
from oscar_sync.model.step import Do
from tests.unit.planning.built import bucket, codes, live, minio, planned, stamp, view, wanted

MOVED = (MovedEntry(Which("old"), Which("alpha"), Origin("oscar-sync.yaml", 4)),)
PLACES = {"input": minio("red/in"), "output": minio("red/out")}
USERS = {"isolation_level": "USER", "allowed_users": ["amy@example.org"]}
PORT = {"api_port": [80], "min_scale": 1, "nodePort": [30080, 30081]}


def there(*services, rules=(("old", "in/"),), markers=(), **facts):
    """Return a cluster with these services, and in red these *rules* by service and prefix."""
    names = ("red", "blue", "old-data")
    cluster = view(
        *services, buckets=[bucket(name, owner="cluster_admin", **facts) for name in names]
    )
    red = {BucketName("red"): tuple(HookRule(name, prefix, "arn") for name, prefix in rules)}
    kept = {(BucketName("red"), folder): False for folder in markers}
    return replace(cluster, hooks={**cluster.hooks, **red}, markers=kept)


def old(**fields):
    return live("old", annotations=stamp("old"), **{**PLACES, **fields})


def new(**fields):
    return live("alpha", annotations=stamp(), **{**PLACES, **fields})


def renamed(cluster, service=None, moved=MOVED, **more):
    return planned(cluster, service or wanted(**PLACES), moved=moved, **more)


def steps(cluster, service=None):
    (action,) = renamed(cluster, service).actions
    return [(str(step.do), step.target) for step in action.steps]


REST = [("put", "old"), ("delete", "old")]


def test_a_whole_rename_brings_the_new_one_hands_over_and_removes_the_old_one():
    made = [("post", "alpha"), ("put", "alpha"), ("rehook", "red")]
    assert steps(there(old())) == [*made, *REST]


def test_a_new_one_without_its_buckets_gets_them_first():
    cluster = there(old(), new(input=[], output=[]))
    assert steps(cluster) == [("put", "alpha"), ("rehook", "red"), *REST]


def test_a_new_one_that_is_whole_takes_the_notifications_over():
    assert steps(there(old(), new())) == [("rehook", "red"), *REST]


def test_what_was_handed_over_is_not_handed_over_again():
    assert steps(there(old(), new(), rules=[("alpha", "in/")])) == REST


def test_an_old_one_without_its_buckets_is_deleted():
    cluster = there(old(input=[], output=[]), new(), rules=[("alpha", "in/")])
    assert steps(cluster) == [("delete", "old")]


def test_the_words_tell_which_uploads_start_which_service():
    (action,) = renamed(there(old(input=minio("red/in", "red/more")),
                              rules=[("old", "in/"), ("old", "more/")])).actions  # fmt: skip
    (note,) = [step.note for step in action.steps if step.do is Do.REHOOK]
    assert note == (
        "uploads to red/in/ start alpha instead of old; uploads to red/more/ no longer start old"
    )


def test_no_marker_is_written_where_it_would_start_the_old_one():
    service = wanted(input=minio("red/in/deep", "red/other"))
    cluster = there(old(), markers=["in/deep", "other"])
    (action,) = renamed(cluster, service).actions
    on_store = [(str(step.do), step.target) for step in action.steps if step.do is not Do.PUT]
    assert on_store == [
        ("post", "alpha"), ("marker", "red/other/"), ("rehook", "red"), ("delete", "old"),
    ]  # fmt: skip


def test_a_bucket_where_the_old_one_has_no_notification_gets_its_own():
    service = wanted(input=minio("red/in", "blue/in"))
    found = steps(there(old()), service)
    assert ("hook", "blue/in/") in found
    assert ("rehook", "red") in found


@pytest.mark.parametrize(
    ("fields", "service", "words"),
    [
        (USERS | {"bucket_list": ["red-amy"]}, {}, "it has buckets of single users: red-amy"),
        ({"federation": {"members": [], "group_id": "g"}}, {}, "its workers on other clusters"),
        ({"expose": PORT, "input": []}, {"expose": PORT}, "both would use port 30080, 30081"),
        (
            {"volume": {"name": "v", "size": "1Gi", "mount_path": "/d",
                        "lifecycle_policy": "delete"}},
            {},
            "its volume v is deleted with it",
        ),
        ({"interlink_node_name": "node"}, {}, "no update can detach its buckets"),
    ],
)  # fmt: skip
def test_what_holds_a_rename_back_is_told_with_two_ways_out(fields, service, words):
    plan = renamed(there(old(**fields)), wanted(**{**PLACES, **service}))
    assert codes(plan) == ["cannot-rename"]
    assert words in plan.blocked[0].message
    assert len(plan.blocked[0].ways_out) == 2


def test_a_new_one_that_must_be_replaced_holds_it_back():
    plan = renamed(there(old(), new()), wanted(**PLACES, expose=PORT))
    assert codes(plan) == ["cannot-rename"]
    assert "alpha is there as well, and no update can change" in plan.blocked[0].message


def test_access_that_is_closed_on_the_way_holds_it_back():
    """The PUT that closes what the old one leaves closes what the new one has as well."""
    service = wanted(input=minio("red/in"), visibility="public")
    there_is = there(old(visibility="public", output=minio("blue/out")), visibility="public")
    settings = (ServiceSettings(Which("old"), Origin("oscar-sync.yaml", 9), close_access=True),)
    plan = renamed(there_is, service, services=settings)
    assert codes(plan) == ["cannot-rename"]
    assert "`close_access` would also close the buckets of alpha" in plan.blocked[0].message


def test_an_update_of_the_new_one_that_deletes_data_holds_it_back():
    users = {**USERS, "allowed_users": ["amy@example.org", "zoe@example.org"]}
    there_is = new(**users, bucket_list=["red-amy@exampl", "red-zoe@exampl"])
    plan = renamed(there(old(), there_is), wanted(**PLACES, **USERS), allow=())
    assert codes(plan) == ["cannot-rename"]
    assert "the update of alpha deletes data" in plan.blocked[0].message


def test_a_circle_of_entries_ends():
    """Commands that do without manifests go on where the settings have one."""
    circle = tuple(
        MovedEntry(Which(one), Which(other), Origin("oscar-sync.yaml", 4))
        for one, other in (("a", "b"), ("b", "a"))
    )
    key = wanted("a").key
    assert Settings("/", moved=circle).moved_to(key) == key


def test_the_service_that_the_written_folder_starts_once_is_told_of():
    """The PUT of a whole definition writes the markers of its outputs again (record 126)."""
    next_one = live("next", annotations=stamp("next"), input=minio("red/out"))
    (action,) = renamed(there(old(), next_one), wanted(**PLACES)).actions[:1]
    assert "starts next once with the key out/" in action.notes


def test_a_volume_that_the_new_one_does_not_use_is_told_of():
    volume = {"name": "v", "mount_path": "/d"}
    (action,) = renamed(there(old(volume=volume))).actions
    assert "alpha does not use volume v, which stays" in action.notes


def test_a_blocked_rename_leaves_the_old_service_where_it_is_for_others():
    plan = renamed(there(old(**USERS, bucket_list=["red-amy"])), prune=True)
    assert codes(plan) == ["cannot-rename"]
    assert not plan.actions
    assert not plan.left_alone
