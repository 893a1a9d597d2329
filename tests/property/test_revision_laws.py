"""L1, L5, L9, L11 in a git work tree: which commit the files come from sends nothing more."""

import shutil
import subprocess
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from oscar_sync.semantics.stamp import REVISION
from tests.property.examples import laws
from tests.property.leaving import leave
from tests.property.strategies import left_clusters, services
from tests.property.witness import check_all_steps, check_safe
from tests.property.world import shown

GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(GIT is None, reason="no git here")


class Repository:
    def __init__(self, folder):
        self.folder = folder
        self.git("init", "-q")
        self.commit()

    def git(self, *words):
        program = [
            GIT or "git",
            "-C",
            str(self.folder),
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
        ]
        subprocess.run([*program, *words], check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def repository(world):
    yield Repository(world.folder.parent)
    shutil.rmtree(world.folder.parent / ".git")


@laws(Fraction(3, 40))  # commits, and plans three times
@given(
    left=left_clusters(), wanted=services(), is_dirty=st.booleans(), is_between=st.booleans()
)  # fmt: skip
def test_after_an_apply_the_plan_of_another_commit_is_empty(
    world, met, repository, left, wanted, *, is_dirty, is_between
):
    world.reset()
    leave(world, left)
    world.forget()
    before = world.objects()
    world.write()
    repository.commit()  # without what another example may have committed
    world.write(*wanted)
    if not is_dirty:
        repository.commit()
    desired = world.desire()
    with world.connections() as connections:
        found = plan_once(desired, PlanOptions(), connections)
        if is_between:
            repository.commit()
        assert world.plan().draft.plan.digest == found.draft.plan.digest
        apply_once(found, ApplyOptions(), connections)
    check_safe(world, before, found.draft.plan)
    check_all_steps(world, found.draft.plan)
    marks = {
        name: world.live(name)["annotations"].get(REVISION, "")
        for name in {str(action.key.name) for action in found.draft.plan.actions} & world.names()
    }
    assert {mark.endswith("+changes") for mark in marks.values() if mark} <= {
        is_dirty and not is_between
    }
    met("marked", any(marks.values()))
    repository.commit()
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
