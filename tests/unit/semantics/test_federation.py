"""Which services of a cluster are workers, whose they are, and what a PUT reaches."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.form import Federation, Form, InputOutput, Replica
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.federation import (
    ORIGIN_CLUSTER,
    ORIGIN_SERVICE,
    WORKER,
    Member,
    is_worker_of,
    placeholder,
    without_members,
)

OURS = {WORKER: "true", ORIGIN_CLUSTER: "edge", ORIGIN_SERVICE: "plants"}


@pytest.mark.parametrize(
    ("changed", "cluster", "is_ours"),
    [
        ({}, "edge", True),
        ({WORKER: "false"}, "edge", False),
        ({ORIGIN_CLUSTER: "far"}, "edge", False),
        ({ORIGIN_SERVICE: "other"}, "edge", False),
        # A cluster that does not say how it is called has no workers that could be told apart.
        ({ORIGIN_CLUSTER: ""}, "", False),
    ],
)
def test_a_worker_is_its_origins_by_mark_cluster_and_name(changed, cluster, is_ours):
    assert is_worker_of({**OURS, **changed}, cluster, "plants") is is_ours


def test_a_definition_without_a_federation_stays_as_it_is():
    assert without_members(FORM) is FORM


FORM = Form("plants", image="i", script="s", input=(InputOutput("minio.default", "b/x"),))


@pytest.mark.parametrize(
    ("fields", "annotations", "token"),
    [
        ({"cluster_id": "edge"}, {**OURS, "ours": "laws"}, Secret("t")),
        ({}, {"ours": "laws"}, None),  # nothing tells OSCAR whose worker it would be
    ],
)
def test_an_empty_worker_is_marked_and_has_the_token_where_the_origin_says_its_cluster(
    fields, annotations, token
):
    body = placeholder(
        replace(FORM, **fields), Member("near", "one", ""), "plants", {"ours": "laws"}, "t"
    )
    assert (body["name"], body["cluster_id"], body.get("token")) == ("one", "near", token)
    assert body["annotations"] == annotations
    assert body["input"] == []


def test_a_put_without_members_reaches_nobody_and_keeps_the_rest():
    federation = Federation("a", "star", members=(Replica(cluster_id="far"),))
    form = replace(FORM, federation=federation)
    assert without_members(form) == replace(FORM, federation=Federation("a", "star"))
