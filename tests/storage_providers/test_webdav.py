"""What WebDAV servers do wrong or otherwise, and what is held against them."""

import gzip
import hashlib
import tracemalloc

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError
from tests.storage_providers.conftest import dav, place_on, trusting
from tests.storage_providers.dav_servers import Scripted, serving


@pytest.fixture
def against():
    """Return a provider on a server that plays *app*."""
    opened = []

    def provider(app):
        context = serving(app)
        place = dav(context.__enter__())
        opened.append((context, place.open()))
        return opened[-1][1]

    yield provider
    for context, one in opened:
        one.close()
        context.__exit__(None, None, None)


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local"
    path.write_bytes(b"content")
    return path


def moved(target):
    def answer(path):
        return "307 Temporary Redirect", {"Location": f"{target}{path}"}, []

    return answer


def test_a_redirect_to_another_origin_is_refused_and_asked_nothing(against, local):
    elsewhere = Scripted()
    with serving(elsewhere) as url:
        for method in ("GET", "PUT", "DELETE", "PROPFIND"):
            provider = against(Scripted(**{method: moved(url)}))
            with pytest.raises(StoreError, match=r"redirects to http://127\.0\.0\.1, which"):
                {
                    "GET": lambda one: one.download("f", local),
                    "PUT": lambda one: one.upload(local, "f"),
                    "DELETE": lambda one: one.delete("f"),
                    "PROPFIND": lambda one: list(one.list_files("f")),
                }[method](provider)
    assert elsewhere.asked == []
    assert local.read_bytes() == b"content"


def test_a_redirect_within_the_server_is_followed_when_reading(against, local):
    app = Scripted(b"from the pool")
    plain = app.get
    app.answers["GET"] = lambda path: (
        plain(path) if path.startswith("/pool") else moved("/pool")(path)
    )
    against(app).download("f", local)
    assert local.read_bytes() == b"from the pool"


def test_redirects_without_end_come_to_one(against):
    with pytest.raises(StoreUnreachableError, match="again and again"):
        list(against(Scripted(PROPFIND=moved("/more"))).list_files("f"))


def breaking_off():
    yield b"x" * 400
    raise ConnectionError


def test_a_download_that_is_cut_off_leaves_the_file_as_it_was(against, local):
    app = Scripted(b"x" * 1000)
    app.answers["GET"] = lambda _: ("200 OK", {"Content-Length": "1000"}, breaking_off())
    with pytest.raises(StoreUnreachableError, match="cut off"):
        against(app).download("f", local)
    assert local.read_bytes() == b"content"
    assert [one.name for one in local.parent.iterdir()] == ["local"]


@pytest.mark.parametrize(
    "announced", [{"size": 5}, {"checksum": f"SHA1:{'0' * 40} MD5:{'1' * 32}"}]
)
def test_a_download_is_held_to_the_announced_size_and_checksum(against, local, announced):
    with pytest.raises(StoreError, match=r"f came (as 7 bytes|with another checksum)"):
        against(Scripted(b"another", **announced)).download("f", local)
    assert local.read_bytes() == b"content"


@pytest.mark.parametrize("stored", [{"content": b"cont"}, {"checksum": f"MD5:{'1' * 32}"}])
def test_an_upload_that_is_not_there_as_sent_is_an_error(against, local, stored):
    with pytest.raises(StoreError, match="not there as it was sent"):
        against(Scripted(**stored)).upload(local, "f")


def test_an_upload_tells_its_checksum_and_sends_its_log_in_from_the_start(against, local):
    app = Scripted(checksum=f"SHA1:{hashlib.sha1(b'content').hexdigest().upper()}")
    stored = against(app).upload(local, "f")
    assert stored.checksum == f"sha1:{hashlib.sha1(b'content').hexdigest()}"
    (put,) = [one for one in app.asked if one[0] == "PUT"]
    assert put[2]["OC_CHECKSUM"].lower() == f"sha1:{hashlib.sha1(b'content').hexdigest()}"
    assert put[3] == b"content"
    assert all(headers["AUTHORIZATION"].startswith("Basic ") for _, _, headers, _ in app.asked)


@pytest.mark.parametrize(
    ("status", "words"),
    [("403 No", "does not allow that"), ("423 No", "locked"), ("507 No", "is full"),
     ("500 No", "answers 500"), ("502 No", "behind it"), ("413 No", "too large")],
)  # fmt: skip
def test_a_refusal_is_told_in_words(against, local, status, words):
    provider = against(Scripted(PUT=lambda _: (status, {"Content-Length": "0"}, [])))
    with pytest.raises(StoreError, match=words):
        provider.upload(local, "f")


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"<a><b></a>", b"<D:multistatus xmlns:D='DAV:'>"]
)
def test_an_answer_that_is_no_listing_is_an_error(against, body):
    provider = against(Scripted(PROPFIND=lambda _: ("207 X", {}, [body])))
    with pytest.raises(StoreError, match="cannot be used"):
        list(provider.list_files("f"))


def test_a_listing_of_other_folders_is_an_error_instead_of_an_endless_walk(against):
    app = Scripted()
    app.answers["PROPFIND"] = lambda _path: app.listing(("/behind/the/proxy/", None))
    with pytest.raises(StoreError, match="it lists behind/the/proxy"):
        list(against(app).list_files("f"))


def test_a_listing_never_leads_upwards(against):
    app = Scripted()
    app.answers["PROPFIND"] = lambda path: app.listing((path, None), (f"{path}/%2E%2E", 1))
    with pytest.raises(StoreError, match=r"it lists"):
        list(against(app).list_files("f"))


def test_an_answer_without_end_is_cut_short(against):
    provider = against(Scripted(PROPFIND=lambda _: ("207 X", {}, (b" " * 2**20,) * 80)))
    with pytest.raises(StoreError, match="larger than 64 MiB"):
        list(provider.list_files("f"))


@pytest.mark.parametrize(
    ("coding", "words"), [("gzip", "larger than 64 MiB"), ("gzip, gzip", "cannot be unpacked")]
)
def test_a_listing_is_not_unpacked_without_bounds(against, coding, words):
    """Sizes count after decoding, and there is one layer of it (trust 3.7)."""
    bomb = gzip.compress(b" " * (80 * 2**20), mtime=0)
    answer = ("207 X", {"Content-Encoding": coding}, (bomb,))
    with pytest.raises(StoreError, match=words):
        list(against(Scripted(PROPFIND=lambda _: answer)).list_files("f"))


@pytest.mark.parametrize(
    "body",
    [
        b"<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
        b"<D:multistatus xmlns:D='DAV:'/>",
        b"<other/>",
        b"<D:multistatus xmlns:D='OTHER:'><D:response/></D:multistatus>",
    ],
    ids=["page", "nothing", "other", "namespace"],
)
def test_an_answer_without_a_response_is_never_an_empty_folder(against, body):
    """Else `delete_extra` or a seed would believe that nothing is there (trust 3.7)."""
    with pytest.raises(StoreError, match="is not a listing"):
        list(against(Scripted(PROPFIND=lambda _: ("207 X", {}, (body,)))).list_files("f"))


@pytest.mark.parametrize("server", ["wsgidav_http", "rclone_http", "apache_http"])
def test_an_address_may_name_the_folder_that_paths_lie_below(request, local, server):
    place = place_on(request, server)
    place.open().upload(local, f"{place.root}/100% of it/in/f")
    below = place.open(hostname=f"{place.credentials['hostname']}/{place.root}/100%25%20of%20it/")
    assert [one.path for one in below.list_files("")] == ["in/f"]
    below.upload(local, "in/deeper/g")
    assert [one.path for one in below.list_files("in/deeper")] == ["in/deeper/g"]
    below.close()


def test_an_address_without_a_scheme_is_spoken_to_over_tls(request, certificate, local):
    place = place_on(request, "wsgidav_https")
    bare = place.credentials["hostname"].removeprefix("https://")
    provider = place.open(hostname=bare)
    provider.upload(local, f"{place.root}/f")
    assert [one.size_bytes for one in provider.list_files(place.root)] == [7]
    assert trusting(certificate) == place.environ


def test_checksums_are_told_where_the_server_has_them(request, local):
    place = place_on(request, "rclone_http")
    stored = place.open().upload(local, f"{place.root}/f")
    expected = {"sha1": hashlib.sha1(b"content"), "md5": hashlib.md5(b"content")}
    name, _, value = stored.checksum.partition(":")
    assert value == expected[name].hexdigest()


def test_transfers_keep_little_in_memory(request, tmp_path):
    size = 48 * 2**20
    (tmp_path / "big").write_bytes(b"x" * size)
    place = place_on(request, "rclone_http")
    provider = place.open()
    tracemalloc.start()
    try:
        provider.upload(tmp_path / "big", f"{place.root}/big")
        provider.download(f"{place.root}/big", tmp_path / "back")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "back").stat().st_size == size
    assert peak < size / 2


def test_a_server_that_is_not_there_is_unreachable(local):
    with serving(Scripted()) as url:
        pass
    with pytest.raises(StoreUnreachableError, match="connection refused"):
        dav(url).open().upload(local, "f")
    with pytest.raises(StoreUnreachableError, match="host name not found"):
        list(dav("http://nobody.invalid").open().list_files("f"))


def test_nothing_lies_below_a_file(request, local):
    place = place_on(request, "apache_http")
    provider = place.open()
    provider.upload(local, f"{place.root}/f")
    with pytest.raises(StoreError, match="f is a file, so there can be nothing below it"):
        provider.upload(local, f"{place.root}/f/g")
