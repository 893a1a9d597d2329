"""Buckets and volumes in the settings: what is read, and each fault with its place and remedy."""

from pathlib import Path

import pytest

from oscar_sync.errors import InputError
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume, RemovedStorage
from tests.support.desired import EDGE, state
from tests.support.settings import read

SET = "set: a\n"


def test_what_is_declared_and_removed_is_read() -> None:
    loaded, findings = read(
        SET + "buckets:\n"
        "  atlas: {visibility: restricted, allowed_users: [b, a, b], because: shared}\n"
        "  edge/scratch:\n"
        "volumes: {edge/models: {size: 20Gi}}\n"
        "removed:\n"
        "- {bucket: edge/old, erase: true, because: '#51'}\n"
        "- {volume: tmp, erase: true}\n"
        "- gone\n"
    )
    assert findings == []
    atlas, scratch = loaded.storage.buckets
    assert isinstance(atlas, DeclaredBucket)
    assert (atlas.visibility, atlas.allowed_users) == ("restricted", ("a", "b"))
    assert (str(scratch.which), scratch.visibility) == ("edge/scratch", "private")
    (models,) = loaded.storage.volumes
    assert isinstance(models, DeclaredVolume)
    assert (str(models.which), models.size) == ("edge/models", "20Gi")
    first = loaded.storage.removed[0]
    assert isinstance(first, RemovedStorage)
    assert (str(first.which), first.is_volume, first.because) == ("edge/old", False, "#51")
    assert [str(one.which) for one in loaded.removed] == ["gone"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("buckets: {atlas: {}}", (1, 1), "buckets need a set: its name on a bucket says who"),
        (f"{SET}buckets: {{Bad: {{}}}}", (2, 11), "Bad is not a bucket: its name may hold only"),
        (f"{SET}buckets: {{a/b/c: {{}}}}", (2, 11), "c is not a bucket: its name has 1 character"),
        (
            f"{SET}buckets: {{atlas: {{visibility: restrictd}}}}",
            (2, 19),
            "buckets.atlas.visibility cannot be `restrictd`; did you mean restricted?",
        ),
        (
            f"{SET}buckets: {{atlas: {{visibility: restricted}}}}",
            (2, 11),
            "a restricted bucket needs allowed_users",
        ),
        (
            f"{SET}buckets: {{atlas: {{allowed_users: [a]}}}}",
            (2, 19),
            "allowed_users has no effect on a private bucket",
        ),
        (
            f"{SET}buckets: {{atlas: {{visibility: restricted, allowed_users: [' ']}}}}",
            (2, 43),
            "a user's id is blank",
        ),
        (
            f"{SET}buckets: {{atlas: {{visibility: restricted, allowed_users: a}}}}",
            (2, 43),
            "buckets.atlas.allowed_users must be a list of texts",
        ),
        (
            f"{SET}buckets: {{atlas: {{seeds: [{{from: a, to: 'minio.default:atlas/in'}}]}}}}",
            (2, 37),
            "minio.default:atlas/in is not a folder of this bucket",
        ),
        (
            f"{SET}buckets: {{atlas: {{seeds: [{{from: a, to: in//b}}]}}}}",
            (2, 37),
            "seed to minio.default:atlas/in//b: the folder has an empty part",
        ),
        (f"{SET}buckets: {{atlas: {{quota: 1Gi}}}}", (2, 19), "unknown key buckets.atlas.quota"),
        ("volumes: {models: {}}", (1, 11), "volumes.models.size is required"),
        ("volumes: {models: {size: 0}}", (1, 20), "0 is not an amount of storage"),
        ("volumes: {Models: {size: 1Gi}}", (1, 11), "Models is not a volume"),
        ("removed: [{bucket: atlas}]", (1, 11), "bucket atlas is not deleted without"),
        ("removed: [{volume: tmp, erase: [tmp]}]", (1, 11), "volume tmp is not deleted without"),
        (
            "removed: [{bucket: atlas, erase: [true]}]",
            (1, 11),
            "bucket atlas is not deleted without",
        ),
        ("removed: [{volume: tmp, erase: ['true']}]", (1, 11), "volume tmp is not deleted without"),
        ("removed: [{bucket: /atlas, erase: true}]", (1, 12), "/atlas is not a bucket"),
        ("removed: [/plants]", (1, 11), "/plants is not a service"),
        (f"{SET}buckets: {{/atlas: {{}}}}", (2, 11), "/atlas is not a bucket"),
        ("volumes: {/disk: {size: 1Gi}}", (1, 11), "/disk is not a volume"),
        ("moved: [{from: /a, to: b}]", (1, 10), "/a is not a service"),
        ("removed: [{service: a, bucket: atlas}]", (1, 11), "the entry names service and bucket"),
        ("removed: [{erase: true}]", (1, 11), "the entry names nothing"),
        ("removed: [{service: a, erase: true}]", (1, 24), "`erase: true` is for a bucket or"),
        (
            "removed: [{bucket: atlas, erase: true, forget: true}]",
            (1, 40),
            "forget is for services",
        ),
        (
            f"{SET}buckets: {{edge/atlas: {{}}}}\nremoved: [{{bucket: atlas, erase: true}}]",
            (3, 11),
            'bucket atlas is to be deleted and is in buckets["edge/atlas"]',
        ),
    ],
)
def test_a_fault_of_storage_has_its_place(text: str, place: tuple[int, int], message: str) -> None:
    _, findings = read(text)
    (found,) = findings
    assert found.message.startswith(message)
    assert (found.line, found.column) == place
    assert found.remedy


@pytest.mark.parametrize(("kind", "entry"), [("bucket", "{}"), ("volume", "{size: 1Gi}")])
def test_what_is_declared_by_two_names_of_a_cluster_is_an_error(
    tmp_path: Path, kind: str, entry: str
) -> None:
    other = f"{SET}{EDGE}  lab: edge\n{kind}s: {{edge/aaa: {entry}, lab/aaa: {entry}}}\n"
    with pytest.raises(InputError, match=f"{kind} edge/aaa is declared at oscar-sync.yaml:"):
        state(tmp_path, other)


def test_what_is_declared_for_a_cluster_wins_there(tmp_path: Path) -> None:
    text = f"{SET}{EDGE}buckets: {{edge/aaa: {{visibility: public}}, aaa: {{}}, bbb: {{}}}}\n"
    settings = state(tmp_path, text).settings
    assert [one.visibility for one in settings.buckets_on(ClusterId("edge"))] == [
        "public", "private",
    ]  # fmt: skip
    assert [one.visibility for one in settings.buckets_on(ClusterId("lab"))] == ["private"] * 2


@pytest.mark.parametrize("other", ["lab/atlas", "edge/atlas2"])
def test_entries_that_cannot_meet_are_no_contradiction(other: str) -> None:
    text = f"{SET}buckets: {{edge/atlas: {{}}}}\nremoved: [{{bucket: {other}, erase: true}}]"
    assert read(text)[1] == []
