"""Walks along graphs of services: order, circles, layers, however long a chain is."""

import pytest

from oscar_sync.model.identity import ServiceName
from oscar_sync.semantics.flow import circles, in_order, in_writing_order, layers, walk
from tests.support.forms import form

LONG = 5000


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def names(text):
    """Return the graph that *text* writes: ``a>bc d>a`` says that b and c follow a, a follows d."""
    return {pair[0]: [*pair[2:]] for pair in text.split()}


@pytest.mark.parametrize(
    ("before", "order"),
    [
        ("c> b> a>", "abc"),
        ("a>c b> c>", "bca"),
        ("a>b b>c c>a", "abc"),  # a circle keeps the order of names
        ("a>z y>z z>y", "yza"),  # and what waits for a circle comes after all of it
        ("y>bz z>y b>", "byz"),  # as a circle does after what it waits for
        ("a>a", "a"),
    ],
)
def test_each_comes_after_what_it_waits_for_else_by_name(before, order):
    assert "".join(in_order(names(before))) == order


def test_a_consumer_is_written_before_its_producer_and_a_volume_made_before_it_is_attached():
    forms = {
        "a": {"input": minio("b/in"), "output": minio("c/in/deep")},
        "b": {"input": minio("c/in"), "output": minio("d/out", "c/in")},
        "c": {"input": [], "output": [], "volume": {"name": "v", "size": ""}},
        "d": {"input": [], "output": [], "volume": {"name": "v", "size": "1Gi"}},
    }
    order = in_writing_order(
        {ServiceName(name): form(name, **said) for name, said in forms.items()}
    )
    assert order == ("b", "a", "d", "c")


def test_services_that_reach_each_other_are_one_circle():
    circle = circles(names("a>b b>cd c>a d>e e>d f>"))
    together = [{name for name in circle if circle[name] == one} for one in circle.values()]
    assert {"".join(sorted(one)) for one in together} == {"abc", "de", "f"}


def test_a_layer_is_one_further_than_the_furthest_before():
    assert layers(names("a> b>a c>ab d>a")) == {"a": 0, "b": 1, "c": 2, "d": 1}


def test_a_walk_tells_each_target_with_the_trail_to_it():
    steps = [("".join(trail), target) for trail, target in walk(names("a>bc b>a c>b"))]
    assert steps == [
        ("a", "b"), ("ab", "a"), ("ab", None), ("a", "c"), ("ac", "b"), ("ac", None), ("a", None),
    ]  # fmt: skip


def test_a_chain_of_any_length_is_walked():
    chain = {number: [number + 1] for number in range(LONG)} | {LONG: []}
    assert list(in_order(chain)) == [*range(LONG, -1, -1)]
    assert len(set(circles(chain).values())) == LONG + 1
    assert layers(chain)[0] == LONG
    closed = {**chain, LONG: [0]}
    assert len(set(circles(closed).values())) == 1
    assert list(in_order(closed)) == [*range(LONG + 1)]
