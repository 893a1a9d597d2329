"""A managed volume that outlived its service is taken up; one that still goes is waited for."""

import pytest

from oscar_sync.model.action import ActionKind
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from tests.behaviour.execution.carried import carried_out, sent
from tests.property.world import shown
from tests.support.services import codes, post, service
from tests.support.worlds import shared_world

KEPT = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}
GOING = {"size": "1Gi", "mount_path": "/d"}
REMOVE = PlanOptions(scope=Scope.REMOVE, names=("alpha",))


def volumes(world):
    return world.emulator._cluster.volumes


def done(world, options=None, **request):
    found, report = world.apply(options, **request)
    assert [item.status for item in report.results] == [Status.DONE]
    return found


@pytest.mark.parametrize("name", ["alpha", "data"])
def test_a_retained_volume_is_taken_up_again_by_the_same_manifest(world, name):
    world.write(service(volume={**KEPT, "name": name}))
    done(world)
    done(world, REMOVE)
    assert [volume for _, volume in volumes(world)] == [name]
    found = done(world)
    assert f"attaches volume {name}, left by an earlier service of this name" in shown(found)
    assert world.live("alpha")["volume"] == {"name": name, "size": "", "mount_path": "/d"}
    assert not world.plan().draft.plan.actions
    world.write(service(memory="1Gi", volume={**KEPT, "name": name, "size": "1024Mi"}))
    assert [one.kind for one in done(world).draft.plan.actions] == [ActionKind.UPDATE]
    done(world, REMOVE)
    done(world)
    assert [volume for _, volume in volumes(world)] == [name]


def test_a_replaced_service_keeps_its_retained_volume(world):
    world.write(service(volume=KEPT))
    done(world)
    exposed = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
    world.write(service(volume=KEPT, expose=exposed))
    found = done(world, allow=("replace:alpha",))
    assert [one.kind for one in found.draft.plan.actions] == [ActionKind.REPLACE]
    assert "attaches volume alpha" in shown(found)
    assert not world.plan().draft.plan.actions


def test_another_size_than_the_retained_volume_has_is_blocked_and_never_passed_over(world):
    world.write(service(volume=KEPT))
    done(world)
    done(world, REMOVE)
    world.write(service(volume={**KEPT, "size": "2Gi"}))
    found = world.plan()
    assert codes(found) == ["volume-exists"]
    assert "a volume alpha of 1Gi exists" in found.draft.plan.blocked[0].message
    world.write(service(volume=KEPT))
    done(world)
    world.write(service(volume={**KEPT, "size": "2Gi"}))
    assert codes(world.plan(allow=("replace:alpha",))) == ["volume-exists"]


def test_a_volume_that_another_service_made_is_not_taken_up(world):
    post(world, "beta", volume={**KEPT, "name": "data"})
    world.api.delete("/system/services/beta")
    world.write(service(volume={**KEPT, "name": "data"}))
    assert codes(world.plan()) == ["volume-exists"]


def test_a_volume_that_is_gone_is_made_again_in_place_of_one_that_was_taken_up(world):
    world.write(service(volume=KEPT))
    done(world)
    done(world, REMOVE)
    done(world)
    volumes(world).clear()
    assert codes(world.plan()) == ["needs-replace"]
    done(world, allow=("replace:alpha",))
    assert world.live("alpha")["volume"]["size"] == "1Gi"


_slow, slow = shared_world("slow", hold_workloads=True)
"""A cluster where pods hold volumes until somebody clears them."""


def clearing(world, after):
    """Return a sleep: the volumes are gone when it was called *after* times."""
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == after:
            volumes(world).clear()

    return sleep, waits


def test_a_volume_that_is_being_deleted_is_waited_for_before_the_post(slow):
    slow.write(service(volume=GOING))
    done(slow)
    assert slow.api.delete("/system/services/alpha").status == 204
    found = slow.plan()
    assert codes(found) == []
    assert "creates the service once volume alpha is deleted" in shown(found)
    sleep, waits = clearing(slow, 25)
    assert carried_out(slow, sleep=sleep).status is Status.DONE
    assert (len(waits), sent(slow, "POST", "services")) == (25, 1)


def test_a_replace_waits_for_the_volume_that_goes_with_the_service(slow):
    slow.write(service(volume=GOING))
    done(slow)
    slow.write(service(volume={**GOING, "size": "2Gi"}))
    sleep, waits = clearing(slow, 25)
    allow = ("replace:alpha", "erase:alpha/volume")
    assert carried_out(slow, allow=allow, sleep=sleep).status is Status.DONE
    assert len(waits) >= 25
    assert slow.live("alpha")["volume"]["size"] == "2Gi"


def test_a_volume_that_stays_is_told_of_and_nothing_is_posted(slow):
    slow.write(service(volume=GOING))
    done(slow)
    slow.api.delete("/system/services/alpha")
    waits: list[float] = []
    result = carried_out(slow, sleep=waits.append)
    assert (result.status, result.code) == (Status.FAILED, "volume-deleting")
    assert "still being deleted after 180 s" in result.message
    assert (sum(waits), sent(slow, "POST", "services")) == (180, 0)


def test_nothing_attaches_a_volume_that_is_being_deleted(slow):
    slow.write(service(volume=GOING))
    done(slow)
    slow.api.delete("/system/services/alpha")
    slow.write(service("beta", volume={"name": "alpha", "mount_path": "/d"}))
    assert codes(slow.plan()) == ["volume-deleting"]
