"""What holds for every provider, on every server that stands for it."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError

ODD_NAMES = [
    *("a b", "a+b", "100%", "100%25", "%2F", "#1", "what?", "a&b=c;d", "ü"),
    *("u\N{COMBINING DIAERESIS}"),
    *("日本", "[x]{y}", "it's", "~tilde", "a,b@c:d", ".hidden", "x" * 100),
]


def listed(provider, path):
    return {found.path: found.size_bytes for found in provider.list_files(path)}


@pytest.fixture
def put(provider, place, tmp_path):
    """Upload *content* to a name below the place."""

    def uploaded(name, content=b"content"):
        path = tmp_path / "local"
        path.write_bytes(content)
        return provider.upload(path, f"{place.root}/{name}")

    return uploaded


def test_an_upload_makes_its_folders_and_is_listed_at_any_depth(provider, place, put):
    put("in/one")
    put("in/deep/er/two", b"22")
    put("in2/sibling")
    root = place.root
    assert listed(provider, f"{root}/in") == {f"{root}/in/one": 7, f"{root}/in/deep/er/two": 2}
    assert listed(provider, f"/{root}/in/") == listed(provider, f"{root}/in")
    assert listed(provider, f"{root}/in/deep/er/two") == {f"{root}/in/deep/er/two": 2}


def test_nothing_is_listed_where_nothing_is(provider, place):
    assert listed(provider, f"{place.root}/nothing/there") == {}


def test_what_was_uploaded_is_what_is_listed(provider, place, put):
    stored = put("f")
    assert stored.path == f"{place.root}/f"
    assert list(provider.list_files(stored.path)) == [stored]


def test_odd_names_arrive_as_they_are(provider, place, put, tmp_path):
    paths = {f"{place.root}/{name}/{name}": name.encode() for name in ODD_NAMES}
    for name in ODD_NAMES:
        put(f"{name}/{name}", name.encode())
    assert set(listed(provider, place.root)) == set(paths)
    for path, content in paths.items():
        provider.download(path, tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == content
        provider.delete(path)
    assert listed(provider, place.root) == {}


@pytest.mark.parametrize("size", [0, 1, 12 * 2**20 + 1])
def test_content_comes_back_to_the_byte(provider, place, put, tmp_path, size):
    content = random.Random(5).randbytes(size)
    stored = put("f", content)
    assert stored.size_bytes == size
    provider.download(f"{place.root}/f", tmp_path / "new" / "folder" / "f")
    assert (tmp_path / "new" / "folder" / "f").read_bytes() == content


def test_an_upload_replaces_what_was_there(provider, place, put, tmp_path):
    put("f", b"a long first text")
    put("f", b"short")
    (tmp_path / "back").write_bytes(b"older")
    provider.download(f"{place.root}/f", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"short"


def test_a_download_of_nothing_leaves_nothing(provider, place, tmp_path):
    (tmp_path / "kept").write_bytes(b"kept")
    for name in ("kept", "new"):
        with pytest.raises(StoreError, match="does not exist"):
            provider.download(f"{place.root}/none", tmp_path / name)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("kept", b"kept")]


def test_a_folder_is_no_file(provider, place, put, tmp_path):
    put("folder/f")
    with pytest.raises(StoreError):
        provider.download(f"{place.root}/folder", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_folder_is_never_deleted(provider, place, put):
    put("folder/f")
    for path in (f"{place.root}/folder", f"{place.root}/folder/", place.root):
        try:
            provider.delete(path)
        except StoreError as error:
            assert place.root in str(error)  # noqa: PT017 - a store of keys has no folders
    assert listed(provider, place.root) == {f"{place.root}/folder/f": 7}


def test_what_is_not_there_is_deleted_already(provider, place, put):
    put("f")
    for _ in range(2):
        provider.delete(f"{place.root}/f")
    provider.delete(f"{place.root}/no/folder/f")
    assert listed(provider, place.root) == {}


@pytest.mark.parametrize("name", ["a//b", "../f", "a/./b", "a\nb", "f/"])
def test_names_that_no_store_should_get_are_refused(put, name):
    with pytest.raises(StoreError, match=r"does not name a file|the key|cannot be a file"):
        put(name)


def test_a_file_that_is_not_here_is_the_systems_error(provider, place, tmp_path):
    with pytest.raises(OSError, match="none"):
        provider.upload(tmp_path / "none", f"{place.root}/f")
    assert listed(provider, place.root) == {}


def test_many_uploads_into_one_new_folder_all_arrive(provider, place, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    names = [f"{place.root}/new/folder/{n:02}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: provider.upload(tmp_path / "f", name), names))
    assert list(listed(provider, f"{place.root}/new")) == names


def test_a_wrong_log_in_is_told_without_showing_it(place, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    wrong = {"password": "wr0ng", "token": "wr0ng", "secret_key": "wr0ng"}
    provider = place.open(**wrong)
    for action in (
        lambda: list(provider.list_files(place.root)),
        lambda: provider.upload(tmp_path / "f", f"{place.root}/f"),
        lambda: provider.download(f"{place.root}/f", tmp_path / "back"),
        lambda: provider.delete(f"{place.root}/f"),
    ):
        with pytest.raises(StoreError) as caught:
            action()
        said = f"{caught.value!r} {caught.value} {provider!r}"
        assert "accept" in said or "AccessDenied" in said
        assert not any(secret in said for secret in ("wr0ng", *place.secrets))
    assert not (tmp_path / "back").exists()


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(secure_place):
    secure_place.environ = {}
    with pytest.raises(StoreUnreachableError, match="certificate not trusted"):
        list(secure_place.open().list_files(secure_place.root))


def test_told_so_in_writing_any_certificate_will_do(secure_place):
    secure_place.environ = {}
    assert list(secure_place.open(verify="false").list_files(secure_place.root)) == []
