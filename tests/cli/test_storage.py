"""`oscar-sync storage`: files on the cluster's store and on the providers of services."""

import json
import os
import pty
import random
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from oscar_sync.cli.storage.get import below
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.errors import OutputError, UsageError


@pytest.fixture
def applied(project):
    """A project whose service `hello` runs on its bucket."""
    assert project.run("apply", "-y")[0] == 0
    return project


@pytest.fixture
def s3(applied):
    config = boto3.session.Config(s3={"addressing_style": "path"})
    answer = applied.emulator
    return boto3.client(
        "s3", endpoint_url=answer.s3_url, config=config, region_name="us-east-1",
        **_keys(applied),
    )  # fmt: skip


def _keys(project):
    import requests

    found = requests.get(
        f"{project.emulator.url}/system/config", auth=project.auth, timeout=60
    ).json()["minio_provider"]
    return {
        "aws_access_key_id": found["access_key"],
        "aws_secret_access_key": found["secret_key"],
    }


@pytest.mark.parametrize(
    ("text", "provider", "path", "is_folder"),
    [
        ("a", "minio.default", "a", True),
        ("a/b", "minio.default", "a/b", False),
        ("a/b/", "minio.default", "a/b", True),
        ("a/b:c", "minio.default", "a/b:c", False),
        ("minio:a/b", "minio.default", "a/b", False),
        ("s3.mine:a/b", "s3.mine", "a/b", False),
        ("webdav.w:/a/b", "webdav.w", "a/b", False),
    ],
)
def test_a_place_is_a_provider_and_a_path(text, provider, path, is_folder):
    place = place_of(text)
    assert (place.provider, place.path, place.is_folder) == (provider, path, is_folder)


@pytest.mark.parametrize("text", ["", "/", ":a", "minio.default:", "s3.mine:/"])
def test_a_place_that_names_nothing_is_wrong_usage(text):
    with pytest.raises(UsageError, match="is not a place"):
        place_of(text)


def test_a_file_goes_up_is_listed_and_comes_back_as_it_was(applied):
    content = random.Random(5).randbytes(70_000)
    (applied.folder / "cat.bin").write_bytes(content)
    code, out, err = applied.run("storage", "put", "cat.bin", "hello/models/")
    assert (code, out, err) == (0, "cat.bin -> hello/models/cat.bin (70 kB)\n", "")
    code, out, err = applied.run("storage", "ls", "hello/models")
    assert code == 0
    assert "hello/models/cat.bin" in out
    assert "1 file, 70 kB" in err
    (one,) = json.loads(applied.run("storage", "ls", "hello/models", "-o", "json", "-q")[1])
    assert one["size_bytes"] == 70_000
    assert one["last_write"].endswith("Z")
    assert applied.run("storage", "get", "hello/models/cat.bin", "dog.bin")[0] == 0
    assert (applied.folder / "dog.bin").read_bytes() == content


def test_an_upload_to_an_input_folder_starts_the_service(applied):
    (applied.folder / "in.txt").write_text("x")
    assert applied.run("storage", "put", "in.txt", "hello/in/")[0] == 0
    assert len(json.loads(applied.run("service", "jobs", "hello", "-o", "json")[1])) == 1
    assert "input folder" in applied.run("storage", "put", "--help")[1]


def test_a_file_does_not_go_beside_the_folder_that_was_meant(applied):
    """An object `hello/in` would start no service, and hide the folder from tools."""
    (applied.folder / "in.txt").write_text("x")
    code, _, err = applied.run("storage", "put", "in.txt", "hello/in")
    assert code == 64
    assert "hello/in is a folder: write hello/in/ for a file in it" in err


def test_a_key_of_its_own_and_several_files(applied):
    for name in ("a", "b"):
        (applied.folder / name).write_text(name)
    assert applied.run("storage", "put", "a", "hello/kept/other name")[0] == 0
    assert applied.run("storage", "put", "a", "b", "hello/kept")[0] == 64
    assert applied.run("storage", "put", "a", "b", "minio.default:hello/kept/")[0] == 0
    listed = json.loads(applied.run("storage", "ls", "hello/kept", "-o", "json")[1])
    assert [one["path"] for one in listed] == [
        "hello/kept/a", "hello/kept/b", "hello/kept/other name",
    ]  # fmt: skip


def test_folders_go_up_and_come_back_without_links(applied):
    (applied.folder / "tree" / "sub").mkdir(parents=True)
    (applied.folder / "tree" / "a").write_text("a")
    (applied.folder / "tree" / "sub" / "b").write_text("b")
    (applied.folder / "tree" / "link").symlink_to("/etc/hosts")
    code, _, err = applied.run("storage", "put", "-r", "tree", "hello/m/")
    assert code == 0
    assert "tree/link is skipped" in err
    code, out, _ = applied.run("storage", "get", "-r", "hello/m", "back")
    assert code == 0
    assert out.splitlines()[0].startswith("hello/m/a -> back/a")
    found = {path.relative_to(applied.folder / "back").as_posix()
             for path in (applied.folder / "back").rglob("*") if path.is_file()}  # fmt: skip
    assert found == {"a", "sub/b"}


def test_more_than_a_page_is_listed(applied):
    for number in range(1_005):
        applied.emulator._store.put("hello", f"many/{number:04}", b"")
    assert "1,005 files, 0 B" in applied.run("storage", "ls", "hello/many")[2]


def test_the_newest_object_is_fetched_by_latest(applied, s3):
    s3.put_object(Bucket="hello", Key="out/only.txt", Body=b"result")
    code, _, _ = applied.run("storage", "get", "hello/out/", "--latest")
    assert code == 0
    assert (applied.folder / "only.txt").read_bytes() == b"result"
    assert applied.run("storage", "get", "hello/nothing/", "--latest")[0] == 64
    assert applied.run("storage", "get", "hello/out/", "--latest", "-r")[0] == 64


def test_a_key_never_steers_the_terminal(applied, s3):
    s3.put_object(Bucket="hello", Key="up/a\x1b[2Jb", Body=b"x")
    for words in ("get -r hello/up down", "ls hello/up"):
        assert "\x1b" not in "".join(applied.run("storage", *words.split())[1:])


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "..", "a\0b", "folder/"])
def test_a_file_that_would_leave_the_folder_is_not_written(name):
    """A store may list what another server than ours has let in."""
    with pytest.raises(OutputError, match="is not a path below down"):
        below(StoragePlace("minio.default", "hello/up"), Path("down"), f"hello/up/{name}")


def test_a_download_goes_on_past_names_that_cannot_be_written(applied, s3):
    for key in ("a/b", "long/" + "x" * 250, "z"):
        s3.put_object(Bucket="hello", Key=f"up/{key}", Body=b"x")
    (applied.folder / "down").mkdir()
    (applied.folder / "down" / "a").write_text("a file in the place of a folder")
    (applied.folder / "down" / "long").symlink_to(applied.folder)
    code, out, err = applied.run("storage", "get", "-r", "hello/up", "down")
    assert code == 1
    assert out.splitlines() == ["hello/up/z -> down/z (1 B)"]
    assert "down/a/b cannot be written" in err
    assert "down/long is a link" in err
    assert "not downloaded: 2 of 3 files" in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("get hello/no/such", 64, "there is no file hello/no/such"),
        ("get hello", 64, "-r fetches a folder"),
        ("get hello/kept/a no/such/place", 64, "no/such is not a folder"),
        ("get no-such-bucket/a", 6, "NoSuchBucket"),
        ("ls no-such-bucket", 6, "NoSuchBucket"),
        ("ls hello/nothing", 0, "there is nothing at hello/nothing"),
        ("put nowhere hello/", 64, "nowhere does not exist"),
        ("put . hello/", 64, "is a folder: give -r"),
        ("put run.sh no-such-bucket/", 6, "NoSuchBucket"),
        ("put run.sh :x", 64, "is not a place"),
        ("put run.sh", 64, "Missing argument"),
        ("get", 64, "Missing argument"),
        ("ls s3.mine:x", 64, "name it by --service NAME"),
        ("ls s3.mine:x --service hello", 64, "s3.mine is not defined"),
        ("ls s3.mine:x --service nobody", 64, "there is no service nobody"),
        ("ls ftp.x:y --service hello", 64, "ftp"),
    ],
)
def test_what_cannot_be_done_is_said(applied, words, code, said):
    (applied.folder / "a").write_text("a")
    applied.run("storage", "put", "a", "hello/kept/a")
    found, _, err = applied.run("storage", *words.split())
    assert (found, said in err) == (code, True), err


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_left(applied):
    (applied.folder / "a").write_text("a")
    applied.run("storage", "put", "a", "hello/kept/a")
    (applied.folder / "taken").write_text("a file")
    code, _, err = applied.run("storage", "get", "-r", "hello/kept", "taken")
    assert code == 1
    assert "cannot be written" in err
    assert (applied.folder / "taken").read_text() == "a file"


def test_a_store_that_is_down_is_said_in_words(applied):
    path = applied.folder / "oscar-sync.yaml"
    path.write_text(
        path.read_text().replace("auth_user", 's3_endpoint: "http://127.0.0.1:9"\n    auth_user')
    )
    for words in ("ls hello", "get hello/a", "put run.sh hello/"):
        code, _, err = applied.run("storage", *words.split())
        assert code == 6
        assert "object store http://127.0.0.1:9" in err


def test_buckets_and_the_folders_of_a_service_are_listed(applied):
    assert "hello" in applied.run("storage", "ls")[1]
    (bucket,) = json.loads(applied.run("storage", "ls", "-o", "json")[1])
    assert bucket["made_for"] == "hello"
    (used,) = json.loads(applied.run("storage", "ls", "--service", "hello", "-o", "json")[1])
    assert used == {"use": "input", "place": "minio.default:hello/in"}


def test_a_provider_of_a_service_is_spoken_to_with_its_own_keys(applied, s3):
    s3.create_bucket(Bucket="mine")
    keys = _keys(applied)
    provider = {
        "endpoint": applied.emulator.s3_url, "region": "us-east-1", "verify": True,
        "access_key": keys["aws_access_key_id"], "secret_key": keys["aws_secret_access_key"],
    }  # fmt: skip
    live = applied.live()["hello"]
    live["storage_providers"]["minio"]["mine"] = provider
    assert applied.put(live).status_code == 204
    (applied.folder / "a").write_text("content")
    own = ("--service", "hello")
    assert applied.run("storage", "put", "a", "minio.mine:mine/x/", *own)[0] == 0
    assert "mine/x/a" in applied.run("storage", "ls", "minio.mine:mine/x", *own)[1]
    code, _, err = applied.run("storage", "get", "minio.mine:mine/x/a", "b", *own)
    assert code == 0, err
    assert (applied.folder / "b").read_text() == "content"
    assert list(applied.folder.glob(".oscar-sync-*")) == []


@pytest.mark.parametrize(("words", "is_shown"), [((), True), (("-q",), False)])
def test_a_terminal_sees_a_bar(applied, words, is_shown):
    (applied.folder / "a").write_text("content")
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "oscar_sync", "storage", "put", "a", "hello/x/", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
    ) as process:  # fmt: skip
        assert process.wait(60) == 0
    os.write(theirs, b"end")
    os.close(theirs)
    shown = os.read(mine, 65536).decode()
    os.close(mine)
    assert ("[----" in shown or "[####" in shown) is is_shown


def test_nothing_is_fetched_through_a_link_inside_the_target(applied, tmp_path):
    """A branch may bring the link, and whoever may write to the bucket the file."""
    (applied.folder / "tree" / "sub").mkdir(parents=True)
    (applied.folder / "tree" / "sub" / "a.txt").write_text("theirs")
    assert applied.run("storage", "put", "-r", "tree", "hello/m/")[0] == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (applied.folder / "back").mkdir()
    (applied.folder / "back" / "sub").symlink_to(elsewhere, target_is_directory=True)
    code, out, err = applied.run("storage", "get", "-r", "hello/m", "back")
    assert (code, list(elsewhere.iterdir())) == (1, []), out + err
    assert "link" in err
    (applied.folder / "mine").symlink_to(elsewhere, target_is_directory=True)
    assert applied.run("storage", "get", "-r", "hello/m", "mine")[0] == 0  # the user's own word
    assert [path.name for path in elsewhere.iterdir()] == ["sub"]


@pytest.mark.parametrize("words", ["put hello.yaml nobuck/in/", "ls nobuck", "get nobuck/a ."])
def test_a_bucket_that_does_not_exist_is_answered_with_the_list_of_those_there_are(project, words):
    code, _, err = project.run("storage", *words.split())
    assert code == 6
    assert "oscar-sync bucket list -c edge shows those there are" in err
