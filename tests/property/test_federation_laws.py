"""L4 on every cluster of a federation: what is somebody else's there stays (trust 2.7)."""

import itertools
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.plan_options import PlanOptions, Scope
from tests.behaviour.reconcile.federation import PASSWORD, Federation
from tests.emulator.calling import SERVICES
from tests.property.examples import laws

PLACES = [f"{cluster}/{name}" for cluster, name in itertools.product(("near", "far"), "ab")]
_PLACES = st.lists(st.sampled_from(PLACES), max_size=3)
_TOPOLOGIES = st.sampled_from(("star", "mesh", "none"))
_IDS = st.sampled_from(("edge", ""))
_BUCKETS = st.sampled_from(("plants", "shared"))
WRITES = ("create", "update", "replace", "remove", "forget")
_WRITES = st.sampled_from(WRITES)


@pytest.fixture(scope="module")
def emulators():
    options = EmulatorOptions(password=PASSWORD, hold_workloads=True, admin=True)
    with Emulator(options) as edge, Emulator(options) as near, Emulator(options) as far:
        yield edge, near, far


@laws(Fraction(1, 4))  # applies twice, on three clusters
@given(
    first=_PLACES, second=_PLACES, strangers=st.sets(st.sampled_from(PLACES)), what=_WRITES,
    topology=_TOPOLOGIES, cluster_id=_IDS, bucket=_BUCKETS, is_late=st.booleans(),
)  # fmt: skip
def test_no_write_to_an_origin_hurts_what_is_on_a_member(  # noqa: PLR0917 - what is drawn
    emulators, met, first, second, strangers, what, topology, cluster_id, bucket, is_late
):
    for emulator in emulators:
        emulator.reset()
    with tempfile.TemporaryDirectory() as folder:
        world = Federation(Path(folder), emulators)
        fields = {
            "topology": topology, "cluster_id": cluster_id,
            "output": [{"storage_provider": "minio.default", "path": f"{bucket}/out"}],
        }  # fmt: skip
        if not is_late:
            _leave(world, strangers)
        if what != "create":
            world.write(world.origin(*first, **fields))
            world.run()
        if is_late:
            _leave(world, strangers)
        for name in world.apis:
            _fill(world, name)
        before = {name: world.objects(name) for name in world.apis}
        others = _others(world)
        changes = CHANGES.get(what, {})
        world.write(world.origin(*second, **{**fields, **changes}))
        options = None
        if what in ("remove", "forget"):
            options = PlanOptions(Scope(what), ("edge/plants",))
        report = world.run(options, allow=("replace:plants",))
        met("sent", not report.blocked)
        assert {name: world.objects(name) >= before[name] for name in before} == dict.fromkeys(
            before, True
        )
        assert _others(world) == others
        on_members = {(name, one) for name in ("near", "far") for one in world.services(name)}
        met("strangers stay", others)
        assert on_members == {*others} or what != "remove" or report.blocked


CHANGES: dict[str, dict[str, object]] = {
    "update": {"memory": "1Gi"},
    "replace": {"volume": {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}},
}


def _leave(world, strangers):
    """Let somebody else have services with data, where the names are free."""
    for place in sorted(strangers):
        cluster, name = place.split("/")
        if name not in world.services(cluster):
            world.stranger(cluster, name, f"theirs-{name}")


def _fill(world, name):
    for bucket in world.store(name).list_buckets():
        world.put(name, bucket.name, "kept/it")


def _others(world):
    """Return the definitions of what strangers have."""
    return {
        (name, one["name"]): one
        for name, api in world.apis.items()
        for one in api.get(SERVICES).json
        if one["script"] == "theirs\n"
    }
