import errno
import os
import subprocess
import threading

import pytest

from oscar_sync.errors import InputError
from oscar_sync.workspace.key import FOLDER, VARIABLE, ensure_key, read_key

LONG = "k" * 32


def read(folder, environ, on_note=None):
    key = read_key(folder, environ, on_note)
    assert key
    return key


def ensure(folder, environ, on_note=None):
    key = ensure_key(folder, environ, on_note)
    assert key
    return key


@pytest.fixture
def notes():
    return []


def test_reading_makes_nothing(tmp_path):
    assert read_key(tmp_path, {}) is None
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_alone_and_hidden_from_git(tmp_path, notes):
    made = ensure(tmp_path, {}, notes.append)
    assert made.is_new
    assert len(made.secret.reveal()) == 64
    folder = tmp_path / FOLDER
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "key"]
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    again = ensure(tmp_path, {}, notes.append)
    assert (again.secret, again.id, again.is_new) == (made.secret, made.id, False)
    assert read_key(tmp_path, {}) == again
    assert notes == []


def test_the_variable_wins_and_writes_nothing(tmp_path):
    ensure_key(tmp_path, {})
    key = ensure(tmp_path, {VARIABLE: LONG})
    assert key.secret.reveal() == LONG
    assert not key.is_new
    assert read_key(tmp_path / "elsewhere", {VARIABLE: LONG}) == key


@pytest.mark.parametrize("text", ["", "short", "k" * 31, " " * 40])
def test_a_variable_that_can_be_guessed_is_an_error_which_does_not_show_it(tmp_path, text):
    for action in (read_key, ensure_key):
        with pytest.raises(InputError) as caught:
            action(tmp_path, {VARIABLE: text})
        (found,) = caught.value.diagnostics
        assert found.code.startswith("OSY2")
        assert VARIABLE in found.file
        assert not text.strip() or text not in str(caught.value)


def test_a_blank_variable_may_be_set_or_unset(tmp_path):
    with pytest.raises(InputError) as caught:
        read_key(tmp_path, {VARIABLE: ""})
    (found,) = caught.value.diagnostics
    assert found.message == "the fingerprint key is blank"
    assert found.remedy.endswith(f", or: unset {VARIABLE}")


def test_a_cut_off_key_file_is_an_error_and_is_kept(tmp_path):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "key").write_text("cut\n")
    with pytest.raises(InputError):
        ensure_key(tmp_path, {})
    assert (tmp_path / FOLDER / "key").read_text() == "cut\n"


def test_a_key_that_others_can_read_is_used_with_a_note(tmp_path, notes):
    made = ensure(tmp_path, {})
    (tmp_path / FOLDER / "key").chmod(0o644)
    assert read(tmp_path, {}, notes.append).id == made.id
    assert "chmod 600" in notes[0]


def test_the_id_tells_keys_apart_without_telling_them(tmp_path):
    one = read(tmp_path, {VARIABLE: LONG})
    two = read(tmp_path, {VARIABLE: LONG + "x"})
    assert one.id != two.id
    assert len(one.id) == 8
    assert int(one.id, 16) >= 0
    assert LONG not in repr(one)


def test_runs_at_once_agree_on_one_key(tmp_path):
    start, keys = threading.Barrier(8), []

    def run():
        start.wait()
        keys.append(ensure(tmp_path, {}))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.id for key in keys}) == 1
    assert sum(key.is_new for key in keys) == 1
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [".gitignore", "key"]


def test_a_key_that_another_run_makes_in_between_is_the_key(tmp_path, monkeypatch):
    made, real = [], os.path.lexists

    def lexists(path):
        monkeypatch.setattr(os.path, "lexists", real)
        made.append(ensure(tmp_path, {}))
        return real(path)

    monkeypatch.setattr(os.path, "lexists", lexists)
    key = ensure_key(tmp_path, {})
    assert key is not None
    assert key.id == made[0].id


def test_a_folder_that_cannot_be_written_gives_no_key_and_a_note(tmp_path, notes):
    (tmp_path / FOLDER).write_text("a file in the way")
    assert ensure_key(tmp_path, {}, notes.append) is None
    assert VARIABLE in notes[-1]


def test_a_missing_folder_gives_no_key_and_a_note(tmp_path, notes):
    assert ensure_key(tmp_path / "absent", {}, notes.append) is None
    assert "No such file" in notes[0]


def test_nothing_is_written_or_read_through_a_link(tmp_path, notes):
    target = tmp_path / "target"
    target.mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / FOLDER).symlink_to(target)
    assert ensure_key(project, {}, notes.append) is None
    assert list(target.iterdir()) == []
    (target / "key").write_text(LONG)
    assert read_key(project, {}, notes.append) is None
    assert len(notes) == 2


def test_a_key_file_that_is_a_link_is_neither_read_nor_replaced(tmp_path, notes):
    (tmp_path / "other").write_text(LONG)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "key").symlink_to(tmp_path / "other")
    assert ensure_key(tmp_path, {}, notes.append) is None
    assert (tmp_path / FOLDER / "key").readlink() == tmp_path / "other"
    assert "cannot be read" in notes[0]


def test_a_dangling_link_is_not_written_through(tmp_path, notes):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "key").symlink_to(tmp_path / "absent")
    assert ensure_key(tmp_path, {}, notes.append) is None
    assert not (tmp_path / "absent").exists()


def test_a_key_file_that_is_no_text_is_named(tmp_path, notes):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "key").write_bytes(b"\xff" * 40)
    assert read_key(tmp_path, {}, notes.append) is None
    assert "secrets are not compared" in notes[0]


def test_a_file_system_without_hard_links_keeps_a_key_too(tmp_path, monkeypatch):
    def refuse(_source, _target):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made = ensure(tmp_path, {})
    assert ensure(tmp_path, {}).id == made.id
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [".gitignore", "key"]


@pytest.mark.parametrize("is_worktree", [False, True], ids=["repository", "work tree beside it"])
@pytest.mark.parametrize("is_added", [False, True])
def test_a_key_that_git_tracks_is_told(tmp_path, notes, is_worktree, is_added):
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    folder = tmp_path / "repository"
    subprocess.run([*git, "init", "-q", str(folder)], check=True)
    if is_worktree:
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=folder, check=True)
        beside = tmp_path / "beside"
        subprocess.run([*git, "worktree", "add", "-q", str(beside)], cwd=folder, check=True)
        folder = beside
    sets = folder / "sets"
    sets.mkdir()
    ensure(sets, {}, notes.append)
    deeper = sets / "sets" / FOLDER
    deeper.mkdir(parents=True)
    (deeper / "key").write_text("another, whose name ends as ours does\n")
    added = [".oscar-sync/key"] if is_added else []
    subprocess.run([*git, "add", "-f", str(deeper / "key"), *added], cwd=sets, check=True)
    read(sets, {}, notes.append)
    assert ["tracked by git" in note for note in notes] == ([True] if is_added else [])
