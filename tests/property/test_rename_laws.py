"""L1, L4, L5, L11 over renames, and that each upload starts exactly one of the two services."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.model.report import Status
from tests.property.examples import laws
from tests.property.leaving import leave
from tests.property.strategies import NAMES, left_clusters, service, services
from tests.property.witness import check_all_steps, check_safe
from tests.property.world import shown, told

_NUMBERS = st.sets(st.integers(0, len(NAMES) - 1), min_size=1, max_size=2)


@st.composite
def renamed_services(draw):
    """Return services, the same where some have other names, and those by their old ones."""
    before = draw(services(max_size=2))
    names = [item["name"] for item in before]
    moved = {
        names[at % len(names)]: f"{names[at % len(names)]}-new" for at in sorted(draw(_NUMBERS))
    }
    after = [
        {**(draw(service(NAMES.index(item["name"]))) if draw(st.booleans()) else item),
         "name": moved.get(item["name"], item["name"])}
        for item in before
    ]  # fmt: skip
    return before, after, moved


@laws(Fraction(1, 2))
@given(left=left_clusters(), drawn=renamed_services(), prune=st.booleans())
def test_what_is_renamed_has_its_data_and_nothing_is_left_to_do(world, met, left, drawn, prune):
    world.reset()
    before, after, moved = drawn
    leave(world, left)
    world.write(*before)
    world.apply()
    for bucket in sorted(world.buckets()):
        world.put(bucket, "kept/it", b"x")
    objects, there = world.objects(), world.names()
    world.write(*after)
    entries = [{"from": old, "to": new} for old, new in moved.items()]
    world.write_settings(moved=entries, prune=prune)
    world.forget()
    found, report = world.apply()
    check_safe(world, objects, found.draft.plan)
    check_all_steps(world, found.draft.plan)
    assert not [item for item in report.results if item.status is not Status.DONE], told(report)
    again = world.plan()
    assert not again.draft.plan.actions, (shown(found), shown(again))
    held = {item.action.key.name for item in found.draft.plan.blocked}
    for old, new in moved.items():
        is_held = met("held back", new in held)
        assert is_held or (old not in world.names() and new in world.names())
        assert not is_held or (old in world.names()) == (old in there)
        met("renamed", not is_held and old in there)
        if not is_held:
            check_hooks(world, old, new)


def check_hooks(world, old, new):
    wanted = {tuple(item["path"].split("/", 1)) for item in world.live(new)["input"]}
    for bucket in world.buckets():
        rules = world.hooks(bucket)
        assert old not in {service for service, _ in rules}
        mine = {prefix for service, prefix in rules if service == new}
        assert mine == {f"{folder}/" for place, folder in wanted if place == bucket}
