import os
import tracemalloc

import pytest

from oscar_sync.storage.files import SourceFile, SourceFolder, SourceProblem, read_regular, walk


def test_a_folder_gives_its_files_in_order_with_sizes(tmp_path):
    for name in ("b", "a/z", "a/b/c", "a.b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "empty").mkdir()
    found = walk(tmp_path)
    assert [file.relative for file in found.files] == ["a.b", "a/b/c", "a/z", "b"]
    assert found.files[1] == SourceFile("a/b/c", str(tmp_path / "a" / "b" / "c"), 5)
    assert found.problems == ()


def test_a_file_gives_itself_by_its_name(tmp_path):
    (tmp_path / "f").write_text("x")
    assert walk(tmp_path / "f") == SourceFolder((SourceFile("f", str(tmp_path / "f"), 1),), ())


def test_links_are_reported_and_not_followed(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_text("x")
    source = tmp_path / "in"
    source.mkdir()
    (source / "file").symlink_to(tmp_path / "out" / "secret")
    (source / "folder").symlink_to(tmp_path / "out")
    (source / "loop").symlink_to(source)
    (source / "dangling").symlink_to(source / "absent")
    found = walk(source)
    assert found.files == ()
    assert [problem.relative for problem in found.problems] == [
        "dangling",
        "file",
        "folder",
        "loop",
    ]
    assert {problem.reason for problem in found.problems} == {"is a link"}


def test_what_is_no_file_is_reported(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert walk(tmp_path).problems == (SourceProblem("pipe", "is not a file"),)


def test_a_source_that_is_missing_or_a_link_is_reported(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert walk(tmp_path / "absent").problems[0].relative == "absent"
    assert walk(tmp_path / "link").problems == (SourceProblem("link", "is a link"),)


def test_an_unreadable_file_is_reported(tmp_path, monkeypatch):
    (tmp_path / "f").write_text("x")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root reads everything
    assert walk(tmp_path).problems == (SourceProblem("f", "cannot be read"),)


def test_a_walk_takes_less_than_twice_the_memory_of_what_it_returns(tmp_path):
    for number in range(2_000):
        (tmp_path / f"{number}").touch()
    tracemalloc.start()
    found = walk(tmp_path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.files) == 2_000
    assert peak < 2 * kept


def test_a_file_is_read_up_to_a_bound_and_no_link_is_followed(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"content")
    (tmp_path / "link").symlink_to(path)
    assert read_regular(path, 8) == b"content"
    assert read_regular(path, 4) == b"cont"
    with pytest.raises(OSError, match="symbolic links"):
        read_regular(tmp_path / "link", 8)


def test_what_the_folder_s_ignore_file_names_is_left_out(tmp_path):
    for name in ("keep.txt", "drop.log", "cache/deep/a", "sub/drop.log", "sub/keep.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".oscar-syncignore").write_text("*.log\n!keep.log\n/cache/\n")
    found = walk(tmp_path)
    assert [file.relative for file in found.files] == ["keep.txt", "sub/keep.log"]
    assert found.problems == ()


@pytest.mark.parametrize("kind", ["not text", "costly", "a link", "too long"])
def test_an_ignore_file_that_cannot_be_used_stops_the_seed(tmp_path, kind):
    path = tmp_path / ".oscar-syncignore"
    (tmp_path / "a").write_text("a")
    if kind == "a link":
        path.symlink_to(tmp_path / "a")
    else:
        contents = {"not text": b"\xff\xfe", "costly": b"a*b*c*d*e*f\n", "too long": b"a\n" * 32769}
        path.write_bytes(contents[kind])
    found = walk(tmp_path)
    assert found.files == ()
    assert [problem.relative for problem in found.problems] == [".oscar-syncignore"]
