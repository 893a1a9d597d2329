"""L13: a file that was cut short, emptied or replaced removes nothing (trust 4.7)."""

from contextlib import suppress
from fractions import Fraction

import yaml
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.errors import InputError
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import services

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"


def holds_something_else(text):
    """Tell whether *text* is a whole file of another program: a mapping or list with a value."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return isinstance(document, dict | list) and has_value(document)


def has_value(document):
    if isinstance(document, dict):
        return any(map(has_value, document.values()))
    return any(map(has_value, document)) if isinstance(document, list) else bool(document)


STRANGE = st.one_of(
    st.sampled_from(
        ("", "\n", "---\n", "# functions:\n", "null\n", "functions: {}\n", "oscars: []\n", POINTER)
    ),
    st.text("ab:-[]{}#'\" \n", max_size=12).filter(lambda text: not holds_something_else(text)),
)
CUTS = st.floats(0, 1, exclude_max=True)


@laws(Fraction(1, 2))
@given(wanted=services(), which=st.integers(0, 3), strange=STRANGE, cut=st.none() | CUTS)
def test_no_service_goes_and_no_object_for_a_file_that_is_not_whole(
    world, wanted, which, strange, cut
):
    world.reset()
    world.write(*wanted)
    world.apply()
    file = world.folder / f"{wanted[which % len(wanted)]['name']}.yaml"
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"x")
    text = file.read_text(encoding="utf-8")
    file.write_text(strange if cut is None else text[: int(len(text) * cut)], encoding="utf-8")
    world.write_settings(prune=True)
    names, objects = world.names(), world.objects()
    world.forget()
    with suppress(InputError):  # a file that is plainly broken stops the run before any request
        world.apply()
    assert not [
        one for one in world.oscar.seen if one.method == "DELETE" and one.path.startswith(SERVICES)
    ]
    assert names <= world.names()
    assert objects.keys() <= world.objects().keys()
