"""What may be removed, what is left alone, and what is said of both."""

from oscar_sync.model.action import ActionKind
from oscar_sync.model.plan_options import PlanOptions, Scope
from tests.emulator.calling import SERVICES
from tests.property.world import shown
from tests.support.services import STAMP, minio, post, service


def kinds(found):
    return [(str(action.kind), str(action.key.name)) for action in found.draft.plan.actions]


def test_an_entry_may_only_take_the_stamp_off(world):
    world.write(service(), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "forget": True}])
    assert kinds(world.plan()) == [("forget", "alpha")]
    world.apply()
    assert STAMP not in (world.live("alpha")["annotations"] or {})
    assert kinds(world.plan()) == []


def test_an_entry_whose_service_is_gone_can_be_deleted(world):
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    assert "no service alpha on edge: delete the entry if it was removed" in shown(world.plan())


def test_a_service_that_was_half_removed_is_told_of(world):
    world.write(service(output=minio("red/out")), service("beta"))
    world.apply()
    live = world.live("alpha")
    stamps = {**live["annotations"], "oscar-sync.io/detached": "remove red"}
    # Answered 500, and applied all the same.
    world.api.put({**live, "output": [], "annotations": stamps}, SERVICES)
    world.write(service("beta"))
    (left,) = world.plan().draft.plan.left_alone
    assert "half removed: already detached from red" in left.message


def test_a_removal_by_hand_says_when_a_manifest_brings_the_service_back(world):
    world.write(service(), service("beta"))
    world.apply()
    found = world.plan(PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    assert kinds(found) == [("remove", "alpha")]
    assert "still names it: the next apply creates it again" in shown(found)


def test_all_takes_what_carries_this_sets_stamp_and_nothing_else(world):
    post(world)
    world.write(service("beta"))
    world.apply()
    found = world.plan(PlanOptions(scope=Scope.REMOVE, all_ours=True))
    assert kinds(found) == [("remove", "beta")]


def test_a_worker_of_a_federation_is_never_a_candidate(world):
    post(world, annotations={"oscar.grycap/federation-worker": "true"})
    world.write(service("beta"))
    world.write_settings(prune=True)
    assert [a.kind for a in world.plan().draft.plan.actions] == [ActionKind.CREATE]
