"""Each format draws the same graph, whatever things are called."""

import random
import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest

from oscar_sync.model.graph import Graph, NodeKind
from oscar_sync.render.graph.dot import graph_dot
from oscar_sync.render.graph.layout import layout
from oscar_sync.render.graph.mermaid import graph_mermaid
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text
from tests.support.graphs import CHAIN, graph, minio

FORMATS = (graph_text, graph_dot, graph_mermaid, graph_svg)
HOSTILE = 'x"];\x1b[31m<script>alert(1)</script>&amp;\n--> y'
SVG = "{http://www.w3.org/2000/svg}"


def test_each_node_stands_once_and_data_flows_to_the_right():
    chain = graph(**CHAIN)
    spots = layout(chain).nodes
    assert len(set(spots.values())) == len(chain.nodes)
    assert all(spots[edge.source].layer < spots[edge.target].layer for edge in chain.edges)


def test_a_circle_can_be_laid_out():
    found = graph(one={"input": minio("a/in"), "output": minio("a/in")})
    assert len(layout(found).nodes) == 2
    assert "trigger loop" in graph_text(found)
    assert "edge starts loop" in graph_svg(found)
    assert "linkStyle 0,1 stroke" in graph_mermaid(found)
    assert "color=red" in graph_dot(found)


def test_a_long_chain_is_drawn_without_recursion():
    chain = {
        f"s{at:05}": {"input": minio(f"a/{at}"), "output": minio(f"a/{at + 1}")}
        for at in range(1500)
    }
    assert max(spot.layer for spot in layout(graph(**chain)).nodes.values()) == 3000


def boxes_and_curves(picture):
    """Return the boxes of the nodes, and points on each edge."""
    root = ET.fromstring(picture)
    boxes, curves = [], []
    for group in root.iter(f"{SVG}g"):
        if group.find(f"{SVG}title") is None:
            continue  # the legend
        if "node" in group.attrib["class"]:
            rect = next(group.iter(f"{SVG}rect")).attrib
            boxes.append(tuple(float(rect[name]) for name in ("x", "y", "width", "height")))
        else:
            curves.append(list(points_on(next(group.iter(f"{SVG}path")).attrib["d"])))
    return boxes, curves


def points_on(path):
    at = (0.0, 0.0)
    for command, numbers in re.findall(r"([MHC])([^MHC]+)", path):
        values = [float(number) for number in numbers.split()] + [at[1]] * (command == "H")
        ends = [at, *zip(values[::2], values[1::2], strict=True)]
        if command != "M":
            yield from (on_curve(ends, step / 20) for step in range(21))
        at = ends[-1]


def on_curve(ends, share):
    while len(ends) > 1:
        ends = [
            (x + (to_x - x) * share, y + (to_y - y) * share)
            for (x, y), (to_x, to_y) in pairwise(ends)
        ]
    return ends[0]


def tangle(seed):
    """Return services that read, write and mount at random: long edges, circles, shared folders."""
    dice = random.Random(seed)
    folders = [f"b{at // 3}/f{at}" for at in range(14)]
    return graph(
        **{
            f"s{at}": {
                "input": minio(dice.choice(folders)),
                "output": minio(*dice.sample(folders, 2)),
                **({"mount": minio(dice.choice(folders))[0]} if at % 3 == 0 else {}),
            }
            for at in range(12)
        }
    )


@pytest.mark.parametrize("seed", range(8))
def test_no_edge_runs_behind_a_box_and_no_box_behind_another(seed):
    boxes, curves = boxes_and_curves(graph_svg(tangle(seed)))
    inside = [
        (point, box)
        for curve in curves
        for point in curve
        for box in boxes
        if box[0] < point[0] < box[0] + box[2] and box[1] < point[1] < box[1] + box[3]
    ]
    assert inside == []
    apart = [
        abs(one[0] - other[0]) >= one[2] or abs(one[1] - other[1]) > one[3]
        for one, other in combinations(boxes, 2)
    ]
    assert all(apart)


def test_both_ways_of_a_circle_are_seen():
    found = graph(one={"input": minio("a/in"), "output": minio("a/in")})
    _, (one, other) = boxes_and_curves(graph_svg(found))
    assert not set(one) & set(other)


def test_names_stand_in_the_order_of_their_numbers():
    found = graph(**{f"proj{at}": {"input": minio(f"b{at}/in")} for at in (10, 9, 2, 1)})
    order = ["proj1", "proj2", "proj9", "proj10"]
    assert [node.name for node in found.nodes if node.kind is NodeKind.SERVICE] == order
    spots = layout(found).nodes
    assert sorted(order, key=lambda name: spots[f"service:edge/{name}"].row) == order


def test_what_does_not_hang_together_stands_side_by_side():
    found = graph(one={"input": minio("a/in")}, two={"input": minio("b/in")})
    assert {spot.row for spot in layout(found, columns=4).nodes.values()} == {0}
    assert {spot.row for spot in layout(found, columns=3).nodes.values()} == {0, 1}


def test_a_legend_says_what_is_drawn_and_nothing_else():
    loop = graph_svg(graph(one={"input": minio("a/in"), "output": minio("a/in")}))
    words = [item.text for item in ET.fromstring(loop).iter(f"{SVG}text")]
    assert words[:4] == ["service", "folder in a bucket", "data flow", "trigger loop"]
    chain = graph_svg(graph(**CHAIN))
    assert "shared bucket" in chain
    assert "trigger loop" not in chain


def test_a_folder_that_every_service_of_a_chain_mounts_takes_few_lanes():
    mount = minio("all/models")[0]
    chain = {
        f"s{at:03}": {"input": minio(f"a/{at}"), "output": minio(f"a/{at + 1}"), "mount": mount}
        for at in range(100)
    }
    found = graph(**chain)
    lanes = layout(found).lanes.values()
    assert len({spot for spots in lanes for spot in spots}) < 250
    assert len(graph_svg(found)) < 100 * 1_500


def test_a_picture_is_one_document_without_script_and_says_each_thing_in_words():
    root = ET.fromstring(graph_svg(graph(**CHAIN)))
    titles = [item.text for item in root.iter(f"{SVG}title")]
    assert "service cut" in titles
    assert "video/frames starts label" in titles
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize("draw", FORMATS)
def test_no_name_leaves_its_place(draw):
    assert "\x1b" not in draw(hostile())


def test_no_name_is_a_script_of_a_picture():
    tags = [item.tag for item in ET.fromstring(graph_svg(hostile())).iter()]
    assert not [tag for tag in tags if "script" in tag]


@pytest.mark.parametrize("draw", [graph_dot, graph_mermaid])
def test_no_name_adds_a_line(draw):
    plain = draw(graph(x={"input": minio("a/y")}))
    assert len(draw(hostile()).splitlines()) == len(plain.splitlines())


def hostile():
    return graph(HOSTILE, **{HOSTILE: {"input": minio(f"a/{HOSTILE}")}})


@pytest.mark.parametrize("draw", FORMATS)
def test_nothing_is_drawn_as_nothing(draw):
    assert draw(Graph())


@pytest.mark.parametrize("draw", FORMATS)
def test_a_worker_is_drawn_in_every_format(draw):
    members = [{"cluster_id": "far", "service_name": "plants-far"}]
    text = draw(graph(plants={"federation": {"members": members}}))
    assert "far/plants-far" in text
    assert "worker" in text
