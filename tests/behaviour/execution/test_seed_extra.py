"""``delete_extra``: nothing goes that was written since the plan, and nothing for want of files."""

import io
import itertools
import shutil
import threading

import pytest

from oscar_sync.errors import InputError
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import Status
from oscar_sync.model.step import Do
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from oscar_sync.render.plan_text import MOST_DELETIONS, plan_text
from tests.property.witness import check_only_steps
from tests.support.services import codes, minio, service


@pytest.fixture
def seeded(world):
    """A service whose bucket red has what a folder holds below seeds/."""
    row = {"from": "seeds", "to": "minio.default:red/seeds", "delete_extra": True}
    world.write(service(output=minio("red/out")))
    world.write_settings(services={"alpha": {"seeds": [row]}})
    files(world, "one", "two")
    world.apply()
    assert stored(world) == {"seeds/one", "seeds/two"}
    return world


def files(world, *names):
    folder = world.folder / "seeds"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name in names:
        (folder / name).write_text(name, encoding="utf-8")


def stored(world):
    return {key for bucket, key in world.objects() if bucket == "red" and key[:6] == "seeds/"}


def deletions(found):
    return [
        step.target
        for action in found.draft.plan.actions
        for step in action.steps
        if step.do is Do.DELETE_OBJECT
    ]


def between(world, act):
    """Return the plan and the report of a run, while somebody *act*s between the two."""
    with world.connections() as connections:
        found = plan_once(world.desire(), PlanOptions(), connections)
        act()
        world.forget()
        return found, apply_once(found, ApplyOptions(), connections)


def empty_folder(folder):
    for path in folder.iterdir():
        path.unlink()


def other_file(folder):
    shutil.rmtree(folder)
    folder.write_text("a file in its place", encoding="utf-8")


def only_folders(folder):
    empty_folder(folder)
    (folder / "deep" / "deeper").mkdir(parents=True)


EXTRA = "delete_extra would delete all 2 objects in red/seeds"
LOST = {
    empty_folder: f"seeds contains no files, and {EXTRA}",
    only_folders: f"seeds contains no files, and {EXTRA}",
    other_file: f"seeds is not a folder, and {EXTRA}",
}


@pytest.mark.parametrize("lose", LOST)
def test_a_source_without_files_does_not_empty_the_target(seeded, lose):
    """A folder that is not mounted and a submodule that is not checked out are empty."""
    lose(seeded.folder / "seeds")
    found, report = seeded.apply()
    assert codes(found) == ["seed-source-empty"]
    assert found.draft.plan.blocked[0].message == LOST[lose]
    assert not report.results
    assert {"seeds/one", "seeds/two"} <= stored(seeded)


def test_a_source_that_is_gone_does_not_empty_the_target(seeded):
    shutil.rmtree(seeded.folder / "seeds")
    with pytest.raises(InputError, match="seed seeds does not exist"):
        seeded.apply()
    assert stored(seeded) == {"seeds/one", "seeds/two"}


@pytest.mark.parametrize("lose", LOST)
def test_a_source_without_files_is_no_fault_where_nothing_would_be_deleted(seeded, lose):
    for name in ("one", "two"):
        seeded.store.remove_object("red", f"seeds/{name}")
    lose(seeded.folder / "seeds")
    assert codes(seeded.plan()) == []


@pytest.mark.parametrize("content", [b"other", b"two"])
def test_an_object_that_was_written_since_the_plan_stays(seeded, content, monkeypatch):
    """The same content too: somebody wants it there."""
    files(seeded, "one")
    later = _later(seeded)
    found, report = between(seeded, lambda: later("seeds/two", content))
    assert deletions(found) == ["red/seeds/two"]
    [result] = report.results
    assert result.status is Status.STALE
    assert result.message == "changed since the plan was made, and not deleted: red/seeds/two"
    assert stored(seeded) == {"seeds/one", "seeds/two"}
    assert not seeded.s3.writes


@pytest.mark.parametrize(("number", "more"), [(10, ""), (11, " and 1 more")])
def test_of_many_that_were_written_since_the_first_ten_are_named(seeded, number, more):
    names = [f"{at:02}" for at in range(number)]
    files(seeded, "one", *names)
    seeded.apply()
    files(seeded, "one")

    def act():
        for name in names:
            seeded.put("red", f"seeds/{name}", b"other")

    [result] = between(seeded, act)[1].results
    named = ", ".join(f"red/seeds/{name}" for name in names[:10])
    assert result.message == f"changed since the plan was made, and not deleted: {named}{more}"


def _later(world):
    """Return what writes an object a second after everything else: S3 tells whole seconds."""
    from datetime import timedelta

    def write(key, content):
        world.put("red", key, content)
        held = world.emulator._store
        with held.lock:
            one = held.moto.buckets["red"].keys[key]
            one.last_modified += timedelta(seconds=5)

    return write


def test_what_others_wrote_or_took_away_does_not_hold_back_the_rest(seeded):
    files(seeded, "one", "two", "three", "four")
    seeded.apply()
    files(seeded, "one")

    def act():
        seeded.put("red", "seeds/three", b"written since")
        seeded.store.remove_object("red", "seeds/four")

    _, report = between(seeded, act)
    assert [result.status for result in report.results] == [Status.STALE]
    assert stored(seeded) == {"seeds/one", "seeds/three"}
    assert [one.method for one in seeded.s3.writes] == ["DELETE"]


def test_a_key_that_ends_with_a_slash_and_has_content_goes(seeded):
    """Other tools write such keys; it stopped every run."""
    seeded.store.put_object("red", "seeds/deep/", io.BytesIO(b"content"), 7)
    found, report = seeded.apply()
    assert deletions(found) == ["red/seeds/deep/"]
    assert [result.status for result in report.results] == [Status.DONE]
    assert stored(seeded) == {"seeds/one", "seeds/two"}


@pytest.mark.parametrize("count", [19, 20, 1003])
def test_many_objects_go_by_hundreds_and_each_is_counted(seeded, count):
    held = seeded.emulator._store
    for number in range(count):
        held.put("red", f"seeds/extra {number:04}+", b"x")
    found, report = between(seeded, lambda: None)
    assert len(deletions(found)) == count
    [result] = report.results
    assert result.status is Status.DONE
    assert len([one for one in result.sent if one.status == 200]) == count
    assert stored(seeded) == {"seeds/one", "seeds/two"}
    assert len(seeded.s3.writes) == {19: 19, 20: 1, 1003: 5}[count]
    check_only_steps(seeded, found.draft.plan)


def test_an_object_that_the_store_does_not_delete_is_a_failure(seeded):
    held = seeded.emulator._store
    for number in range(30):
        held.put("red", f"seeds/extra{number}", b"x")
    seeded.s3.fault = lambda method, path, query: "403" if method == "POST" else ""
    _, report = seeded.apply()
    assert [result.status for result in report.results] == [Status.FAILED]
    assert len(stored(seeded)) == 32


def test_after_a_deletion_that_failed_no_further_one_is_begun(seeded, monkeypatch):
    """Eight requests go side by side; here all of them are refused at once."""
    monkeypatch.setattr("oscar_sync.execution.seed._IN_ONE", 3)
    held = seeded.emulator._store
    for number in range(14 * 3):
        held.put("red", f"seeds/extra{number}", b"x")
    begun, eight = itertools.count(), threading.Barrier(8)

    def fault(method, path, query):
        if method != "POST":
            return ""
        if next(begun) < 8:
            eight.wait(timeout=60)
        return "403"

    seeded.s3.fault = fault
    [result] = between(seeded, lambda: None)[1].results
    assert result.status is Status.FAILED
    assert len(seeded.s3.writes) == 8
    assert len(result.sent) == 8 * 3


def test_the_text_of_a_plan_names_some_of_many_deletions_and_all_with_verbose(seeded):
    held = seeded.emulator._store
    for number in range(MOST_DELETIONS + 2):
        held.put("red", f"seeds/extra{number:02}", b"x")
    plan = seeded.plan().draft.plan
    text, whole = plan_text(plan), plan_text(plan, verbose=True)
    assert text.count("- red/seeds/extra") == MOST_DELETIONS
    assert "2 more objects to delete (-v lists them)" in text
    assert whole.count("- red/seeds/extra") == MOST_DELETIONS + 2
    assert "more object" not in whole
