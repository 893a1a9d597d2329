"""Before an upgrade: what older releases stored, judged from what they show."""

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ClusterView
from oscar_sync.planning.upgrade import upgrade_findings
from oscar_sync.semantics.live import live_service


def _view(release, **raw):
    place = Cluster(ClusterId("edge"), "http://127.0.0.1:1", "edge", None)
    live = live_service(place.id, {"name": "plants", "image": "i", "script": "s", **raw})
    return ClusterView(place, release=release, services={live.key.name: live})


def _codes(view, then):
    return [(item.code, item.message) for item in upgrade_findings(view, then)]


def test_a_service_of_3_3_loses_its_variables():
    view = _view((3, 3, 1), environment={"Variables": {"A": "b"}})
    assert ("OSY422", "OSCAR 4.0.0 does not read its environment variables") in _codes(
        view, (4, 0, 0)
    )


def test_two_inputs_in_a_bucket_are_a_finding_up_to_3_5():
    inputs = [{"storage_provider": "minio.default", "path": path} for path in ("b/x", "b/y")]
    ((code, message),) = _codes(_view((3, 5, 0), input=inputs), (3, 6, 0))
    assert code == "OSY423"
    assert "two inputs lie in bucket b" in message


def test_an_older_release_is_no_upgrade():
    assert not _codes(_view((4, 0, 0)), (3, 6, 0))
