"""What is decided is a value: nobody changes it afterwards."""

import pkgutil
from importlib import import_module

import pytest
from msgspec import Struct

import oscar_sync.execution
import oscar_sync.planning
import oscar_sync.semantics

ROOMS = (oscar_sync.execution, oscar_sync.planning, oscar_sync.semantics)
GROWING = {"Planned", "Run", "Sender"}
"""They gather while a plan is made or carried out, and say so."""

MODULES = [
    f"{room.__name__}.{one.name}" for room in ROOMS for one in pkgutil.iter_modules(room.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_structs_are_frozen(name):
    found = vars(import_module(name)).values()
    made = [one for one in found if isinstance(one, type) and issubclass(one, Struct)]
    here = [one for one in made if one.__module__ == name]
    assert {one.__name__ for one in here if not one.__struct_config__.frozen} <= GROWING
