"""What real servers answered means what the tables say, and every shown service has a form."""

import json
from pathlib import Path

import pytest

from oscar_sync.model.form import mapping_of
from oscar_sync.model.identity import ClusterId
from oscar_sync.planning.compare import differences
from oscar_sync.semantics.answers import Outcome, meaning_of
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.live_shape import shape_fault
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.release_fields import unsupported
from oscar_sync.semantics.stamp import (
    HookMark,
    detached_of,
    detached_stamp,
    hooks_of,
    hooks_stamp,
    owner_of,
    owner_stamp,
    secrets_of,
    secrets_stamp,
)

FOLDER = Path(__file__).parents[2] / "fixtures" / "server"


def shown_services(value):
    if isinstance(value, dict):
        if {"name", "image", "script", "owner"} <= value.keys():
            yield value
        for item in value.values():
            yield from shown_services(item)
    if isinstance(value, list):
        for item in value:
            yield from shown_services(item)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from shown_services(json.loads(value))
        except ValueError:
            return


RECORDS = [
    pytest.param(path, id=path.stem)
    for path in sorted(FOLDER.glob("[0-9]*.json"))
    if any(shown_services(json.loads(path.read_text())))
]


@pytest.mark.parametrize("path", RECORDS)
def test_a_recorded_service_has_a_normal_form_that_does_not_differ_from_itself(path):
    for raw in shown_services(json.loads(path.read_text())):
        live = live_service(ClusterId("edge"), raw)
        again = normal_form(mapping_of(live.form), is_live=True)
        assert again == live.form
        assert not differences(live.form, again, owner=live.owner)


OLDER = [((3, 6, 4), "3.6.4"), ((3, 6, 5), "3.6.5"), ((3, 7, 1), "3.7.1"), ((4, 0, 0), "4.0.0")]


@pytest.mark.parametrize(("release", "name"), OLDER)
def test_a_service_of_an_older_release_is_understood_and_has_its_fields_alone(release, name):
    """What a release shows is a witness of which fields it has."""
    shown = [
        raw
        for path in sorted(FOLDER.with_name(f"server-{name}").glob("[0-9]*.json"))
        for raw in shown_services([step["got"] for step in json.loads(path.read_text())["steps"]])
    ]
    assert len(shown) > 10
    for raw in shown:
        assert shape_fault(raw) == ""
        live = live_service(ClusterId("edge"), raw)
        assert normal_form(mapping_of(live.form), is_live=True) == live.form
        assert unsupported(live.form, release) == ()


@pytest.mark.parametrize(
    ("method", "status", "text", "outcome"),
    [
        ("POST", 400, "A service with the provided name already exists", Outcome.NOT_APPLIED),
        ("POST", 409, "A secret with the given name already exists", Outcome.NOT_APPLIED),
        ("POST", 500, 'the bucket "b" already exists\n', Outcome.NOT_APPLIED),
        ("POST", 400, "Error tagging bucket: x", Outcome.APPLIED_WITH_WARNING),
        ("POST", 500, "", Outcome.UNKNOWN),
        ("POST", 201, "", Outcome.APPLIED),
        ("PUT", 500, "error setting new policies: x", Outcome.APPLIED_WITH_WARNING),
        ("PUT", 500, "Error creating the service: x", Outcome.APPLIED_WITH_WARNING),
        ("PUT", 500, "Error updating the service: x", Outcome.NOT_APPLIED),
        ("PUT", 200, "Updated with federation warnings: [x]", Outcome.APPLIED_WITH_WARNING),
        ("PUT", 404, "", Outcome.ABSENT),
        ("DELETE", 404, "", Outcome.ABSENT),
        ("DELETE", 500, "Error deleting service buckets: x", Outcome.APPLIED_WITH_WARNING),
        ("DELETE", 401, "", Outcome.NOT_APPLIED),
        ("PUT", 418, "", Outcome.NOT_APPLIED),
        ("PUT", 400, "", Outcome.NOT_APPLIED),
        ("PUT", 499, "", Outcome.NOT_APPLIED),
        ("PUT", 399, "", Outcome.UNKNOWN),
        ("PUT", 500, "", Outcome.UNKNOWN),
    ],
)
def test_an_answer_means_what_the_table_says(method, status, text, outcome):
    assert meaning_of(method, status, text).outcome is outcome


def test_stamps_come_back_as_they_were_written():
    owner = owner_of({"oscar-sync.io/owner": owner_stamp("set", "host:1/a/b", "name")})
    assert owner is not None
    assert (owner.set_name, owner.identity, owner.service) == ("set", "host:1/a/b", "name")
    hook_marks = (HookMark("bucket", "in/"), HookMark("other", "a b/ü%/", is_gone=True))
    assert set(hooks_of({"oscar-sync.io/hooks": hooks_stamp(hook_marks)})) == set(hook_marks)
    text = detached_stamp("remove", ["b", "a"])
    assert detached_of({"oscar-sync.io/detached": text}) == ("remove", ("a", "b"))
    assert detached_of({"oscar-sync.io/detached": "other a"}) == ("", ())
    text = secrets_stamp("0123", {"A B": "ff"})
    assert secrets_of({"oscar-sync.io/secrets": text}) == ("0123", {"A B": "ff"})
    assert secrets_of({"oscar-sync.io/secrets": "v2:x A=1"}) == ("", {})
