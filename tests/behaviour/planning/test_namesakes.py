"""Two services of one name, in two namespaces: nothing of either is written or deleted (6.4)."""

from oscar_sync.model.plan import PlanOptions
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.emulator.calling import SERVICES
from tests.support.services import minio

SERVICE = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}


def test_a_bucket_that_a_new_service_of_the_removed_name_uses_stays(world):
    """Somebody creates it again between the service's DELETE and that of its bucket."""
    world.write({**SERVICE, "output": minio("red/out")})
    world.apply()
    world.write({**SERVICE, "name": "beta"})
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    with world.connections() as connections:
        found = plan_once(world.desire(), PlanOptions(), connections)

        def create_again(method, status):
            if method == "DELETE" and world.live("alpha") is None:
                world.oscar.landed = lambda method, status: None
                assert world.api.post(SERVICE).status == 201
                attached = {**world.live("alpha"), "output": minio("red/out")}
                world.api.put(attached, SERVICES)

        world.oscar.landed = create_again
        report = apply_once(found, ApplyOptions(), connections)
    assert "red" in world.buckets()
    assert Status.DONE not in [
        result.status for result in report.results if result.action.key.name == "alpha"
    ]
