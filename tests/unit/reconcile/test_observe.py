"""What a cluster says of itself is believed only where it is whole (trust 3.1)."""

import pytest

from oscar_sync.model.cluster import Reading, TokenLogin
from oscar_sync.model.secret import Secret
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
    assert view.reading is Reading.UNREADABLE
    assert "does not say which user the log-in is" in view.problem
