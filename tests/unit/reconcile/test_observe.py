"""What a cluster says of itself is believed only where it is whole (trust 3.1)."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.cluster import ReadingState, TokenLogin
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import Settings
from oscar_sync.planning.context import Context
from oscar_sync.planning.facts import Facts
from oscar_sync.planning.notes import store_notes
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.observe import observe
from tests.unit.wire.stub import cluster, reply, running

ANSWERS = {"/system/info": {"version": "4.1.2"}, "/system/services": []}


@pytest.mark.parametrize("provider", [{}, {"access_key": ""}])
def test_a_user_whom_the_cluster_does_not_name_owns_nothing(provider):
    """Else whatever has no owner would be theirs."""
    answers = {**ANSWERS, "/system/config": {"config": {}, "minio_provider": provider}}
    connections = Connections({})
    with running() as stub:
        stub.answer = lambda asked: reply(answers[asked.path])
        (view,) = observe([cluster(stub.url, TokenLogin(Secret("a.b.c")))], connections)
        connections.close()
    assert view.reading is ReadingState.UNREADABLE
    assert "does not say which user the log-in is" in view.problem


@pytest.mark.parametrize(
    ("fields", "is_said"),
    [({}, True), ({"s3_endpoint": "https://s3.example.org"}, False), ({"ca_bundle": "x"}, False)],
)
def test_a_store_whose_certificate_is_not_checked_is_said_in_each_plan(fields, is_said):
    provider = {"endpoint": "https://minio.example.org", "verify": False}
    answers = {**ANSWERS, "/system/config": {"config": {}, "minio_provider": provider}}
    connections = Connections({})
    with running() as stub:
        stub.answer = lambda asked: reply(answers[asked.path])
        place = cluster(stub.url)
        (view,) = observe([replace(place, **fields)], connections)
        connections.close()
    notes = store_notes([Context(Facts(view), Settings("/files"), {}, None)])
    said = "the object store https://minio.example.org is not verified"
    assert any(said in note for note in notes) is is_said
