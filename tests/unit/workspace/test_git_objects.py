"""What a commit holds is written below one folder, whatever its names are."""

import pytest

from oscar_sync.errors import UsageError
from oscar_sync.workspace import git_objects
from oscar_sync.workspace.git_objects import CommittedFile, write_files


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", ".git/config", "a/.GIT/hooks/x", "/x", "a//b", "a\\b", "./x"]
)
def test_a_name_that_leads_elsewhere_is_refused(path, tmp_path):
    with pytest.raises(UsageError, match="a name cannot be"):
        write_files(tmp_path, {path: CommittedFile("100644", "0" * 40, 1)}, tmp_path / "to")
    assert list(tmp_path.iterdir()) == []


def test_too_much_is_refused_before_it_is_read(tmp_path):
    most = git_objects.LARGEST_FILE
    files = {str(number): CommittedFile("100644", f"{number:040}", most) for number in range(17)}
    with pytest.raises(UsageError, match="over 256 MiB"):
        write_files(tmp_path, files, tmp_path / "to")


def test_objects_that_are_not_there_are_told(tmp_path):
    with pytest.raises(UsageError, match="fetch it as a whole"):
        write_files(tmp_path, {"a": CommittedFile("100644", "0" * 40, 1)}, tmp_path)
