"""A service that no recording shows like that is not understood (trust 3.1)."""

import copy
import json
from pathlib import Path

import pytest

from oscar_sync.semantics.live_shape import shape_fault

FOLDER = Path(__file__).parents[2] / "fixtures" / "server"
INPUT = {"storage_provider": "minio.default", "path": "red/in"}


def recorded_services():
    for path in sorted(FOLDER.glob("[0-9]*.json")):
        for step in json.loads(path.read_text())["steps"]:
            got = step.get("got", {}).get("json")
            if step.get("method") != "GET" or not step["path"].startswith("/system/services"):
                continue
            yield from (one for one in (got if isinstance(got, list) else [got])
                        if isinstance(one, dict) and "image" in one)  # fmt: skip


def service(**fields: object) -> dict[str, object]:
    found = next(one for one in recorded_services() if one["input"])
    return copy.deepcopy({**found, "name": "alpha", **fields})


def test_each_recorded_service_is_understood():
    found = list(recorded_services())
    assert len(found) > 90
    assert [shape_fault(one) for one in found if shape_fault(one)] == []


RENAMED = {"provider": "minio.default", "path": "red/in"}
STRANGE: tuple[object, ...] = (
    None, "red/in", {}, INPUT, 0, True, [None], ["red/in"], [[]], [{}], [RENAMED],
    [{**INPUT, "storage_provider": {"minio": "default"}}],
    [{**INPUT, "storage_provider": None}], [{**INPUT, "path": None}],
    [{**INPUT, "path": ["red", "in"]}], [{"storage_provider": "minio.default"}],
    [INPUT, None], [{**INPUT, "suffix": "jpg"}],
)  # fmt: skip
HOSTILE: list[dict[str, object]] = [
    *({"input": value} for value in STRANGE),
    {"output": None}, {"output": [{"path": "red/out"}]},
    {"mount": None}, {"mount": []}, {"mount": {}}, {"mount": {"path": "red/m"}},
    {"mount": {"storage_provider": 1, "path": "red/m"}},
    {"bucket_list": None}, {"bucket_list": "red-amy"}, {"bucket_list": [{"name": "red-amy"}]},
    {"isolation_level": None}, {"isolation_level": ["USER"]},
    {"allowed_users": None}, {"allowed_users": "amy"}, {"visibility": None},
    {"owner": None}, {"owner": 7}, {"namespace": {}}, {"annotations": None}, {"annotations": []},
    {"annotations": {"oscar-sync.io/owner": ["x"]}}, {"labels": {"a": 1}},
    {"environment": {"variables": {"A": 1}}}, {"environment": []}, {"interlink_node_name": False},
    {"volume": None}, {"volume": {"name": 1}}, {"expose": {"api_port": "80"}},
    {"expose": {"min_scale": True}}, {"storage_providers": []}, {"federation": {"members": {}}},
    {"federation": {"members": [{"service_name": None}]}}, {"clusters": {"a": "https://x"}},
    {"name": ""}, {"name": None}, {"name": {"a": 1}}, {"enable_gpu": "yes"}, {"token": 1},
]  # fmt: skip


@pytest.mark.parametrize("fields", HOSTILE, ids=json.dumps)
def test_a_field_of_another_type_is_not_understood(fields):
    assert shape_fault(service()) == ""
    assert next(iter(fields)) in shape_fault(service(**fields))


@pytest.mark.parametrize(
    "field",
    [
        "input", "output", "mount", "bucket_list", "isolation_level", "allowed_users",
        "visibility", "owner", "annotations", "labels", "environment",
    ],
)  # fmt: skip
def test_a_field_that_is_missing_or_renamed_is_not_understood(field):
    without = service()
    value: object = without.pop(field)
    assert shape_fault(without) == f"shows service alpha without `{field}`"
    assert shape_fault({**without, field.upper(): value}) != ""


def test_a_label_that_is_null_is_not_understood():
    assert "labels" in shape_fault(service(labels={"a": None}))


def test_what_the_fault_says_names_the_service_the_field_and_the_type():
    assert shape_fault(service(input=None)) == (
        "shows service alpha with `input` that is not a list"
    )
    assert shape_fault(service(mount={"path": "red/m"})) == (
        "shows service alpha with `mount` without `storage_provider`"
    )
    assert shape_fault(service(input=[{**INPUT, "path": 1}])) == (
        "shows service alpha with `input[0].path` that is not a string"
    )


def test_a_provider_without_an_account_and_one_port_are_recorded():
    assert shape_fault(service(storage_providers={"minio": {"x": None}})) == ""
    assert shape_fault(service(expose={"api_port": 80})) == ""


def test_a_release_before_the_buckets_shows_less():
    assert shape_fault({"name": "a", "input": [], "output": [], "mystery": None}) == ""
