"""L1, L2, L4, L5, L11, L13 of declared buckets and volumes, and of those that `removed` names."""

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from oscar_sync.model.report import Status
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.leaving import leave
from tests.property.strategies import BUCKETS, NAMES, Left, left_clusters, moves, private, services
from tests.property.witness import check_all_steps, check_safe
from tests.property.world import shown, told

IN_USE = ("bucket-in-use", "volume-in-use")
VOLUMES = ("disk", *NAMES[:2])
_SOME_BUCKETS = st.sets(st.sampled_from(BUCKETS))
_SOME_VOLUMES = st.dictionaries(st.sampled_from(VOLUMES), st.sampled_from(("1Gi", "1024Mi", "2Gi")))
_MARKS = st.dictionaries(st.sampled_from(BUCKETS), st.sampled_from(("laws", "others")))
_FAULTS = st.sampled_from(
    (
        "",
        "POST /system/buckets#1:500-before",
        "POST /system/buckets#1:500-after",
        "POST /system/buckets#1:truncate",
        "GET /system/buckets#2:500-before",
        "POST /system/volumes#1:500-after",
        "DELETE /system/buckets/*#1:500-before",
        "DELETE /system/buckets/*#1:truncate",
    )
)


def _settings(world, buckets, volumes, erased=(), deleted=()):
    """Write what is declared, and what is to be deleted of what is not."""
    removed = [{"bucket": one, "erase": True} for one in sorted({*erased} - {*buckets})]
    removed += [{"volume": one, "erase": True} for one in sorted({*deleted} - {*volumes})]
    world.write_settings(
        buckets={one: {} for one in sorted(buckets)},
        volumes={one: {"size": size} for one, size in sorted(volumes.items())},
        removed=removed,
    )


def _mark(world, marks):
    """Let buckets be managed by sets, as their tags say."""
    for bucket, set_name in marks.items():
        if bucket in world.buckets():
            tags = world.emulator._store.tags(bucket) or {}
            world.emulator._store.set_tags(bucket, {**tags, "oscar-sync": set_name})


@example(
    left=Left(buckets={"red": "private"}), wanted=[], marks={"red": "laws"}, buckets=set(),
    volumes={}, erased={"red"}, deleted=set(), order=NAMES, most=0,
)  # fmt: skip
@laws(Fraction(1, 2))
@given(
    left=left_clusters(), wanted=services(), marks=_MARKS,
    buckets=_SOME_BUCKETS, volumes=_SOME_VOLUMES, erased=_SOME_BUCKETS, deleted=st.sets(
        st.sampled_from(VOLUMES)), order=st.permutations(NAMES), most=st.integers(0, 2),
)  # fmt: skip
def test_declared_storage_is_made_once_and_nothing_else_goes(  # noqa: PLR0917 - what is drawn
    world, met, left, wanted, marks, buckets, volumes, erased, deleted, order, most
):
    world.reset()
    leave(world, left)
    _mark(world, marks)
    before, strange = world.objects(), {one for one, name in marks.items() if name == "others"}
    world.write(*private(wanted))
    world.settings["moved"] = moves(order, left, wanted)[:most]
    _settings(world, buckets, volumes, erased, deleted)
    world.forget()
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    gone = {bucket for bucket, _ in before} - world.buckets()
    met("a bucket is gone", gone)
    met("another set's stays", {*erased} & strange & {bucket for bucket, _ in before})
    assert gone <= {*erased} - {*buckets} - strange, shown(found)
    assert all(item.status is Status.DONE for item in report.results), told(report)
    check_all_steps(world, found.draft.plan)
    again = world.plan()
    # What an update has stopped using goes with the next apply: it was held back as in use.
    held = {item.action.id for item in found.draft.plan.blocked if item.code in IN_USE}
    # A service that became private made a bucket so that nobody manages: it can be adopted then.
    held |= {
        f"adopt bucket:{item.action.key}"
        for item in found.draft.plan.blocked
        if item.code == "bucket-not-managed" and report.results
    }
    assert {action.id for action in again.draft.plan.actions} <= held, (shown(found), shown(again))
    blocked = {item.action.key.name for item in again.draft.plan.blocked}
    assert {f"bucket {one}" for one in {*buckets} - world.buckets()} <= blocked


def _applied(world, met):
    """Return a pass and what became of it; it loses nothing."""
    world.forget()
    before = world.objects()
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    met("failed", any(item.status is not Status.DONE for item in report.results))
    return found, report


@laws()
@given(wanted=services(max_size=2), buckets=_SOME_BUCKETS, volumes=_SOME_VOLUMES, fault=_FAULTS,
       erased=_SOME_BUCKETS)  # fmt: skip
def test_after_a_fault_the_next_applies_end_where_one_without_would(  # noqa: PLR0917 - as above
    world, met, wanted, buckets, volumes, fault, erased
):
    world.reset()
    for bucket in erased:
        world.api.post({"bucket_name": bucket}, "/system/buckets")
        world.put(bucket, "kept/it", b"x")
    world.write(*private(wanted))
    _settings(world, buckets, volumes, erased)
    if fault:
        world.emulator.fault(fault)
    found, report = _applied(world, met)
    for _ in range(3):
        if report.results:
            found, report = _applied(world, met)
    world.emulator.clear_faults()
    assert not found.draft.plan.actions, shown(found)
    held = {item.action.key.name for item in found.draft.plan.blocked}
    assert not {f"bucket {one}" for one in {*erased} - {*buckets} if one in world.buckets()} - held


@laws(Fraction(1, 2))
@given(wanted=services(max_size=2), buckets=_SOME_BUCKETS, erased=_SOME_BUCKETS)
def test_a_narrowed_run_deletes_nothing_that_removed_names(world, met, wanted, buckets, erased):
    world.reset()
    world.write(*private(wanted))
    world.apply()
    before = world.objects()
    _settings(world, buckets, {}, erased)
    world.forget()
    found, _ = world.apply(only=(wanted[0]["name"],))
    check_safe(world, before, found.draft.plan)
    met("a bucket was named", {bucket for bucket, _ in before} & (erased - buckets))
    assert {bucket for bucket, _ in before} <= world.buckets()
    assert world.api.get(SERVICES).status == 200
