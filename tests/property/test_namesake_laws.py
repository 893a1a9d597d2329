"""L4, L5: two services of one name, in two namespaces of an older release (trust 2.3)."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import IMAGE, allowed_words, removed_entries, services
from tests.property.witness import check_deletes, check_nothing_lost, check_only_steps, steps_of
from tests.property.world import running_world, shown

ELSEWHERE = "oscar"
"""A namespace that is there without any user."""


@pytest.fixture(scope="module")
def older():
    with running_world(oscar_version="4.0") as world:
        yield world


def service(name, bucket):
    place = {"storage_provider": "minio.default", "path": f"{bucket}/out"}
    return {"name": name, "image": IMAGE, "script": "s\n", "output": [place]}


_BOTH = [{"service": "alpha", "erase": ["red", "blue"]}, {"service": "beta", "erase": ["blue"]}]


# The bucket of the one that the list shows last, and of the other; named, pruned, kept.
@example(
    first=[service("alpha", "red"), service("beta", "green")],
    other=[service("alpha", "blue")],
    second=[service("gamma", "green")],
    allow=["erase:red", "erase:blue", "erase:green"],
    removed=_BOTH,
    prune=True,
)
@example(
    first=[service("alpha", "red")], other=[service("alpha", "blue")],
    second=[service("alpha", "green")], allow=["erase:blue", "take-over:alpha"],
    removed=[], prune=False,
)  # fmt: skip
@example(
    first=[service("alpha", "red"), service("beta", "green")],
    other=[service("alpha", "blue")],
    second=[service("gamma", "blue")],
    allow=[],
    removed=[{"service": "beta", "erase": ["green"]}, *_BOTH[:1]],
    prune=False,
)
@laws(Fraction(1, 4))  # applies twice
@given(
    first=services(),
    other=services(),
    second=services(),
    allow=allowed_words(),
    removed=removed_entries(),
    prune=st.booleans(),
)
def test_nothing_of_two_services_that_share_a_name_is_written_or_deleted(  # noqa: PLR0917 - what is drawn
    older, met, first, other, second, allow, removed, prune
):
    world = older
    world.reset()
    world.write(*first)
    world.apply()
    shared = {name for name in (body["name"] for body in other) if name in world.names()}
    for body in other:
        if body["name"] in shared:
            world.api.post({**body, "namespace": ELSEWHERE})
    for bucket in world.buckets():
        world.put(bucket, "kept/it", bucket.encode())
    both = {name: twins(world, name) for name in sorted(shared)}
    twice = {name: found for name, found in both.items() if len(found) > 1}
    met("namesakes", twice)
    before = world.objects()
    wanted = {item["name"] for item in second}
    world.write(*second)
    world.write_settings(
        removed=[row for row in removed if row["service"] not in wanted], prune=prune
    )
    world.forget()
    found, _ = world.apply(allow=tuple(allow))
    plan = found.draft.plan
    named = [target for do, target in steps_of(plan) if do == "delete-object"]
    erased = {item.bucket for action in plan.actions for item in action.erases}
    held = {bucket for found in twice.values() for one in found for bucket in buckets(one)}
    met("others are deleted", erased)
    assert not held & erased, shown(found)
    check_nothing_lost(before, world.objects(), [*named, *erased])
    check_deletes(world, frozenset(erased))
    check_only_steps(world, plan)
    for name, found_before in twice.items():
        assert twins(world, name) == found_before, shown(found)
        assert not [action for action in plan.actions if action.key.name == name and
                    action.kind not in ("seed", "erase")], shown(found)  # fmt: skip


def twins(world, name):
    """Return the services called *name*, of each namespace one, by a list."""
    listed = world.api.get(SERVICES).json
    return sorted((one for one in listed if one["name"] == name), key=lambda one: one["namespace"])


def buckets(service):
    entries = [*service["input"], *service["output"]]
    return {
        entry["path"].split("/")[0]
        for entry in entries
        if entry["storage_provider"].split(".")[0] in ("minio", "s3")
    }
