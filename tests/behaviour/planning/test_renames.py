"""What a rename may do, what holds it back, and what is said without an entry of `moved`."""

import json

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.plan_difference import plan_differences
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.drift import drift_text
from tests.emulator.calling import SERVICES
from tests.property.world import shown
from tests.support.services import STAMP, codes, minio, post, put, service

PLACES = {"input": minio("red/in"), "output": minio("blue/out")}
MOVED = [{"from": "alpha", "to": "omega"}]
VOLUME = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
NODE_PORT = {
    "api_port": [80],
    "min_scale": 1,
    "max_scale": 1,
    "cpu_threshold": 80,
    "nodePort": 30080,
}


def reversed_list(answer):
    return json.dumps(json.loads(answer)[::-1]).encode()


def kinds(found):
    return [(str(one.kind), str(one.key.name)) for one in found.draft.plan.actions]


def settle(world, *wanted, moved=MOVED, **settings):
    """Write the files that call alpha omega."""
    world.write(*(wanted or (service("omega", **PLACES),)))
    world.write_settings(moved=moved, **settings)


@pytest.fixture
def there(world):
    world.write(service(**PLACES))
    world.apply()
    return world


def test_a_rename_is_one_action_of_the_new_name(there):
    settle(there)
    plan = there.plan().draft.plan
    (action,) = plan.actions
    assert (str(action.kind), action.key.name, action.renamed_from) == ("rename", "omega", "alpha")
    assert [kept.shared_with for kept in action.keeps] == [(), ()]
    assert not plan.left_alone
    assert not plan.blocked
    assert not plan.notes


@pytest.mark.parametrize("prunes", [True, False])
def test_it_does_not_matter_whether_the_run_prunes(there, prunes):
    settle(there, prune=prunes, max_removals=0)
    assert kinds(there.plan()) == [("rename", "omega")]


def test_a_run_narrowed_to_the_new_name_renames(there):
    settle(there, service("omega", **PLACES), service("beta"))
    assert kinds(there.plan(only=("omega",))) == [("rename", "omega")]
    assert kinds(there.plan(only=("beta",))) == [("create", "beta")]


def test_an_old_service_without_a_mark_is_renamed_where_it_is_mine(world):
    post(world, **PLACES)
    settle(world)
    assert world.apply()[1].results[0].status is Status.DONE
    assert world.names() == {"omega"}


def test_both_services_may_be_there_already(there):
    there.write(service(**PLACES), service("omega", **PLACES))
    there.apply()
    settle(there)
    assert kinds(there.plan()) == [("rename", "omega")]
    assert there.apply()[1].results[0].status is Status.DONE
    assert there.hooks("red") == {("omega", "in/")}
    assert there.names() == {"omega"}


def test_a_chain_leads_from_any_earlier_name_to_the_last(there):
    settle(there, moved=[*[{"from": "alpha", "to": "mid"}], {"from": "mid", "to": "omega"}])
    assert kinds(there.plan()) == [("rename", "omega")]
    there.apply()
    plan = there.plan().draft.plan
    assert not plan.actions
    assert all("nothing is left to rename" in note for note in plan.notes)
    assert len(plan.notes) == 2


def test_one_of_two_earlier_names_must_go(there):
    there.write(service(**PLACES), service("mid"))
    there.apply()
    settle(there, moved=[{"from": "alpha", "to": "mid"}, {"from": "mid", "to": "omega"}])
    assert codes(there.plan()) == ["cannot-rename"]


def test_an_old_name_that_is_nowhere_is_told_of_with_what_may_be_meant(there):
    settle(there, moved=[{"from": "alpa", "to": "omega"}])
    found = there.plan()
    assert ("create", "omega") in kinds(found)
    assert "no service alpa on edge: nothing is renamed (did you mean alpha?)" in shown(found)


def test_without_an_entry_the_line_to_write_is_told(there):
    settle(there, moved=[])
    (action,) = there.plan().draft.plan.actions
    assert "`moved: [{from: alpha, to: omega}]`" in " ".join(action.notes)


def test_the_order_of_the_servers_list_does_not_change_what_may_be_meant(there):
    there.write(service(**PLACES), service("beta", **PLACES))
    there.apply()
    settle(there, moved=[])
    (before,) = there.plan().draft.plan.actions
    there.oscar.rewrite = lambda path, answer: reversed_list(answer) if path == SERVICES else answer
    (after,) = there.plan().draft.plan.actions
    assert before.notes == after.notes
    assert [note.split()[0] for note in after.notes[-2:]] == ["alpha", "beta"]


def test_without_an_entry_nothing_is_told_of_services_that_share_no_bucket(there):
    settle(there, service("omega", output=minio("green/out")), moved=[])
    (action,) = there.plan().draft.plan.actions
    assert "moved" not in " ".join(action.notes)


REFUSED = {
    "volume": (service(volume=VOLUME), service("omega"), {}, "cannot-rename"),
    "node port": (service(expose=NODE_PORT), service("omega", expose=NODE_PORT), {},
                  "cannot-rename"),
    "no update": (
        service(interlink_node_name="node", output=minio("red/out")),
        service("omega", output=minio("red/out")),
        {},
        "cannot-rename",
    ),
    "secret": (
        service(environment={"secrets": {"TOKEN": "one"}}),
        service("omega", environment={"secrets": {"TOKEN": ""}}),
        {},
        "secret-values-missing",
    ),
    "protected": (service(), service("omega"), {"services": {"alpha": {"protect": True}}},
                  "protected"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_rename_would_lose_holds_it_back(world, kind):
    before, after, settings, code = REFUSED[kind]
    world.write(before)
    world.apply()
    settle(world, after, **settings)
    found = world.plan()
    assert codes(found) == [code], shown(found)
    assert not found.draft.plan.actions
    assert found.draft.plan.blocked[0].action.renamed_from == "alpha"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"annotations": {STAMP: "other/laws.example.org/alpha"}}, "not-ours"),
        ({"annotations": {"oscar.grycap/federation-worker": "true"}}, "federation-worker"),
    ],
)
def test_what_is_somebody_elses_is_not_renamed(world, fields, code):
    post(world, **PLACES, **fields)
    settle(world)
    assert codes(world.plan()) == [code]


def test_a_service_of_another_owner_is_not_renamed(world):
    post(world)
    put(world, owner="somebody")
    settle(world, service("omega"))
    assert codes(world.plan()) == ["not-ours"]


def test_a_rename_waits_for_the_store(there):
    settle(there)
    there.entry["s3_endpoint"] = "http://127.0.0.1:1"
    there.write_settings()
    assert codes(there.plan()) == ["hook-needs-store"]


def test_the_digest_binds_both_services(there):
    settle(there)
    first = there.plan().draft.plan
    put(there, memory="2Gi")
    second = there.plan().draft.plan
    assert second.digest != first.digest
    told = plan_differences(PlanDocument.of(first), PlanDocument.of(second))
    assert len(told) == 1
    assert told[0].startswith("~ edge/omega rename: the service to rename: was ")


def test_drift_says_nothing_of_a_rename(there):
    settle(there)
    found = there.plan(PlanOptions(scope=Scope.DRIFT))
    assert "No drift" in drift_text(found.draft.plan)


def test_every_format_tells_of_both_names(there):
    settle(there)
    found = there.plan()
    for name, row in FORMATS.items():
        text = row.write(subject_of(found, "plan"))
        assert "alpha" in text, name
        assert "omega" in text, name
    document = PlanDocument.of(found.draft.plan)
    (action,) = document.data["actions"]
    assert action["renamed_from"] == "alpha"
    assert document.data["summary"]["rename"] == 1
    assert PlanDocument.model_validate_json(json.dumps(document.data)) == document
