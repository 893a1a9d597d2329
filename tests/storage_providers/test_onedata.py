"""What is held against an Oneprovider, and what of CDMI is used."""

import gzip
import hashlib

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.storage.onedata import PAGE
from tests.storage_providers import cdmi_server
from tests.storage_providers.cdmi_server import Space
from tests.storage_providers.conftest import TOKEN, onedata
from tests.unit.wire import stub


@pytest.fixture
def space():
    return Space(TOKEN, "my space")


@pytest.fixture
def provider(space):
    with cdmi_server.serving(space) as url:
        provider = onedata(url).open()
        yield provider
        provider.close()


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local"
    path.write_bytes(b"content")
    return path


@pytest.mark.parametrize("count", [1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 205])
def test_a_folder_is_listed_page_by_page_to_its_end(space, provider, count):
    space.folders.add("/my space/in/")
    names = [f"in/{n:05}" for n in range(count)]
    space.files |= {f"/my space/{name}": b"x" for name in names}
    assert [one.path for one in provider.list_files("in")] == names


def test_folders_are_made_level_by_level_as_cdmi_asks_for_it(space, provider, local):
    provider.upload(local, "a/b/f")
    puts = [(path, headers) for method, path, headers in space.asked if method == "PUT"]
    assert [path for path, _ in puts] == [
        f"/cdmi/my%20space/{one}" for one in ("a/", "a/b/", "a/b/f")
    ]
    for path, headers in puts:
        is_folder = path.endswith("/")
        assert headers.get("X-CDMI-Specification-Version") == ("1.1.1" if is_folder else None)
        kind = "application/cdmi-container" if is_folder else "application/octet-stream"
        assert headers["Content-Type"] == kind
    assert all(headers["X-Auth-Token"] == TOKEN for _, _, headers in space.asked)


def test_a_second_upload_does_not_ask_for_folders_again(space, provider, local):
    provider.upload(local, "a/b/f")
    space.asked.clear()
    provider.upload(local, "a/b/g")
    assert [method for method, _, _ in space.asked] == ["PUT", "GET"]


def test_hashes_are_told_where_the_server_keeps_them(space, provider, local, tmp_path):
    space.keeps_hashes = True
    stored = provider.upload(local, "f")
    assert stored.checksum == f"sha256:{hashlib.sha256(b'content').hexdigest()}"
    provider.download("f", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"content"


def test_a_download_that_is_cut_off_leaves_the_file_as_it_was(space, provider, local):
    space.files["/my space/f"] = b"x" * 1000
    space.cuts_after = 400
    with pytest.raises(StoreUnreachableError, match="cut off"):
        provider.download("f", local)
    assert local.read_bytes() == b"content"
    assert [one.name for one in local.parent.iterdir()] == ["local"]


def test_an_upload_that_is_not_there_as_sent_is_an_error(space, provider, local):
    space.loses = 3
    with pytest.raises(StoreError, match="not there as it was sent"):
        provider.upload(local, "f")


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(space, provider, local):
    elsewhere = Space(TOKEN, "my space")
    with cdmi_server.serving(elsewhere) as url:
        space.sends_to = url
        for action in (
            lambda: provider.upload(local, "f"),
            lambda: provider.download("f", local),
            lambda: list(provider.list_files("")),
            lambda: provider.delete("f"),
        ):
            with pytest.raises(StoreError, match="redirects, which is not followed"):
                action()
    assert elsewhere.asked == []
    assert local.read_bytes() == b"content"


def test_the_body_of_an_error_never_becomes_a_file(space, provider, tmp_path):
    space.files["/my space/f"] = b"content"
    space.token = "another"
    with pytest.raises(StoreError, match="does not accept the log-in"):
        provider.download("f", tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_a_space_that_is_not_there_holds_nothing_and_takes_nothing(space, provider, local):
    space.folders = {"/other/"}
    assert list(provider.list_files("")) == []
    with pytest.raises(StoreError, match="does not exist"):
        provider.upload(local, "f")


def test_an_oneprovider_that_is_not_there_is_unreachable(local):
    with cdmi_server.serving(Space(TOKEN, "s")) as url:
        pass
    with pytest.raises(StoreUnreachableError, match="refused"):
        onedata(url).open().upload(local, "f")


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(b" " * 80 * 2**20), "larger than 64 MiB"),
        ({"Content-Encoding": "gzip, gzip"}, b"", "cannot be unpacked"),
        ({}, b"<!doctype html><p>log in", r"answers with an HTML page \(200\)"),
    ],
    ids=["bomb", "layers", "page"],
)
def test_an_answer_is_bounded_after_it_is_unpacked_and_a_page_is_told_as_one(headers, body, words):
    with stub.running() as server:
        server.replies = [stub.Reply(200, body, headers)]
        provider = onedata(server.url).open()
        with pytest.raises(StoreError, match=words):
            list(provider.list_files("in"))
        provider.close()


@pytest.mark.parametrize(
    "content",
    [
        b"garbage",
        b"[]",
        b"{}",
        b'{"children": 1}',
        b'{"children": ["../f"]}',
        b'{"children": [""]}',
    ],
)
def test_an_answer_that_is_no_listing_is_an_error(content):
    with stub.running() as server:
        server.replies = [stub.Reply(200, content)]
        provider = onedata(server.url).open()
        with pytest.raises(StoreError, match="cannot be used"):
            list(provider.list_files("in"))
        provider.close()
