"""A form has the fields of the table, and what the table calls their defaults."""

import pytest

from oscar_sync.model import fdl_fields as table
from oscar_sync.model import form
from oscar_sync.model.field import Kind
from oscar_sync.model.form import Form, mapping_of
from oscar_sync.semantics.normal_form import normal_form

BLOCKS = [
    (form.InputOutput, table.INPUT_OUTPUT),
    (form.Mount, table.MOUNT),
    (form.ManagedVolume, table.VOLUME),
    (form.Expose, table.EXPOSE),
    (form.Synchronous, table.SYNCHRONOUS),
    (form.Federation, table.FEDERATION),
    (form.Replica, table.REPLICA),
    (form.Kserve, table.KSERVE),
    (form.KserveInference, table.KSERVE_INFERENCE),
    (form.KserveLlm, table.KSERVE_LLM),
]


@pytest.mark.parametrize(("block", "fields"), BLOCKS)
def test_a_block_has_the_fields_of_the_table_and_their_defaults(block, fields):
    needed = {"storage_provider": "", "path": ""} if block is form.InputOutput else {}
    expected = {field.name: None if field.is_optional_block else field.default for field in fields}
    assert mapping_of(block(**needed)) == expected


def test_a_form_has_the_fields_of_the_table_and_their_defaults():
    assert set(Form.__struct_fields__) == {field.name for field in table.SERVICE}
    plain = mapping_of(normal_form({"name": "a"}, is_live=False))
    assert mapping_of(Form("a")) == plain
    for field in table.SERVICE:
        is_plain = field.kind not in {Kind.BLOCK, Kind.BLOCK_MAP}
        is_own = is_plain and field.name not in {"name", "vo"}
        assert not is_own or plain.get(field.name, "") == field.default


def test_a_form_cannot_be_changed():
    with pytest.raises(AttributeError):
        Form("a").memory = "1Gi"  # type: ignore[misc] # - that is what is tried
