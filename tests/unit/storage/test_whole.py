"""A file is written whole or not at all, whatever comes between, and nothing else is touched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from oscar_sync.storage.whole import is_part, whole, write_whole


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(b"before")
    return path


def test_a_file_is_as_it_was_until_the_new_one_is_whole(file):
    with whole(file) as part:
        part.write(b"aft")
        part.flush()
        assert file.read_bytes() == b"before"
        assert is_part(Path(part.name).name)
        part.write(b"er")
    assert file.read_bytes() == b"after"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_the_file_as_it_was_and_nothing_beside_it(file, error):
    with pytest.raises(error), whole(file) as part:  # noqa: PT012 - the block is what fails
        part.write(b"half")
        raise error
    assert file.read_bytes() == b"before"
    assert list(file.parent.iterdir()) == [file]


def test_a_process_that_is_killed_leaves_the_file_as_it_was(file):
    code = (
        "import os, signal, sys, pathlib\n"
        "from oscar_sync.storage.whole import whole\n"
        "with whole(pathlib.Path(sys.argv[1])) as part:\n"
        "    part.write(b'half')\n"
        "    part.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"before"


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_permissions(file, mode):
    file.chmod(mode)
    write_whole(file, b"after")
    assert file.stat().st_mode & 0o777 == mode


def test_a_new_file_has_the_permissions_that_the_user_gives_to_new_files(tmp_path):
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "new", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_dangling", [False, True])
def test_a_link_is_replaced_and_what_it_names_is_left_alone(file, is_dangling):
    link = file.with_name("link")
    link.symlink_to("nowhere" if is_dangling else file.name)
    write_whole(link, b"after")
    assert link.read_bytes() == b"after"
    assert not link.is_symlink()
    assert file.read_bytes() == b"before"
    assert not file.with_name("nowhere").exists()


def test_a_name_of_the_greatest_length_is_written(tmp_path):
    path = tmp_path / ("n" * 255)
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"


def test_a_folder_is_never_replaced_by_a_file(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"after")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
