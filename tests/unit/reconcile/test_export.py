"""An export is FDL whose plan is empty, and never leaves its folder."""

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ClusterView
from oscar_sync.reconcile.export import exported
from oscar_sync.semantics.live import live_service


def _view(*services, cluster="edge"):
    place = Cluster(ClusterId(cluster), "http://127.0.0.1:1", "edge", None)
    live = [live_service(place.id, service) for service in services]
    return ClusterView(place, services={service.key.name: service for service in live})


def test_services_of_others_are_left_out_unless_asked_for():
    theirs = {"name": "theirs", "owner": "somebody", "script": "s", "image": "i"}
    assert exported(_view(theirs)).services == 0
    assert exported(_view(theirs), all_owners=True).services == 1


def test_a_federation_worker_is_never_exported():
    worker = {
        "name": "worker",
        "owner": "cluster_admin",
        "annotations": {"oscar.grycap/federation-worker": "true"},
    }
    assert exported(_view(worker), all_owners=True).files == ()


def test_no_service_name_leads_out_of_the_folder():
    evil = {"name": "../../evil", "owner": "cluster_admin", "script": "s", "image": "i"}
    found = exported(_view(evil))
    assert found.files == ()
    assert "is not a safe file name" in found.left_out[0]


def test_no_cluster_name_leads_out_of_the_folder():
    service = {"name": "ok", "owner": "cluster_admin", "script": "s", "image": "i"}
    found = exported(_view(service, cluster="../up/x"))
    assert all(not file.path.startswith((".", "/")) for file in found.files)
    assert all(".." not in file.path.split("/") for file in found.files)


def test_secrets_are_written_blank_which_means_keep():
    service = {
        "name": "s",
        "owner": "cluster_admin",
        "image": "i",
        "script": "s",
        "storage_providers": {"s3": {"x": {"access_key": "AK", "secret_key": "SK", "region": "r"}}},
        "environment": {"secrets": {"TOKEN": ""}},
        "federation": {
            "topology": "star",
            "members": [{"type": "endpoint", "url": "https://h", "headers": {"Auth": "Bearer SK"}}],
        },
        "clusters": {"c": {"endpoint": "https://c", "auth_user": "u", "auth_password": "SK"}},
    }
    text = "".join(file.text for file in exported(_view(service)).files)
    assert "SK" not in text
    assert "Auth: ''" in text
    assert "TOKEN: ''" in text
