"""An export stays in its folder, whatever services are called and whatever is there."""

import os

import pytest

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ClusterView
from oscar_sync.reconcile.export import ExportedFile, apart, conflicts, exported
from oscar_sync.semantics.live import live_service

NO_FILES = [
    "..", ".", "", "/etc/x", "a/b", "a\\b", "../x", "CON", "con", "nul.txt", "COM1", "Lpt9", "a ",
    "a.", ".hidden", "-rf\n", "a\x00b", "a\u202eb", "\ud800", "C:x",
]  # fmt: skip


def view_of(cluster, *names):
    place = Cluster(ClusterId(cluster), "http://127.0.0.1:1", cluster, None)
    live = [
        live_service(place.id, {"name": name, "image": "i:1", "script": "s\n", "owner": "me"})
        for name in names
    ]
    return ClusterView(place, me=frozenset({"me"}), services={one.key.name: one for one in live})


@pytest.mark.parametrize("name", NO_FILES)
def test_a_service_whose_name_is_no_file_name_is_left_out_with_the_reason(name):
    found = exported(view_of("edge", name, "good"))
    assert [file.path for file in found.files] == ["edge/good.sh", "edge/good.yaml"]
    assert len(found.left_out) == 1
    assert "is not a safe file name" in found.left_out[0]


@pytest.mark.parametrize("cluster", [*NO_FILES, "https://x/../..", "~", "..."])
def test_the_folder_of_any_cluster_lies_in_the_target(cluster):
    for file in exported(view_of(cluster, "good")).files:
        folder, name = file.path.split("/")
        assert folder.isprintable()
        assert folder not in {"", ".", "..", "CON", "con", "nul.txt", "COM1", "Lpt9"}
        assert name in {"good.sh", "good.yaml"}


def test_of_files_that_some_file_systems_take_for_one_the_first_is_written():
    one, other, apart_from = (ExportedFile(path, "") for path in ("Edge/a", "edge/A", "edge/b"))
    assert apart((one, other, apart_from)) == ((one, apart_from), ("edge/A",))


@pytest.fixture
def target(project):
    assert project.run("apply", "--yes")[0] == 0
    found = project.folder.parent / "target"
    found.mkdir()
    return found


@pytest.mark.parametrize("args", [[], ["--overwrite"]])
def test_a_linked_folder_is_never_written_through(project, target, args):
    elsewhere = project.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (target / "edge").symlink_to(elsewhere, target_is_directory=True)
    code, _, err = project.run("export", target, *args)
    assert (code, list(elsewhere.iterdir())) == (64, [])
    assert "outside" in err


@pytest.mark.parametrize("args", [[], ["--overwrite"]])
def test_a_linked_file_is_never_written_through(project, target, args):
    elsewhere = project.folder.parent / "precious"
    elsewhere.write_text("mine")
    (target / "edge").mkdir()
    (target / "edge" / "hello.yaml").symlink_to(elsewhere)
    code, _, _ = project.run("export", target, *args)
    assert (code, elsewhere.read_text()) == (64, "mine")
    assert not (target / "edge" / "hello.sh").exists()


def test_a_pipe_in_the_target_is_a_conflict_and_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "a")
    assert conflicts((ExportedFile("a", ""),), tmp_path) == (str(tmp_path / "a"),)
