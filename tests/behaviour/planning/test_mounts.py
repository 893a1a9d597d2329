"""An administrator's mount: OSCAR looks at the bucket's visibility anew with each PUT."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from tests.support.services import codes, minio, post, service

[MOUNT] = minio("red/models")
OUT = minio("red/out")
EXPOSE = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


@pytest.fixture
def shared(world):
    """A bucket that alpha writes to and nobody else may use."""
    world.write(service(output=OUT), service("beta"), service("aaa"))
    world.apply()
    return world


def statuses(report):
    return {item.action.key.name: item.status for item in report.results}


@pytest.mark.parametrize("scope", [Scope.ADOPT, Scope.FORGET])
def test_a_mark_is_not_written_on_what_mounts_a_bucket_that_another_service_published(
    shared, scope
):
    mounting = service("beta", mount=MOUNT)
    if scope is Scope.ADOPT:
        post(shared, "gamma", mount=MOUNT)
        mounting = service("gamma", mount=MOUNT)
    shared.write(service(output=OUT), mounting)
    shared.apply()
    shared.write(service(output=OUT, visibility="public"), mounting)
    shared.apply(allow=("attach:alpha=red",))
    found, report = shared.apply(PlanOptions(scope=scope, names=(mounting["name"],)))
    assert (codes(found), statuses(report)) == (["mount-not-private"], {})


def test_of_services_adopted_together_one_may_publish_what_another_mounts(world):
    for name, visibility in (("alpha", "public"), ("beta", "private")):
        post(world, name, mount=MOUNT, visibility=visibility)
        world.write_one(service(name, mount=MOUNT, visibility=visibility))
    world.write_settings()
    asked = PlanOptions(scope=Scope.ADOPT, names=("alpha", "beta"))
    found, report = world.apply(asked, allow=("attach:alpha=red",))
    assert codes(found) == ["mount-not-private"]
    assert statuses(report) == {"alpha": Status.DONE}


@pytest.mark.parametrize("fields", [{}, {"expose": EXPOSE}], ids=["update", "replace"])
def test_what_an_earlier_step_publishes_is_not_mounted_by_a_later_one(shared, fields):
    mounting = service("beta", mount=MOUNT, **fields)
    shared.write(service(output=OUT, visibility="public"), mounting, service("gamma", mount=MOUNT))
    found, report = shared.apply(allow=("replace:beta", "attach:alpha=red"))
    assert codes(found) == ["mount-not-private", "mount-not-private"]
    assert "red is public once this plan is applied" in found.draft.plan.blocked[0].message
    assert statuses(report) == {"alpha": Status.DONE}
    again = shared.plan(allow=("replace:beta",))
    assert (len(again.draft.plan.actions), len(codes(again))) == (0, 2)


def test_what_a_later_step_publishes_is_mounted_before(shared):
    """Updates that restart nothing are sent together, where the first of them is."""
    shared.write(service(output=OUT), service("zeta", output=minio("red/more")))
    shared.apply()
    shared.write(
        service("aaa", memory="1Gi"),
        service("beta", mount=MOUNT),
        service("alpha", output=OUT),
        service("zeta", output=minio("red/more"), visibility="public"),
    )
    found, report = shared.apply(allow=("attach:zeta=red",))
    assert codes(found) == []
    assert set(statuses(report).values()) == {Status.DONE}
    assert not shared.plan().draft.plan.actions


def test_what_the_plan_makes_private_is_mounted_by_a_later_step(shared):
    shared.write(service(output=OUT, visibility="public"))
    shared.apply()
    shared.write(service(output=OUT), service("beta", mount=MOUNT))
    found, report = shared.apply()
    assert codes(found) == []
    assert statuses(report) == {"alpha": Status.DONE, "beta": Status.DONE}
