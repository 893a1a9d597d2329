"""`bucket delete`, `volume delete`, `storage rm`: what is used, uncounted or another's stays."""

import io
import json
from typing import Any

import boto3
import pytest
import requests

from oscar_sync.cli import showing
from oscar_sync.cli.output import Output
from oscar_sync.cli.storage.places import place_of
from oscar_sync.cli.storage.removing import removed
from oscar_sync.errors import StoreError
from oscar_sync.storage.stored import StoredFile
from tests.cli.conftest import ESCAPE, cluster_that_answers
from tests.unit.wire.stub import reply


@pytest.fixture
def s3(project):
    url = f"{project.emulator.url}/system/config"
    found = requests.get(url, auth=project.auth, timeout=60).json()["minio_provider"]
    return boto3.client(
        "s3", endpoint_url=project.emulator.s3_url, region_name="us-east-1",
        config=boto3.session.Config(s3={"addressing_style": "path"}),
        aws_access_key_id=found["access_key"], aws_secret_access_key=found["secret_key"],
    )  # fmt: skip


@pytest.fixture
def atlas(project, s3):
    """A bucket of mine with three objects, that nobody uses."""
    assert project.run("bucket", "create", "atlas")[0] == 0
    for key in ("a", "x/b", f"x/{ESCAPE}"):
        s3.put_object(Bucket="atlas", Key=key, Body=b"leaf")
    project.emulator.forget_requests()
    return project


def buckets(s3):
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def post(project, **fields):
    """Make a service by hand, as somebody else would."""
    body = {"name": "theirs", "image": "x/y:1", "script": "#!/bin/sh\n", **fields}
    url = f"{project.emulator.url}/system/services"
    assert requests.post(url, json=body, auth=project.auth, timeout=60).status_code == 201


def test_yes_alone_never_deletes_a_bucket_that_holds_objects(atlas, s3):
    code, out, err = atlas.run("bucket", "delete", "atlas", "--yes")
    assert code == 10
    assert "deletes bucket atlas: 3 objects, 12 B" in out
    assert "--yes --objects 3" in err
    code, _, err = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "many")
    assert (code, "'many' is not a valid whole number" in err) == (64, True)
    code, _, err = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "2")
    assert code == 5
    assert "nothing was sent: bucket atlas holds 3 objects, not 2" in err
    assert atlas.run("bucket", "delete", "atlas", "--objects", "3")[0] == 10
    assert atlas.writes() == []
    assert len(s3.list_objects_v2(Bucket="atlas")["Contents"]) == 3
    code, out, _ = atlas.run("bucket", "rm", "atlas", "--yes", "--objects", "3")
    assert code == 0
    assert "1 of 1 action done and verified." in out
    assert atlas.writes() == [("DELETE", "/system/buckets/atlas")]
    assert buckets(s3) == set()


def test_an_empty_bucket_goes_with_yes_alone(project, s3):
    assert project.run("bucket", "create", "atlas")[0] == 0
    s3.put_object(Bucket="atlas", Key="in/", Body=b"")
    assert project.run("bucket", "delete", "atlas", "--yes")[0] == 0
    assert buckets(s3) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"input": [{"storage_provider": "minio.default", "path": "atlas/in"}]},
        {"output": [{"storage_provider": "minio", "path": "atlas/out"}]},
        {"mount": {"storage_provider": "minio.default", "path": "atlas"}},
    ],
)
def test_a_bucket_that_a_service_uses_stays_whoever_has_it(project, s3, fields):
    post(project, **fields)
    url = f"{project.emulator.url}/system/services"
    (live,) = requests.get(url, auth=project.auth, timeout=60).json()
    project.put({**live, "owner": "somebody@else"})
    code, _, err = project.run("bucket", "delete", "atlas", "--yes", "--objects", "0")
    out = project.run("bucket", "delete", "atlas", "--yes", "--objects", "0")[1]
    assert code == 7, err
    assert "bucket atlas is used by edge/theirs" in out
    assert "atlas" in buckets(s3)
    assert ("DELETE", "/system/buckets/atlas") not in project.writes()


def test_a_bucket_that_a_manifest_of_this_folder_names_stays(atlas, s3):
    atlas.write("atlas")
    code, out, _ = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "3")
    assert code == 7
    assert "bucket atlas is used by edge/atlas (atlas.yaml:" in out
    (atlas.folder / "atlas.yaml").write_text("functions: {oscar: [{any: {name: [}]}")
    code, out, _ = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "3")
    assert code == 7
    assert "not every manifest was read" in out
    assert atlas.writes() == []


def test_a_bucket_that_a_manifest_for_another_cluster_leads_to_stays(atlas, s3):
    edge = {
        "endpoint": atlas.emulator.s3_url, "access_key": "a", "secret_key": "b", "region": "r",
    }  # fmt: skip
    far = {
        "name": "far", "image": "x/y:1", "script": "run.sh",
        "output": [{"storage_provider": "minio.edge", "path": "atlas/out"}],
        "storage_providers": {"minio": {"edge": edge}},
    }  # fmt: skip
    manifest = json.dumps({"functions": {"oscar": [{"lab": far}]}})
    (atlas.folder / "far.yaml").write_text(manifest)
    atlas.settings("  lab: {endpoint: 'https://lab.invalid', token: x}\n")
    code, out, err = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "3")
    assert code == 7, err
    assert "bucket atlas is used by lab/far (far.yaml:" in out


def test_a_bucket_that_the_settings_declare_stays(atlas):
    atlas.settings("buckets: {atlas: {}}\nvolumes: {models: {size: 1Gi}}\n")
    code, out, _ = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "3")
    assert code == 7
    assert "atlas is declared in oscar-sync.yaml:" in out
    assert atlas.run("volume", "create", "models", "--size", "1Gi")[0] == 0
    assert atlas.run("volume", "delete", "models", "--confirm", "models")[0] == 7


def test_a_list_of_services_that_lacks_one_blocks(project, monkeypatch):
    bucket = {"bucket_name": "atlas", "owner": "oscar", "visibility": "", "allowed_users": None}
    ghost = {
        "name": "ghost", "image": "x/y:1", "script": "", "input": [], "output": [], "owner": "me",
    }  # fmt: skip
    answers = {
        "GET /system/info": reply({"version": "4.1.2"}),
        "GET /system/config": reply({"config": {}, "minio_provider": {}}),
        "GET /system/services": reply([]),
        "GET /system/buckets": reply([{**bucket, "metadata": {"from_service": "ghost"}}]),
        "GET /system/services/ghost": reply(ghost),
    }
    with cluster_that_answers(project, monkeypatch, answers) as stub:
        code, out, _ = project.run("bucket", "delete", "atlas", "--yes", "--objects", "0")
    assert code == 7
    assert "the list of services lacks ghost" in out
    assert {asked.method for asked in stub.asked} == {"GET"}


def test_what_is_written_while_the_plan_is_shown_keeps_the_bucket(atlas, s3, monkeypatch):
    def show_plan(*given, **more):
        showing.show_plan(*given, **more)
        s3.put_object(Bucket="atlas", Key="late", Body=b"x")

    monkeypatch.setattr("oscar_sync.cli.applying.show_plan", show_plan)
    code, out, _ = atlas.run("bucket", "delete", "atlas", "--yes", "--objects", "3")
    assert code == 5
    assert "bucket atlas holds 4 objects" in out
    assert "atlas" in buckets(s3)


@pytest.mark.parametrize("name", ["atlass", "a/b", "..", f"a{ESCAPE}", "ätlas"])
def test_a_bucket_that_is_not_there_is_answered_with_the_one_meant(atlas, name):
    code, _, err = atlas.run("bucket", "delete", name, "--yes")
    assert code == 64
    assert "there is no bucket" in err
    assert "\x1b" not in err
    assert atlas.writes() == []


def test_a_cluster_before_a_name_is_answered_with_the_option(atlas):
    for words in (["delete", "edge/atlas", "--yes"], ["get", "edge/atlas"]):
        assert "a cluster is named by an option: atlas -c edge" in atlas.run("bucket", *words)[2]
    code, _, err = atlas.run("cluster", "info", "edge")
    assert code == 64
    assert "(edge); a cluster is named by an option: -c ID" in err
    _, _, err = atlas.run("status", "thumbnails")
    assert "(thumbnails); it shows all services; those of one cluster: -c ID" in err


def test_a_volume_goes_only_by_its_name_twice(project):
    assert project.run("volume", "create", "models", "--size", "1Gi")[0] == 0
    project.emulator.forget_requests()
    assert project.run("volume", "delete", "models")[0] == 10
    assert project.run("volume", "delete", "models", "--confirm", "model")[0] == 64
    assert project.run("volume", "delete", "model", "--confirm", "model")[0] == 64
    assert project.writes() == []
    code, out, _ = project.run("volume", "delete", "models", "--confirm", "models")
    assert code == 0
    assert "volume models" in out
    assert project.writes() == [("DELETE", "/system/volumes/models")]


def test_a_volume_that_a_service_or_a_manifest_names_stays(project):
    assert project.run("volume", "create", "models", "--size", "1Gi")[0] == 0
    with (project.folder / "hello.yaml").open("a") as file:
        file.write("      volume: {name: models, mount_path: /data}\n")
    code, out, _ = project.run("volume", "delete", "models", "--confirm", "models")
    assert code == 7
    assert "volume models is used by hello" in out
    assert project.run("apply", "-y")[0] == 0
    (project.folder / "hello.yaml").unlink()
    code, out, _ = project.run("volume", "delete", "models", "--confirm", "models")
    assert code == 7
    assert ("DELETE", "/system/volumes/models") not in project.writes()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_only_the_name_of_the_volume_is_accepted(project, monkeypatch):
    assert project.run("volume", "create", "models", "--size", "1Gi")[0] == 0
    for typed, is_left in (("yes\n", True), ("models\n", False)):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        code, _, err = project.run("volume", "delete", "models")
        assert code == 0
        assert 'Only "models" is accepted' in err
        assert ("models" in project.run("volume", "list")[1]) is is_left


# files


def keys(s3, bucket="atlas"):
    return {one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}


def test_a_file_is_deleted_by_its_exact_key_after_a_question_that_names_it(atlas, s3):
    s3.put_object(Bucket="atlas", Key="a/b", Body=b"other")
    code, out, err = atlas.run("storage", "rm", "atlas/a")
    assert (code, out) == (10, "")
    assert "  atlas/a (4 B)\nDelete 1 file (4 B) on edge?" in err
    code, out, _ = atlas.run("storage", "rm", "atlas/a", "--yes")
    assert (code, out) == (0, "deleted 1 file (4 B)\n")
    assert keys(s3) == {"a/b", "x/b", f"x/{ESCAPE}"}
    code, out, _ = atlas.run("storage", "rm", "atlas/a/b", "--yes", "-o", "json")
    deleted = [{"path": "atlas/a/b", "size_bytes": 5}]
    assert (code, json.loads(out)) == (0, {"deleted": deleted, "not_deleted": []})
    assert atlas.writes() == []


def test_a_folder_needs_r_and_its_count(atlas, s3):
    for index in range(12):
        s3.put_object(Bucket="atlas", Key=f"x/{index:02}", Body=b"")
    s3.put_object(Bucket="atlas", Key="x2/stays", Body=b"")
    s3.put_object(Bucket="atlas", Key="x/in/", Body=b"")
    assert atlas.run("storage", "rm", "atlas/x", "--yes")[0] == 64
    code, _, err = atlas.run("storage", "rm", "-r", "atlas/x", "--yes")
    assert code == 10
    assert "and 4 more files" in err
    assert "add --yes --objects 14" in err
    assert "\x1b" not in err
    assert atlas.run("storage", "rm", "-r", "atlas/x", "--yes", "--objects", "13")[0] == 5
    assert len(keys(s3)) == 17
    code, _, err = atlas.run("storage", "rm", "-r", "atlas/x/", "--yes", "--objects", "14")
    assert code == 0, err
    assert keys(s3) == {"a", "x2/stays", "x/in/"}


def test_what_changed_since_the_question_is_not_deleted(atlas, s3, monkeypatch):
    def is_confirmed(*_, **__):
        s3.put_object(Bucket="atlas", Key="x/b", Body=b"new")

    monkeypatch.setattr("oscar_sync.cli.storage.removing.is_confirmed", is_confirmed)
    code, _, err = atlas.run("storage", "rm", "-r", "atlas/x")
    assert code == 5
    assert "changed in the meantime" in err
    assert len(keys(s3)) == 3


def test_a_bucket_that_is_used_is_never_emptied_and_its_users_are_named(project, s3):
    assert project.run("apply", "-y")[0] == 0
    for key in ("in/a", "out/b"):
        s3.put_object(Bucket="hello", Key=key, Body=b"x")
    before = keys(s3, "hello")
    code, _, err = project.run("storage", "rm", "-r", "hello", "--yes", "--objects", "2")
    assert code == 7
    assert "blocked (bucket-in-use): bucket hello is used by edge/hello" in err
    assert "to continue: name a folder in it" in err
    code, _, err = project.run("storage", "rm", "hello/out/b")
    assert code == 10
    assert "on edge (bucket hello is used by edge/hello" in err
    assert keys(s3, "hello") == before
    code, _, err = project.run("storage", "rm", "hello/out/b", "-y")
    assert (code, "note: bucket hello is used by edge/hello" in err) == (0, True)
    assert before - keys(s3, "hello") == {"out/b"}


def test_a_file_in_a_bucket_of_somebody_else_stays(atlas, s3):
    tags = [{"Key": "owner", "Value": "somebody@else"}]
    s3.put_bucket_tagging(Bucket="atlas", Tagging={"TagSet": tags})
    for words in (["storage", "rm", "atlas/a", "-y"], ["bucket", "delete", "atlas", "-y"]):
        code, out, err = atlas.run(*words)
        assert code == 7
        assert "somebody@else" in out + err
    assert len(keys(s3)) == 3


def test_another_name_of_the_cluster_s_own_store_is_seen_through(atlas, s3):
    keys_of = requests.get(f"{atlas.emulator.url}/system/config", auth=atlas.auth, timeout=60)
    own = keys_of.json()["minio_provider"]
    mine = {name: own[name] for name in ("endpoint", "access_key", "secret_key", "region")}
    mine["endpoint"] = mine["endpoint"].replace("127.0.0.1", "localhost")
    post(atlas, storage_providers={"minio": {"mine": mine}})
    tags = [{"Key": "owner", "Value": "somebody@else"}]
    s3.put_bucket_tagging(Bucket="atlas", Tagging={"TagSet": tags})
    code, _, err = atlas.run("storage", "rm", "minio.mine:atlas/a", "--service", "theirs", "--yes")
    assert code == 7, err
    assert "blocked (not-my-bucket)" in err
    s3.put_bucket_tagging(Bucket="atlas", Tagging={"TagSet": []})
    code, _, err = atlas.run("storage", "rm", "minio.mine:atlas/a", "--service", "theirs", "--yes")
    assert code == 0, err
    assert len(keys(s3)) == 2


def test_a_file_that_a_store_keeps_is_told(capfd):
    class Keeping:
        def list_files(self, path):
            return iter([StoredFile(f"{path}b", 1), StoredFile(f"{path}c", 1)])

        def delete(self, remote):
            if remote.endswith("c"):
                raise StoreError("https://dav", "forbidden")

    where = place_of("webdav.mine:a/")
    keeping: Any = Keeping()
    files = list(keeping.list_files("a/"))
    assert removed(keeping, where, files, (Output("table"),), is_recursive=True) == 6
    out, err = capfd.readouterr()
    assert out == "deleted 0 files (0 B)\n"
    assert "a/b is still there: the store accepted its deletion" in err
    assert "a/c is still there: object store https://dav: forbidden" in err
