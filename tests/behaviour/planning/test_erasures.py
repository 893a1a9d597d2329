"""What is erased is looked at again just before."""

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.support.services import minio


def test_a_mount_under_another_name_that_came_since_the_plan_keeps_the_bucket(world):
    """The store's address as the cluster names it, in other letters."""
    service = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}
    world.write({**service, "output": minio("red/out")})
    world.apply()
    world.write({**service, "name": "beta"})
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    endpoint = world.emulator.s3_url.replace("127.0.0.1", "LOCALHOST") + "/"
    with world.connections() as connections:
        found = plan_once(world.desire(), PlanOptions(), connections)
        assert any(action.erases for action in found.draft.plan.actions)
        account = {"endpoint": endpoint, "access_key": "me", "secret_key": "mine"}
        mount = {"storage_provider": "minio.other", "path": "red/models"}
        providers = {"minio": {"other": account}}
        user = {**service, "name": "gamma", "storage_providers": providers, "mount": mount}
        assert world.api.post(user).status == 201
        report = apply_once(found, ApplyOptions(), connections)
    assert "red" in world.buckets()
    assert Status.STALE in [result.status for result in report.results]
