"""L13: a file that was cut short, emptied or replaced removes nothing (trust 4.7)."""

from contextlib import suppress

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from oscar_sync.errors import InputError
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import BUCKETS, IMAGE, services

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
_PLAIN = {"name": "alpha", "image": IMAGE, "script": "s\n"}
_BLOCKED = {
    **_PLAIN,
    "input": [{"storage_provider": "minio", "path": "red/in"}],
    "output": [{"storage_provider": "webdav.box", "path": "there"}],
    "storage_providers": {
        "webdav": {"box": {"hostname": "dav.example.org", "login": "me", "password": "pass-w"}}
    },
    "interlink_node_name": "node",
}


def used_by(one):
    entries = (*one.get("input", ()), *one.get("output", ()), one.get("mount", {"path": ""}))
    return {entry["path"].partition("/")[0] for entry in entries}


# Of the file nothing is missing but the end of its last line.
@example(wanted=[_PLAIN], which=0, strange="", cut=0.999, renames=True, erased=None)
# The whole file is blocked (the cluster holds no service of the old name), its half is not.
@example(wanted=[_BLOCKED], which=0, strange="", cut=0.6, renames=True, erased=None)
@laws()
@given(
    wanted=services(max_size=2), which=st.integers(0, 3), strange=STRANGE, cut=st.none() | CUTS,
    renames=st.booleans(), erased=st.none() | st.sampled_from(BUCKETS),
)  # fmt: skip
def test_no_service_goes_and_no_object_for_a_file_that_is_not_whole(  # noqa: PLR0917 - drawn
    world, met, wanted, which, strange, cut, renames, erased
):
    """Nor where the file is that of a service under its new name, or of one that uses a bucket."""
    world.reset()
    world.write(*wanted)
    world.apply()
    one = wanted[which % len(wanted)]
    name = one["name"]
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"x")
    if renames:
        (world.folder / f"{name}.yaml").unlink()
        world.write_one({**one, "name": f"{name}-new"})
        name = f"{name}-new"
    file = world.folder / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(strange if cut is None else text[: int(len(text) * cut)], encoding="utf-8")
    world.write_settings(
        prune=True,
        moved=[{"from": one["name"], "to": name}] if renames else None,
        removed=[{"bucket": erased, "erase": True}] if erased in used_by(one) else None,
    )
    names, objects = world.names(), world.objects()
    world.forget()
    with suppress(InputError):  # a file that is plainly broken stops the run before any request
        world.apply()
    gone = {
        seen.path.rpartition("/")[2]
        for seen in world.oscar.seen
        if seen.method == "DELETE" and seen.path.startswith(SERVICES)
    }
    # A file that is whole enough to hold the service under its new name renames it, if the
    # cluster took the old one: a blocked create left none.
    is_renamed = met("renamed", renames and one["name"] in names and name in world.names())
    met("a bucket was named", erased in used_by(one))
    assert gone == names - world.names() == ({one["name"]} if is_renamed else set())
    assert objects.keys() <= world.objects().keys()
