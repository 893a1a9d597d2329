"""Each format draws the same graph, whatever things are called."""

from xml.etree import ElementTree as ET

import pytest

from oscar_sync.model.graph import Graph
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
    spots = layout(chain)
    assert len(set(spots.values())) == len(chain.nodes)
    assert all(spots[edge.source].layer < spots[edge.target].layer for edge in chain.edges)


def test_a_circle_can_be_laid_out():
    found = graph(one={"input": minio("a/in"), "output": minio("a/in")})
    assert len(layout(found)) == 2
    assert "trigger loop" in graph_text(found)
    assert "edge starts loop" in graph_svg(found)
    assert "linkStyle 0,1 stroke" in graph_mermaid(found)
    assert "color=red" in graph_dot(found)


def test_a_long_chain_is_drawn_without_recursion():
    chain = {
        f"s{at:05}": {"input": minio(f"a/{at}"), "output": minio(f"a/{at + 1}")}
        for at in range(1500)
    }
    assert max(spot.layer for spot in layout(graph(**chain)).values()) == 3000


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
