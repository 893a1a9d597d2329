"""`oscar_sync.fdl`: services from Python, held to the rules of `validate`."""

import pytest
from pydantic import ValidationError

from oscar_sync import fdl
from oscar_sync.errors import InputError
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Kind

GIVEN = {"name": "words", "image": "ghcr.io/x/words:1.0", "script": "#!/bin/sh\nwc -w\n"}
FULL = {
    **GIVEN,
    "cpu": 0.5,
    "memory": "1Gi",
    "enable_gpu": True,
    "input": [{"storage_provider": "minio.default", "path": "words/in"}],
    "environment": {"variables": {"DEBUG": True, "N": 3}, "secrets": {"TOKEN": "hunter22"}},
    "expose": {"api_port": 80, "min_scale": 1, "max_scale": 2, "cpu_threshold": 80},
    "storage_providers": {"s3": {"other": {"access_key": "AKIA", "secret_key": "s3cr3t"}}},
}


def names_of(model, fields):
    """Hold each block of *model* to its table, and return what is not the same."""
    wrong = set(model.model_fields) ^ {field.name for field in fields}
    for field in fields:
        if field.children and field.kind is Kind.BLOCK:
            (inner,) = (one for one in model.model_fields[field.name].annotation.__args__
                        if one is not type(None))  # fmt: skip
            wrong |= names_of(inner, field.children)
    return wrong


def test_the_model_has_the_fields_of_the_table():
    assert names_of(fdl.Service, SERVICE) == set()


def test_only_what_was_given_is_written():
    assert fdl.Service(**GIVEN).definition == GIVEN


@pytest.mark.parametrize("given", [GIVEN, FULL], ids=["small", "full"])
def test_what_is_written_is_read_back(given, tmp_path):
    service = fdl.Service(**given)
    file = tmp_path / "words.yaml"
    file.write_text(service.to_yaml("edge"))
    read = fdl.Service.from_file(file)
    assert {**service.definition, **read.definition} == read.definition
    assert fdl.Service.from_file(file, "words") == read


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "UPPER"}, "name UPPER may hold only"),
        ({"memory": "much"}, "Kubernetes quantity"),
        ({"memroy": "1Gi"}, "Extra inputs are not permitted"),
        ({"input": [{"path": "words/in"}]}, "storage_provider"),
        ({"input": [{"storage_provider": "minio.default", "path": "w/in"}]}, "3 to 63"),
        ({"visibility": "hidden"}, "private"),
        ({"image": ""}, "image"),
        ({"expose": {"min_scale": "many"}}, "valid integer"),
    ],
)
def test_what_validate_refuses_is_refused(change, said):
    with pytest.raises(ValidationError, match=said):
        fdl.Service(**{**GIVEN, **change})


def test_an_error_shows_no_value_that_was_given():
    with pytest.raises(ValidationError) as caught:
        fdl.Service(**{**FULL, "name": "UPPER"})
    assert not {"hunter22", "s3cr3t"} & set(str(caught.value).replace("'", " ").split())


def test_a_file_that_is_wrong_or_has_no_such_service_is_refused(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("functions: {oscar: [{any: {name: x}}]}")
    with pytest.raises(InputError):
        fdl.Service.from_file(file)
    file.write_text(fdl.Service(**GIVEN).to_yaml())
    with pytest.raises(ValueError, match="has these services: words; name one of them"):
        fdl.Service.from_file(file, "other")


def test_a_schema_describes_each_field():
    schema = fdl.Service.model_json_schema()
    assert {
        name for name, entry in schema["properties"].items() if not entry["description"]
    } == set()
    assert set(schema["required"]) == {"name", "image", "script"}
