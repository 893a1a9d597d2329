"""L1, L2, L4, L5, L13, L15 over histories: edits, drift, faults, removals, wiped clusters."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import Status
from oscar_sync.semantics.stamp import OWNER
from tests.emulator.calling import SERVICES
from tests.property.examples import number
from tests.property.leaving import leave
from tests.property.strategies import (
    BUCKETS,
    NAMES,
    allowed_words,
    left_clusters,
    service,
    services,
)
from tests.property.witness import check_nothing_lost, check_safe
from tests.property.world import running_world, shown, told

FAULTS = (
    "POST /system/services#1:500-before",
    "POST /system/services#1:500-after",
    "POST /system/services#1:refuse",
    "POST /system/services#1:reset",
    "POST /system/services#2:409",
    "PUT /system/services#1:500-before",
    "PUT /system/services#1:500-after",
    "PUT /system/services#1:refuse",
    "PUT /system/services#2:reset",
    "PUT /system/services#1:truncate",
    "PUT /system/services#1:warn",
    "PUT /system/services#1:401",
    "PUT /system/services#1:403",
    "DELETE /system/services/*#1:500-before",
    "DELETE /system/services/*#1:500-after",
    "DELETE /system/services/*#1:reset",
    "DELETE /system/services/*#1:refuse",
    "GET /system/services#2:truncate",
    "GET /system/services/*#1:truncate",
    "GET /system/services/*#2:401",
    "GET /system/buckets#1:403",
    "GET /system/buckets#1:truncate",
    "GET /system/services#1:401",
)
STORE_FAULTS = ("reset", "reset-after", "503", "403")
TRIES = 3


class History(RuleBasedStateMachine):
    """People edit files, other people touch the cluster, requests fail, and nothing is lost."""

    def __init__(self):
        super().__init__()
        assert MACHINE is not None
        self.world = MACHINE
        self.world.reset()
        self.files = {}
        self.before = {}
        self.uploads = 0

    @initialize(left=left_clusters())
    def others_were_here(self, left):
        leave(self.world, left)
        self.before = self.world.objects()

    @rule(wanted=services())
    def edit(self, wanted):
        self.files = {item["name"]: item for item in wanted}

    @rule(at=st.integers(0, len(NAMES) - 1), data=st.data())
    def edit_one(self, at, data):
        self.files[NAMES[at]] = data.draw(service(at))

    @precondition(lambda self: len(self.files) > 1)
    @rule(data=st.data())
    def take_out(self, data):
        del self.files[data.draw(st.sampled_from(sorted(self.files)))]

    @rule(bucket=st.sampled_from((*BUCKETS, *NAMES)), folder=st.sampled_from(("in-0", "all", "x")))
    def upload(self, bucket, folder):
        if bucket in self.world.buckets():
            self.uploads += 1
            self.world.put(bucket, f"{folder}/{self.uploads}", b"x")
            self.before = self.world.objects()

    @rule(at=st.integers(0, len(NAMES) - 1), memory=st.sampled_from(("2Gi", "3Gi")))
    def drift(self, at, memory):
        body = self.world.live(NAMES[at])
        if body is not None:
            self.world.api.put({**body, "memory": memory}, SERVICES)

    @rule(at=st.integers(0, len(NAMES) - 1))
    def let_go_by_hand(self, at):
        """Somebody lets a service go of its buckets, as a removal that was killed does."""
        body = self.world.live(NAMES[at])
        if body is not None:
            self.world.api.put({**body, "input": [], "output": [], "mount": None}, SERVICES)

    @rule()
    def wipe(self):
        """The cluster is set up anew, and its store survived."""
        self.world.emulator.wipe()

    @precondition(lambda self: self.files)
    @rule()
    def apply(self):
        self._apply()
        self._converge()

    @precondition(lambda self: self.files)
    @rule(fault=st.sampled_from(FAULTS), other=st.sampled_from(FAULTS))
    def apply_under_faults(self, fault, other):
        for text in {fault, other}:
            self.world.emulator.fault(text)
        self._apply()
        self.world.emulator.clear_faults()
        self._converge()

    @precondition(lambda self: self.files)
    @rule(kind=st.sampled_from(STORE_FAULTS), nth=st.integers(1, 6))
    def apply_with_a_store_in_trouble(self, kind, nth):
        count = [0]

        def fault(method, path, query):
            count[0] += 1
            return kind if count[0] >= nth else ""

        self.world.s3.fault = fault
        self._apply()
        self.world.s3.fault = lambda *_: ""
        self._converge()

    @precondition(lambda self: len(self.files) > 1)
    @rule(data=st.data(), faults=st.sets(st.sampled_from(FAULTS), max_size=1))
    def remove_and_restore(self, data, faults):
        """L15: what is removed and taken up again has every object, and uploads fire."""
        name = data.draw(st.sampled_from(sorted(self.files)))
        kept = self.files.pop(name)
        for text in faults:
            self.world.emulator.fault(text)
        self._apply(removed=[name])
        self.world.emulator.clear_faults()
        if data.draw(st.booleans()):
            self._converge(removed=[name])
        self.files[name] = kept
        self._converge()

    @precondition(lambda self: self.files)
    @rule(words=allowed_words(), faults=st.sets(st.sampled_from(FAULTS), max_size=1))
    def apply_with_consents(self, words, faults):
        """What was consented to and cut short goes on, or is held back, without the consent."""
        for text in faults:
            self.world.emulator.fault(text)
        self._apply(allow=tuple(words))
        self.world.emulator.clear_faults()
        self._converge()

    @precondition(lambda self: len(self.files) > 1)
    @rule(
        data=st.data(),
        erase=st.sets(st.sampled_from((*BUCKETS, "empty", "volume")), min_size=1),
        faults=st.sets(st.sampled_from(FAULTS), max_size=1),
    )
    def remove_and_erase(self, data, erase, faults):
        name = data.draw(st.sampled_from(sorted(self.files)))
        del self.files[name]
        row = {"service": name, "erase": sorted(erase)}
        for text in faults:
            self.world.emulator.fault(text)
        self._apply(removed=[row])
        self.world.emulator.clear_faults()
        self._converge(removed=[row])

    @precondition(lambda self: self.files)
    @rule(data=st.data(), faults=st.sets(st.sampled_from(FAULTS), max_size=1))
    def rename_and_rename_back(self, data, faults):
        """Twice under another name, and cut short: uploads start the one that the files name."""
        name = data.draw(st.sampled_from(sorted(self.files)))
        for old, new in ((name, f"{name}-new"), (f"{name}-new", name)):
            self.files[new] = {**self.files.pop(old), "name": new}
            for text in faults:
                self.world.emulator.fault(text)
            moved = [{"from": old, "to": new}]
            self._apply(moved=moved)
            self.world.emulator.clear_faults()
            self._converge(moved=moved)

    @precondition(lambda self: self.files)
    @rule(most=st.integers(0, 3))
    def prune(self, most):
        """L13: only under prune, at most max_removals, and data stays."""
        names = set(self.files)
        before = self.world.names()
        self._apply(prune=True, max_removals=most)
        gone = before - self.world.names()
        assert not gone & names
        assert len(gone) <= most

    # what every run must hold

    def _write(self, **more):
        self.world.settings = {}
        self.world.settings.update(more)
        self.world.write(*self.files.values())
        self.world.forget()

    def _apply(self, allow=(), **more):
        self._write(**more)
        before = set() if more or allow else self.world.names()
        found, report = self.world.apply(allow=allow)
        check_safe(self.world, self.before, found.draft.plan)
        if not more:
            assert before <= self.world.names()
        self.before = self.world.objects()
        return found, report

    def _converge(self, **more):
        """L2: at most three further runs, each without a fault, and nothing is left to do."""
        found, said = self._whole(**more), []
        for _ in range(TRIES):
            if found.draft.plan.actions:
                said.append(shown(found))
                found = self._whole(**more)
        assert not found.draft.plan.actions, "\n".join([*said, shown(found)])
        self._check_hooks(found)

    def _whole(self, **more):
        """Apply without a fault, and return the pass."""
        found, report = self._apply(**more)
        assert not [r for r in report.results if r.status is not Status.DONE], told(report)
        return found

    def _check_hooks(self, again):
        """Uploads to the inputs of each service that does not differ start it.

        In these buckets nothing else does; in others a hook may sleep that nobody vouches for. What
        others made just as it is wanted has no step and no stamp: `--hooks` looks at it.
        """
        blocked = {item.action.key.name for item in again.draft.plan.blocked}
        thorough = self.world.plan(PlanOptions(checks_all_hooks=True)).draft.plan
        held = [item.action for item in thorough.blocked]
        mended = {str(action.key.name) for action in (*thorough.actions, *held)}
        for name in set(self.files) - blocked:
            live = self.world.live(name)
            wanted = {tuple(item["path"].split("/", 1)) for item in live["input"]}
            for bucket in self.world.buckets():
                mine = {prefix for service, prefix in self.world.hooks(bucket) if service == name}
                here = {f"{folder}/" for place, folder in wanted if place == bucket}
                if OWNER not in (live["annotations"] or {}):
                    assert here <= mine or name in mended, f"{name}: {shown(again)}"
                    continue
                assert here <= mine, f"{name} in {bucket}: wants {here}, has {mine}"
                assert mine <= here or not here, f"{name} in {bucket}: stale {mine - here}"

    @invariant()
    def nothing_is_lost(self):
        check_nothing_lost(self.before, self.world.objects())

    def teardown(self):
        self.world.reset()


MACHINE = None


def test_histories():
    """One world for all histories."""
    from hypothesis.stateful import run_state_machine_as_test

    global MACHINE  # noqa: PLW0603 - Hypothesis makes the machines
    with running_world() as world:
        MACHINE = world
        run_state_machine_as_test(
            History,
            settings=settings(
                max_examples=number(Fraction(3, 20)),
                stateful_step_count=12,
                deadline=None,
            ),
        )
