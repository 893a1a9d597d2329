"""What `ignore` names is a field that others can change; anything else is an error."""

from collections.abc import Iterator

import pytest

from oscar_sync.documents.paths import dotted
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.origin import FieldPath
from oscar_sync.settings.ignored import ignore_fault
from tests.support.settings import read


def paths(fields: tuple[Field, ...], above: FieldPath = ()) -> Iterator[FieldPath]:
    for field in fields:
        path = (*above, field.name)
        yield path
        entry: FieldPath = (*path, 0 if field.kind is Kind.BLOCKS else "a.b/c")
        if field.kind in {Kind.BLOCKS, Kind.BLOCK_MAP, Kind.TEXT_MAP}:
            yield entry
            yield from paths(field.children, entry)
        elif field.kind in {Kind.TEXTS, Kind.PORTS}:
            yield (*path, 0)
        else:
            yield from paths(field.children, path)


def test_each_field_but_a_secret_of_the_environment_can_be_ignored() -> None:
    every = [dotted(path) for path in paths(SERVICE)]
    assert len(every) > 100
    faulty = [path for path in every if ignore_fault(path)[0]]
    assert faulty == ["environment.secrets", 'environment.secrets["a.b/c"]']


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("memmory", "no field of a service is called memmory; did you mean memory?"),
        ("bucket", "no field of a service is called bucket"),
        ("expose.min_scal", ("no field of a service is called expose.min_scal; did you mean "
         "expose.min_scale?")),
        ("input[0].pth", ("no field of a service is called input[0].pth; did you mean "
         "input[0].path?")),
        ("input.path", "input is a list: name an entry, as in input[0].path"),
        ("labels[0]", "labels is not a list"),
        ("labels.a.b", 'a name with dots is written as labels["a.b"]'),
        ("memory.limit", "memory has no fields"),
        ("allowed_users[0].id", "allowed_users[0] has no fields"),
        ("[0]", "no field of a service is called [0]"),
        ("a b", "`a b` is not the path of a field"),
        ("", "`` is not the path of a field"),
    ],
)  # fmt: skip
def test_what_is_not_the_path_of_a_field_is_an_error_with_its_place(path: str, fault: str) -> None:
    _, (found,) = read(f"services:\n  a:\n    ignore:\n    - memory\n    - '{path}'\n")
    assert (found.message, found.severity, found.line) == (fault, "error", 5)
    assert found.remedy.startswith("write a path as a plan prints it")


def test_a_secret_is_left_to_others_by_a_blank_value() -> None:
    fault, remedy = ignore_fault("environment.secrets.TOKEN")
    assert fault == (
        "environment.secrets.TOKEN cannot be ignored: the cluster does not return secrets"
    )
    assert remedy == "leave the secret blank in the manifest: the cluster then keeps its value"
