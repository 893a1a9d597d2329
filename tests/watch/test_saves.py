"""What a plan reads is watched, wherever it lies and however it is saved."""

import ctypes
import errno
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from watchdog.events import FileModifiedEvent
from watchdog.observers import inotify_c

from oscar_sync.cli.applying import signals
from oscar_sync.errors import InputError
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.once import Stop
from oscar_sync.reconcile.reads import Reads, reads_of
from oscar_sync.reconcile.watch import Saves, Woken, outermost
from tests.machine import PATIENCE_S

FDL = """\
functions:
  oscar:
  - edge:
      name: {name}
      image: ghcr.io/x/hello:1.0
      memory: 1Gi
      script: {script}
"""
SETTINGS = "clusters:\n  edge: {endpoint: 'https://oscar.example.org'}\n"
ENVIRON = {"OSCAR_USERNAME": "me", "OSCAR_PASSWORD": "word", "HOME": "/nowhere"}
"""Longer than any save takes to be seen; a wait ends as soon as it is."""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "oscar-sync.yaml").write_text(SETTINGS)
    (folder / "a.yaml").write_text(FDL.format(name="a", script="run.sh"))
    (folder / "run.sh").write_text("echo\n")
    return folder


class Watch:
    """Saves that follow what a plan of *folder* reads."""

    def __init__(self, folder, *, poll_s=None, **options):
        self.notes: list[str] = []
        self.saves = Saves(poll_s=poll_s, on_note=self.notes.append)
        self.request = DesireRequest((str(folder),), cwd=str(folder), **options)
        self.memory = WatchMemory()
        self.reads = Reads()
        self.stop = threading.Event()
        self.follow()

    def follow(self):
        try:
            desire(self.request, ENVIRON, self.memory)
            self.reads = reads_of(self.memory.files)
        except InputError:
            self.reads = reads_of(self.memory.files).with_earlier(self.reads)
        self.saves.follow(self.reads)

    def saved(self, most_s=PATIENCE_S):
        """The names of what was saved, after the quiet; none after *most_s*."""
        woken = self.saves.wait(time.monotonic() + most_s, self.stop)
        self.follow()
        return {Path(name).name for name in woken.files}


@pytest.fixture
def watching():
    started = []

    def start(*args, **options):
        started.append(Watch(*args, **options))
        return started[-1]

    yield start
    for watch in started:
        watch.saves.close()


@pytest.fixture(params=[None, 0.2], ids=["told", "polled"])
def poll_s(request):
    return request.param


def write_in_place(file, text):
    file.write_text(text)


def rename_over(file, text):
    beside = file.with_name(f".{file.name}.tmp")
    beside.write_text(text)
    beside.replace(file)


def as_vim_does(file, text):
    """A swap file, a probe whether the folder can be written to, the old file as a backup."""
    swap = file.with_name(f".{file.name}.swp")
    swap.write_text("swap")
    probe = file.with_name("4913")
    probe.write_text("")
    probe.unlink()
    backup = file.with_name(f"{file.name}~")
    file.rename(backup)
    file.write_text(text)
    backup.unlink()
    swap.unlink()


def as_vim_itself(file, text):
    if not shutil.which("vim"):
        pytest.skip("no vim here")
    command = ["vim", "-u", "NONE", "-es", "-c", "set backup", "-c", f"%d|put ='{text.strip()}'"]
    subprocess.run([*command, "-c", "1d|wq", str(file)], check=True, stdin=subprocess.DEVNULL)


def delete_and_create(file, text):
    file.unlink()
    file.write_text(text)


@pytest.mark.parametrize(
    "save", [write_in_place, rename_over, as_vim_does, as_vim_itself, delete_and_create]
)
def test_each_way_of_saving_is_seen_and_leaves_no_other_name(project, watching, poll_s, save):
    watch = watching(project, poll_s=poll_s)
    save(project / "run.sh", "echo another line\n")
    assert watch.saved() == {"run.sh"}


def test_a_checkout_of_a_thousand_files_is_one_change(project, watching):
    def git(*words):
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words],
            cwd=project, check=True, capture_output=True,
        )  # fmt: skip

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "many")
    for number in range(1000):
        name = f"svc-{number}"
        (project / f"{name}.yaml").write_text(FDL.format(name=name, script="run.sh"))
    git("add", "-A")
    git("commit", "-qm", "many")
    git("checkout", "-q", "-")
    watch = watching(project)
    git("checkout", "-q", "many")
    seen = watch.saved()
    for _ in range(2):  # a busy machine may tell of the last ones later
        seen |= watch.saved() if len(seen) < 1000 else set()
    assert len(seen) == 1000
    assert watch.saved(most_s=1.0) == set()


def test_a_folder_moved_away_and_back_is_watched_again(project, watching, poll_s):
    watch = watching(project, poll_s=poll_s)
    away = project.with_name("away")
    project.rename(away)
    assert watch.saved() == {"project"}
    (away / "a.yaml").write_text("functions: {}")
    away.rename(project)
    assert "project" in watch.saved()
    (project / "a.yaml").write_text(FDL.format(name="b", script="run.sh"))
    assert watch.saved() == {"a.yaml"}


def test_a_polled_folder_that_was_away_between_two_looks_is_watched_again(project, watching):
    watch = watching(project, poll_s=0.05)
    (polling,) = watch.saves._observer.emitters
    away = project.with_name("away")
    project.rename(away)
    polling.join(PATIENCE_S)  # it ends when it misses the folder
    away.rename(project)
    assert watch.saved() == {"project"}
    (project / "a.yaml").write_text(FDL.format(name="b", script="run.sh"))
    assert watch.saved() == {"a.yaml"}


def test_a_folder_that_is_another_one_under_the_same_name_is_watched(project, watching):
    watch = watching(project)
    copy = project.with_name("copy")
    shutil.copytree(project, copy)
    shutil.rmtree(project)
    copy.rename(project)
    seen = watch.saved()
    assert "project" in seen
    (project / "run.sh").write_text("echo new\n")
    assert watch.saved() == {"run.sh"}


def test_a_folder_below_that_is_moved_away_and_back_is_watched_again(project, watching):
    (project / "sub").mkdir()
    (project / "sub" / "b.yaml").write_text(FDL.format(name="b", script="../run.sh"))
    watch = watching(project)
    (project / "sub").rename(project.with_name("away"))
    assert "sub" in watch.saved()
    project.with_name("away").rename(project / "sub")
    assert "sub" in watch.saved()
    (project / "sub" / "b.yaml").write_text(FDL.format(name="c", script="../run.sh"))
    assert watch.saved() == {"b.yaml"}


def test_a_new_folder_with_manifests_is_seen(project, watching):
    watch = watching(project)
    (project / "new" / "deep").mkdir(parents=True)
    (project / "new" / "deep" / "c.yaml").write_text(FDL.format(name="c", script="../../run.sh"))
    assert watch.saved() >= {"new", "c.yaml"}


def test_a_script_outside_of_the_folder_is_watched(project, watching, poll_s):
    script = project.with_name("elsewhere") / "run.sh"
    script.parent.mkdir()
    script.write_text("echo\n")
    (project / "a.yaml").write_text(FDL.format(name="a", script=script))
    watch = watching(project, poll_s=poll_s, allow_outside=(str(script),))
    (script.parent / "other.txt").write_text("no plan reads this")
    script.write_text("echo more\n")
    assert watch.saved() == {"run.sh"}
    rename_over(script, "echo still more\n")
    assert watch.saved() == {"run.sh"}


def test_settings_above_the_path_and_an_env_file_and_overlays_are_watched(project, watching):
    (project / ".git").mkdir()
    services = project / "services"
    services.mkdir()
    (project / "a.yaml").rename(services / "a.yaml")
    (project / "run.sh").rename(services / "run.sh")
    (project / "overlays").mkdir()
    (project / "overlays" / "big.yaml").write_text("services: {}\n")
    (project / ".env").write_text("A=1\n")
    (project / "oscar-sync.yaml").write_text(SETTINGS + "env_file: .env\n")
    watch = watching(services, overlays=("big",))
    for file in ("oscar-sync.yaml", ".env", "overlays/big.yaml"):
        (project / file).write_text((project / file).read_text() + "# more\n")
        assert watch.saved() == {Path(file).name}


def test_seeds_are_watched_whole(project, watching):
    models = project.with_name("models")
    (models / "deep").mkdir(parents=True)
    (project / "oscar-sync.yaml").write_text(
        f"{SETTINGS}services:\n  a:\n    seeds:\n"
        f"    - {{from: '{models}', to: 'minio.default:weights/models'}}\n"
    )
    watch = watching(project, allow_outside=(str(models),))
    (models / "deep" / "weights.bin").write_bytes(b"1")
    assert watch.saved() == {"weights.bin"}


def test_a_file_that_was_missing_is_seen_when_it_comes(project, watching, poll_s):
    outside = project.with_name("later") / "run.sh"
    (project / "a.yaml").write_text(FDL.format(name="a", script=outside))
    watch = watching(project, poll_s=poll_s, allow_outside=(str(outside),))
    outside.parent.mkdir()
    outside.write_text("echo\n")
    assert watch.saved() == {"run.sh"}


def test_settings_that_come_into_being_are_seen(project, watching):
    (project / ".git").mkdir()
    services = project / "services"
    services.mkdir()
    (project / "a.yaml").rename(services / "a.yaml")
    (project / "run.sh").rename(services / "run.sh")
    settings = project / "oscar-sync.yaml"
    text = settings.read_text()
    settings.unlink()
    watch = watching(services)
    settings.write_text(text)
    assert watch.saved() == {"oscar-sync.yaml"}


def test_a_link_that_leads_elsewhere_is_seen(project, watching):
    """As a mounted ConfigMap is renewed."""
    for name in ("one", "two"):
        (project.with_name(name)).mkdir()
        (project.with_name(name) / "run.sh").write_text(f"echo {name}\n")
    (project / "run.sh").unlink()
    (project / "run.sh").symlink_to(project.with_name("one") / "run.sh")
    watch = watching(project, allow_outside=(str(project.parent),))
    link = project / "next"
    link.symlink_to(project.with_name("two") / "run.sh")
    link.replace(project / "run.sh")
    assert watch.saved() == {"run.sh"}


def test_what_no_plan_reads_is_no_change(project, watching):
    (project / ".git" / "objects").mkdir(parents=True)
    watch = watching(project)
    (project / "README.md").write_text("words")
    (project / ".a.yaml.swp").write_text("swap")
    (project / "a.yaml~").write_text("backup")
    (project / ".git" / "objects" / "b.yaml").write_text("not a manifest")
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "c.yaml").write_text("no")
    assert watch.saved(most_s=1.0) == set()


def test_a_project_below_a_hidden_folder_is_watched(tmp_path, project, watching):
    hidden = tmp_path / ".work"
    hidden.mkdir()
    project.rename(hidden / "project")
    watch = watching(hidden / "project")
    (hidden / "project" / "b.yaml").write_text(FDL.format(name="b", script="run.sh"))
    assert watch.saved() == {"b.yaml"}


def test_a_folder_reached_by_a_link_is_watched(tmp_path, project, watching):
    link = tmp_path / "link"
    link.symlink_to(project)
    watch = watching(link)
    (project / "run.sh").write_text("echo by its other name\n")
    assert watch.saved() == {"run.sh"}


def test_a_change_between_reading_and_watching_is_not_lost(project, watching):
    watch = watching(project)
    outside = project.with_name("elsewhere.sh")
    outside.write_text("echo\n")
    (project / "a.yaml").write_text(FDL.format(name="a", script=outside))
    watch.request = replace(watch.request, allow_outside=(str(outside),))
    assert watch.saved() == {"a.yaml"}
    desire(watch.request, ENVIRON, watch.memory)
    reads = reads_of(watch.memory.files)
    outside.write_text("echo later\n")
    watch.saves.follow(reads)
    assert watch.saved() == {"elsewhere.sh"}


def test_files_that_are_written_without_a_pause_are_planned_all_the_same():
    now = [0.0]
    saves = Saves(now=lambda: now[0])
    saves.follow(Reads(files={"/busy.yaml": None}))
    try:
        stop = threading.Event()

        def keep_writing():
            now[0] += 0.2
            saves.on_any_event(FileModifiedEvent("/busy.yaml"))
            return ""

        woken = saves.wait(1e9, stop, keep_writing)
        assert woken.files == ("/busy.yaml",)
        assert 10.0 <= now[0] < 11.0
    finally:
        saves.close()


def test_a_signal_ends_a_wait_without_an_exception_in_its_middle():
    """One that comes while the wait takes its lock would leave it taken, and the end would hang."""
    stop, ended = Stop(is_idle=True), []

    def now():
        if not stop.event.is_set():
            os.kill(os.getpid(), signal.SIGINT)
        return time.monotonic()

    saves = Saves(now=now)
    try:
        with pytest.raises(KeyboardInterrupt), signals(stop), stop.while_waiting(saves.wake):
            ended.append(saves.wait(time.monotonic() + PATIENCE_S, stop.event))
    finally:
        saves.close()
    assert ended == [Woken()]


def test_where_the_system_watches_no_more_everything_is_looked_at(project, watching, monkeypatch):
    watch = watching(project)

    def refused(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watch.saves._observer, "schedule", refused)
    (project / "sub").mkdir()
    watch.saves.follow(Reads(frozenset({str(project / "sub")})))
    assert "looking every 0.5 s instead" in watch.notes[0]
    assert "--poll" in watch.notes[0]
    (project / "sub" / "b.yaml").write_text("functions: {}")
    assert watch.saves.wait(time.monotonic() + PATIENCE_S, watch.stop).files


def test_a_folder_below_that_the_system_watches_no_more_is_looked_at(
    project, watching, monkeypatch
):
    """watchdog tells of a watch that ran out only for the folder that is watched, not below it."""
    bind = inotify_c.inotify_add_watch
    left = [2]

    def limited(*args):
        if not left[0]:
            ctypes.set_errno(errno.ENOSPC)
            return -1
        left[0] -= 1
        return bind(*args)

    (project / "sub").mkdir()
    watch = watching(project)
    assert watch.notes == []
    monkeypatch.setattr(inotify_c, "inotify_add_watch", limited)
    (project / "sub" / "deep").mkdir()
    (project / "sub" / "deep" / "deeper").mkdir()
    (project / "sub" / "deep" / "deeper" / "b.yaml").write_text("functions: {}")
    watch.saved()
    assert "looking every 0.5 s instead" in watch.notes[0]
    (project / "sub" / "deep" / "deeper" / "c.yaml").write_text("functions: {}")
    assert watch.saved() == {"c.yaml"}


def test_threads_and_descriptors_end_with_the_watch(project, watching):
    descriptors = Path("/proc/self/fd")
    before = len([*descriptors.iterdir()]) if descriptors.exists() else 0
    threads = threading.active_count()
    saves = Saves()
    saves.follow(Reads(frozenset({str(project)})))
    saves.close()
    assert threading.active_count() == threads
    assert not before or len([*descriptors.iterdir()]) == before


def test_only_the_outermost_folders_are_listened_to():
    assert outermost(["/a/b", "/a", "/ab", "/"]) == ("/",)
    assert outermost(["/a/b", "/a", "/ab"]) == ("/a", "/ab")
