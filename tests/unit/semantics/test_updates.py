"""What the table of fields says of an update is what the rules of OSCAR make of one."""

from typing import Any

import pytest

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Change, Kind
from oscar_sync.semantics.immutable import replace_reasons, takes_no_put
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.restarts import restarts_of_put
from oscar_sync.semantics.updates import EFFECTS, change_of

KSERVE: dict[str, Any] = {
    "type": "inference",
    "storage_uri": "s3://a",
    "set_auth": True,
    "inference": {"model_format": "onnx"},
}
BASE: dict[str, Any] = {
    "name": "alpha",
    "image": "i:1",
    "script": "s\n",
    "expose": {"api_port": [80], "min_scale": 1, "max_scale": 1},
    "volume": {"size": "1Gi", "mount_path": "/data"},
    "kserve": KSERVE,
}
OTHER: dict[Kind, Any] = {
    Kind.TEXT: "other",
    Kind.INTEGER: 7,
    Kind.TEXTS: ["other"],
    Kind.TEXT_MAP: {"other": "x"},
    Kind.PORTS: [8],
}


def trails(fields=SERVICE, before=()):
    for field in fields:
        trail = (*before, field)
        if field.children and field.kind is Kind.BLOCK:
            yield from trails(field.children, trail)
        elif not field.children:
            yield trail


TRAILS = {".".join(field.name for field in trail): trail for trail in trails(SERVICE[1:])}
SWITCHED: dict[str, Any] = {
    "expose.api_port": {"expose": {}},
    "kserve": {"kserve": None},
}


def changed(trail):
    """Return the base definition with another value at the end of *trail*."""
    definition = {key: dict(value) if isinstance(value, dict) else value
                  for key, value in BASE.items()}  # fmt: skip
    block = definition
    for field in trail[:-1]:
        block[field.name] = block = dict(block.get(field.name) or {})
    last = trail[-1]
    block[last.name] = not block.get(last.name, last.default) if last.kind is Kind.FLAG else (
        next((one for one in reversed(last.choices) if one not in {"", block.get(last.name)}), None)
        or OTHER[last.kind]
    )  # fmt: skip
    if "llm_inference" in definition["kserve"]:
        definition["kserve"]["type"] = "llm_inference"
    return definition


@pytest.mark.parametrize("path", TRAILS)
def test_a_field_is_marked_to_be_replaced_exactly_where_no_put_changes_it(path):
    live = normal_form(BASE, is_live=True)
    wanted = normal_form(changed(TRAILS[path]), is_live=True)
    is_replaced = bool(replace_reasons(live, wanted) or takes_no_put(wanted))
    assert is_replaced is (change_of(TRAILS[path]) is Change.REPLACE)


@pytest.mark.parametrize("path", SWITCHED)
def test_what_is_replaced_when_it_is_added_is_marked_so(path):
    first, *rest = path.split(".")
    field = next(one for one in SERVICE if one.name == first)
    for name in rest:
        field = field.named_children[name]
    assert field.change is Change.SWITCH
    with_it = normal_form(BASE, is_live=True)
    without = normal_form({**BASE, **SWITCHED[path]}, is_live=True)
    assert replace_reasons(with_it, without)
    assert replace_reasons(without, with_it)


@pytest.mark.parametrize("name", ["input", "output", "mount"])
def test_a_field_that_brings_buckets_restarts_the_store(name):
    (field,) = (one for one in SERVICE if one.name == name)
    assert field.change is Change.BUCKETS
    place = {"storage_provider": "minio.default", "path": "red/in"}
    had = normal_form({"name": "a"}, is_live=True)
    more = normal_form({"name": "a", name: place if name == "mount" else [place]}, is_live=True)
    assert restarts_of_put(had, more) == 1


def test_each_kind_of_change_is_said_with_its_source():
    assert set(EFFECTS) == set(Change)
    assert all(effect.words and effect.source for effect in EFFECTS.values())
