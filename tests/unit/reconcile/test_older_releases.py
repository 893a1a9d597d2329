"""Reading a cluster of an older release, or of one that does not say which it is."""

import pytest

from oscar_sync.model.cluster import TokenLogin
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import BucketFacts, DesiredState, Probe
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.examine import examinations
from tests.support.observed import CONFIG, NO_ROUTE, read
from tests.unit.wire.stub import cluster, reply, running

OLD = {
    "name": "plants", "cluster_id": "", "memory": "256Mi", "cpu": "0.2", "image": "i",
    "script": "s", "input": [], "output": [], "owner": "cluster_admin",
    "environment": {"Variables": {"A": "b"}}, "expose": {"nodePort": 0}, "annotations": {},
    "labels": {},
}  # fmt: skip
NEW = {
    **OLD, "environment": {"variables": {}}, "bucket_list": [], "isolation_level": "",
    "mount": {"storage_provider": "", "path": ""}, "allowed_users": [], "visibility": "private",
    "expose": {"nodePort": [0]},
}  # fmt: skip
DEPLOYMENT = "/system/services/oscar-sync-looks-for-the-release/deployment"
BUCKET = "/system/buckets/oscar-sync-looks-for-the-release"
FEDERATION = "/system/federation/oscar-sync-looks-for-the-release"
NOT_SHOWN = reply("", 403)


BUCKETS = {"/system/buckets": reply([])}
BY_NAME = {**BUCKETS, BUCKET: NOT_SHOWN}


@pytest.mark.parametrize("version", ["devel", ""])
@pytest.mark.parametrize(
    ("answers", "release"),
    [
        ({}, (3, 3, 0)),
        ({"/system/buckets": reply({"Buckets": [{"Name": "b"}]})}, (3, 6, 0)),
        ({"/system/buckets": reply([{"bucket_path": "b"}])}, (3, 6, 0)),
        ({"/system/buckets": reply([{"bucket_name": "b"}])}, (3, 6, 4)),
        (BY_NAME, (3, 6, 5)),
        ({**BY_NAME, "/system/volumes": reply([])}, (4, 0, 0)),
        ({**BY_NAME, DEPLOYMENT: NOT_SHOWN}, (4, 0, 0)),
        ({**BY_NAME, DEPLOYMENT: NOT_SHOWN, FEDERATION: reply("", 404)}, (4, 1, 0)),
        ({**BY_NAME, "/system/volumes": reply([]), "/system/services": reply([NEW])}, (4, 1, 0)),
    ],
)
def test_a_cluster_that_names_no_release_is_of_the_one_that_has_what_it_has(
    version, answers, release
):
    view, _ = read(version, answers)
    assert (view.problem, view.release, view.release_problem) == ("", release, "")


def test_contradicting_facts_are_said():
    view, _ = read("devel", {**BUCKETS, "/system/services": reply([NEW])})
    assert "as no release does" in view.release_problem


def test_a_cluster_that_names_its_release_is_asked_nothing_more():
    view, asked = read("v4.1.2", {})
    assert view.release == (4, 1, 2)
    assert sorted(asked) == ["/system/config", "/system/info", "/system/services"]


@pytest.mark.parametrize("version", ["3.3.3", "3.5.3", "3.6.2"])
def test_what_is_read_of_an_old_cluster_takes_no_request_that_it_does_not_know(version):
    lookups = Lookups(buckets=True)
    view, asked = read(version, {"/system/services": reply([OLD])}, lookups=lookups)
    assert view.is_read
    assert view.buckets == {}
    assert view.store_problem
    assert view.services[ServiceName("plants")].form.environment.variables == {"A": "b"}
    assert sorted(asked) == ["/system/config", "/system/info", "/system/services"]


def test_a_404_of_a_bucket_by_name_is_no_evidence_on_3_6_4():
    """Releases since 3.6.4 make links, and say 404 where there is no bucket."""
    bob = TokenLogin(Secret("a.b.c"))
    links = {
        "/system/buckets/theirs/presign": reply("User 'me' is not authorised", 403),
        "/system/buckets/none/presign": reply("Bucket 'none' not found", 404),
    }
    lookups = Lookups(buckets=True, unlisted={BucketName("theirs"), BucketName("none")})
    view, _ = read("3.6.4", {**BUCKETS, **links}, bob, lookups)
    assert view.unlisted[BucketName("none")] is None
    assert view.unlisted[BucketName("theirs")] == BucketFacts(BucketName("theirs"), is_tagged=False)


def test_doctor_runs_on_3_5_and_says_what_it_does_not_judge():
    answers = {
        "/system/info": reply({"version": "3.5.3"}),
        "/system/config": reply(CONFIG),
        "/system/services": reply([{**OLD, "expose": {"api_port": 80, "nodePort": 0}}]),
    }
    with running() as stub:
        stub.answer = lambda asked: answers.get(asked.path, NO_ROUTE)
        place = cluster(stub.url)
        desired = DesiredState((), Settings("/files", clusters=(place,)), 0)
        connections = Connections({})
        (found,) = examinations(desired, connections, (4, 1, 2))
        connections.close()
    assert not found.problem
    assert [item.code for item in found.findings] == ["OSY421", "OSY424", "OSY425"]
    assert any("were not judged: OSCAR 3.5.3" in note for note in found.notes)


@pytest.mark.parametrize(
    ("version", "is_read"), [("3.5.3", True), ("3.6.5", False), ("devel", False)]
)
def test_null_is_an_empty_list_of_services_only_where_the_release_writes_it(version, is_read):
    view, _ = read(version, {**BUCKETS, "/system/services": reply("null")})
    assert view.is_read is is_read
    assert not view.services


@pytest.mark.parametrize(
    ("version", "probe"),
    [("3.6.4", Probe.HIDDEN), ("3.7.1", Probe.HIDDEN), ("4.0.0", None), ("4.1.2", None)],
)
def test_a_200_without_a_body_is_a_hidden_service_on_3_x_and_no_answer_later(version, probe):
    """203 of 3.7.1: what a user may not see is answered so; later releases say 403."""
    alpha = ServiceName("alpha")
    answers = {f"/system/services/{alpha}": reply("")}
    view, _ = read(version, answers, lookups=Lookups(probes={alpha}))
    assert view.probes.get(alpha) is probe
    assert view.is_read is (probe is not None)


def test_a_service_of_a_release_with_one_namespace_lies_in_that():
    config = reply({**CONFIG, "config": {"services_namespace": "svc"}})
    shown = reply([{**NEW, "expose": {"nodePort": 0}}])
    view, _ = read("3.6.4", {"/system/config": config, "/system/services": shown})
    assert view.services[ServiceName("plants")].namespace == "svc"
