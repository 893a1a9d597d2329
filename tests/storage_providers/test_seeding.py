"""Seeds and `storage` on every provider and every server, as on the cluster's own store."""

import json
import os

import pytest

from tests.cli.conftest import project  # noqa: F401 - a fixture


@pytest.fixture
def seeded(project, place, monkeypatch):  # noqa: F811 - the fixture
    """A project whose service knows the provider as `mine` and seeds a folder there."""
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)
    service = (project.folder / "hello.yaml").read_text()
    # FDL has truths where an environment has words.
    words = {"verify": False} if "verify" in place.credentials else {}
    account = {kind_of(place): {"mine": {**place.credentials, **words}}}
    written = json.dumps(account, ensure_ascii=False)
    (project.folder / "hello.yaml").write_text(f"{service}      storage_providers: {written}\n")
    folder = project.folder / "files" / "deep"
    folder.mkdir(parents=True)
    (folder / "a b.txt").write_text("one")
    (folder.parent / "c.txt").write_text("two")
    to = f"{kind_of(place)}.mine:{place.root}/seeds"
    project.settings(
        f'services:\n  hello:\n    seeds:\n    - {{from: files, to: "{to}", delete_extra: true}}\n'
    )
    return project


def kind_of(place):
    """An FDL has no address for s3, which is Amazon's there: other stores are of kind minio."""
    return "minio" if place.kind == "s3" else place.kind


def there(place):
    provider = place.open()
    try:
        root = f"{place.root}/seeds/"
        return sorted(one.path.removeprefix(root) for one in provider.list_files(root.rstrip("/")))
    finally:
        provider.close()


def test_files_are_seeded_once_and_again_when_their_content_differs(seeded, place):
    code, out, err = seeded.run("apply", "-y")
    assert code == 0, err
    assert f"seed 2 files, 6 B -> {kind_of(place)}.mine:{place.root}/seeds" in out
    assert there(place) == ["c.txt", "deep/a b.txt"]
    assert seeded.run("plan", "--detailed-exitcode")[0] == 0

    edited = seeded.folder / "files" / "c.txt"
    before = edited.stat()
    edited.write_text("two"[::-1])
    os.utime(edited, ns=(before.st_atime_ns, before.st_mtime_ns))
    code, out, _ = seeded.run("apply", "-y")
    assert code == 0
    assert "seed 1 file, 3 B" in out
    assert seeded.run("plan", "--detailed-exitcode")[0] == 0


def test_only_what_the_plan_names_is_deleted(seeded, place):
    seeded.run("apply", "-y")
    provider = place.open()
    provider.upload(seeded.folder / "files" / "c.txt", f"{place.root}/seeds/extra.txt")
    provider.upload(seeded.folder / "files" / "c.txt", f"{place.root}/seeds2/other.txt")
    provider.close()
    code, out, err = seeded.run("apply", "-y")

    assert code == 0, err
    assert "delete 1 extra object" in out
    assert there(place) == ["c.txt", "deep/a b.txt"]
    again = place.open()
    assert [one.path for one in again.list_files(f"{place.root}/seeds2")]
    again.close()


def test_a_wrong_log_in_blocks_the_seed_alone_and_shows_no_secret(seeded, place, tmp_path):
    secret = place.secrets[-1]
    text = (seeded.folder / "hello.yaml").read_text()
    (seeded.folder / "hello.yaml").write_text(text.replace(secret, f"{secret}X"))
    code, out, err = seeded.run("apply", "-y")

    assert code == 7
    assert "correct the files, or" in out
    assert list(seeded.live()) == ["hello"]
    assert secret not in out + err


def test_files_are_moved_by_hand_with_the_service_s_own_log_in(seeded, place):
    assert seeded.run("apply", "-y")[0] == 0
    folder, own = f"{kind_of(place)}.mine:{place.root}/seeds", ("--service", "hello")
    (seeded.folder / "up.txt").write_text("by hand")
    code, out, err = seeded.run("storage", "put", "up.txt", f"{folder}/", *own)
    assert (code, out) == (0, f"up.txt -> {folder}/up.txt (7 B)\n"), err
    code, out, err = seeded.run("storage", "ls", folder, *own)
    assert code == 0
    assert f"{place.root}/seeds/deep/a b.txt" in out
    assert "3 files, 13 B" in err
    code, _, err = seeded.run("storage", "get", "-r", folder, "down", *own)
    assert code == 0, err
    assert (seeded.folder / "down" / "deep" / "a b.txt").read_text() == "one"
    assert seeded.run("storage", "get", f"{folder}/up.txt", "again.txt", *own)[0] == 0
    assert (seeded.folder / "again.txt").read_text() == "by hand"
    code, _, err = seeded.run("storage", "get", f"{folder}/none", *own)
    assert code == 64
    assert "there is no file" in err
    assert not [secret for secret in place.secrets if secret in out + err]
