"""The graph says what starts what, by folders, and what stands out."""

from oscar_sync.model.graph import EdgeKind, NodeKind
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.planning.graph import graph_of
from tests.support.forms import form
from tests.support.graphs import CHAIN, graph, minio


def edges(found):
    return {(edge.source.split(":")[1], str(edge.kind), edge.target.split(":")[1])
            for edge in found.edges}  # fmt: skip


def loops(found):
    return {edge.target for edge in found.edges if edge.is_loop}


def test_a_chain_in_one_bucket_leads_from_folder_to_folder():
    found = graph(**CHAIN)
    assert ("edge/video/in", "starts", "edge/cut") in edges(found)
    assert ("edge/cut", "writes", "edge/video/frames") in edges(found)
    assert found.shared_buckets == ("video",)
    assert loops(found) == set()


def test_services_that_start_each_other_for_ever_are_marked():
    circle = {**CHAIN, "back": {"input": minio("video/labels"), "output": minio("video/in")}}
    found = graph(**circle, aside={"input": minio("video/frames")})
    assert all(edge.is_loop for edge in found.edges if "aside" not in edge.target)
    assert "service:edge/aside" not in loops(found)


def test_a_long_chain_is_no_circle_and_its_closing_makes_it_one():
    count = 3000
    chain = {
        f"s{n}": {"input": minio(f"b/f{n}"), "output": minio(f"b/f{n + 1}")} for n in range(count)
    }
    assert loops(graph(**chain)) == set()
    closed = graph(**chain, last={"input": minio(f"b/f{count}"), "output": minio("b/f0")})
    assert all(edge.is_loop for edge in closed.edges)


def test_what_lands_below_an_input_starts_it_too():
    found = graph(cut=CHAIN["cut"], deep={"output": minio("video/in/deep")})
    assert ("edge/video/in/deep", "lies within", "edge/video/in") in edges(found)


def test_a_mount_is_no_way_to_start_anything():
    mount = {"storage_provider": "minio.default", "path": "video/in"}
    found = graph(cut={"output": minio("video/in"), "mount": mount})
    assert {edge.kind for edge in found.edges} == {EdgeKind.WRITES, EdgeKind.MOUNTS}
    assert loops(found) == set()


def test_other_stores_and_other_clusters_stand_apart():
    far = {"output": [{"storage_provider": "webdav.box", "path": "there"}]}
    both = graph_of(
        {
            ServiceKey(ClusterId(cluster), ServiceName("one")): form("one", **said)
            for cluster, said in (("edge", far), ("cloud", CHAIN["cut"]))
        }
    )
    assert ("edge/one", "writes", "edge/webdav.box") in edges(both)
    assert both.clusters == ("cloud", "edge")
    assert {node.cluster for node in both.in_cluster(ClusterId("edge")).nodes} == {"edge"}


def test_a_worker_stands_beside_its_origin_as_a_service_of_its_cluster():
    federation = {"members": [{"cluster_id": "far", "service_name": "plants-far"}]}
    found = graph(plants={"input": minio("plants/in"), "federation": federation})
    assert ("edge/plants", "is copied to", "edge/plants/far/plants-far") in edges(found)
    assert [node.name for node in found.nodes if node.kind is NodeKind.WORKER] == ["far/plants-far"]
    assert found.clusters == ("edge",)
    assert loops(found) == set()
