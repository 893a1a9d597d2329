"""Whose a service is: the ownership mark on it decides, whatever it calls this cluster."""

import pytest

from oscar_sync.model.action import ActionKind
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.plan_options import PlanOptions, Scope
from tests.unit.planning.built import CLUSTER, codes, live, planned, stamp, view, wanted

MARK = "oscar-sync.io/owner"
LLM = {"type": "llm_inference", "min_scale": 1, "max_scale": 1, "set_auth": True}
WORKER = {"oscar.grycap/federation-worker": "true"}


def marked(mark, **fields):
    annotations = {MARK: mark, **fields.pop("annotations", {})}
    return live(annotations=annotations, **fields)


FOREIGN = {
    "geo-lab/edge.example.org/alpha": "it is managed by set geo-lab",
    "geo-lab/cloud/alpha": (
        "it is managed by set geo-lab, which names this cluster `cloud` (here: `edge.example.org`)"
    ),
    "geo-lab/edge.example.org/beta": (
        "it is managed by set geo-lab, whose mark was made for service `beta`"
    ),
    "geo-lab/host:1/a/b/beta": (
        "it is managed by set geo-lab, which names this cluster `host:1/a/b` (here: "
        "`edge.example.org`), whose mark was made for service `beta`"
    ),
    "geo-lab": "it is marked `geo-lab` by another set, and the mark cannot be read",
    "laws/": "it is marked `laws/` by another set, and the mark cannot be read",
}


@pytest.mark.parametrize("mark", FOREIGN)
def test_the_mark_of_another_set_blocks_whatever_it_calls_the_cluster(mark):
    plan = planned(view(marked(mark)), wanted(memory="1Gi"))
    assert codes(plan) == ["not-ours"]
    [held] = plan.blocked
    assert held.message == FOREIGN[mark]
    assert held.consent == "take-over:alpha"


@pytest.mark.parametrize("mark", FOREIGN)
@pytest.mark.parametrize("scope", [Scope.ADOPT, Scope.REMOVE, Scope.FORGET])
def test_nothing_is_done_by_name_to_what_another_set_manages(mark, scope):
    services = [wanted()] if scope is Scope.ADOPT else []
    options = PlanOptions(scope, ("alpha",))
    plan = planned(view(marked(mark)), *services, options=options)
    assert not plan.actions
    assert codes(plan) == ([] if scope is Scope.FORGET else ["not-ours"])


@pytest.mark.parametrize("mark", FOREIGN)
def test_without_a_set_of_ones_own_every_mark_is_another_sets(mark):
    assert codes(planned(view(marked(mark)), wanted(memory="1Gi"), set_name="")) == ["not-ours"]
    own = marked("laws/edge.example.org/alpha")
    assert codes(planned(view(own), wanted(memory="1Gi"), set_name="")) == ["not-ours"]


def test_the_same_set_under_another_cluster_name_is_ours_with_a_note():
    cluster = view(marked("laws/cloud/alpha"))
    plan = planned(cluster, wanted(memory="1Gi"))
    assert [action.kind for action in plan.actions] == [ActionKind.UPDATE]
    assert not plan.blocked
    note = (
        "edge: the marks of alpha name this cluster `cloud`, and this run names it "
        "`edge.example.org`: their next update writes the new name, and so does oscar-sync adopt; "
        "if it is another cluster, correct `identity` or `set`"
    )
    assert note in plan.notes
    assert plan.clusters[0].ours == 1
    adopted = planned(cluster, wanted(), options=PlanOptions(Scope.ADOPT, ("alpha",)))
    assert [action.kind for action in adopted.actions] == [ActionKind.ADOPT]


def test_a_mark_with_another_cluster_name_is_not_pruned_but_removed_when_it_is_named():
    cluster = view(marked("laws/cloud/alpha"))
    plan = planned(cluster, wanted("beta"), prune=True)
    assert [action.kind for action in plan.actions] == [ActionKind.CREATE]
    [left] = plan.left_alone
    assert "names this cluster `cloud`" in left.message
    by_name = planned(cluster, options=PlanOptions(Scope.REMOVE, ("alpha",)))
    assert [action.kind for action in by_name.actions] == [ActionKind.REMOVE]


@pytest.mark.parametrize("mark", ["laws/near.example.org/alpha", "laws/edge.example.org/beta"])
def test_a_copy_of_this_sets_mark_makes_no_removal_candidate(mark):
    """Federation copies the origin's annotations; so does a POST of what a GET showed."""
    near = Cluster(ClusterId("near"), "http://127.0.0.1:2", "near.example.org", None)
    plan = planned(view(marked(mark)), wanted("beta"), prune=True, clusters=(CLUSTER, near))
    assert [action.kind for action in plan.actions] == [ActionKind.CREATE]
    assert not plan.left_alone
    assert not plan.notes


def test_a_worker_with_a_copied_mark_stays_a_worker():
    cluster = view(marked("geo-lab/cloud/alpha", annotations=WORKER))
    assert codes(planned(cluster, wanted(memory="1Gi"))) == ["federation-worker"]


@pytest.mark.parametrize(
    ("namespace", "is_admin", "is_taken_over"),
    [("oscar-svc", True, True), ("elsewhere", True, False), ("oscar-svc", False, False)],
)
def test_a_service_without_an_owner_is_the_administrators_in_their_own_namespace_alone(
    namespace, is_admin, is_taken_over
):
    there = live(owner="", namespace=namespace, annotations=stamp())
    cluster = view(there, is_admin=is_admin)
    plan = planned(cluster, wanted(memory="1Gi"))
    assert bool(plan.actions) is is_taken_over


@pytest.mark.parametrize("fields", [{"interlink_node_name": "n"}, {"kserve": LLM}])
def test_a_lost_owner_that_no_put_can_give_back_is_no_difference(fields):
    """Or each plan would ask for a replace, of a service that differs in nothing."""
    there = live(owner="", annotations=stamp(), **fields)
    plan = planned(view(there, is_admin=True), wanted(**fields))
    assert (plan.actions, plan.blocked) == ((), ())
