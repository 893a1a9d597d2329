"""Workers end together: the longest tests come first, and none is left out."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.tree import ROOT
from tests.order import LONGEST, collected_from, longest_first


class Item(NamedTuple):
    nodeid: str


SHORT = [Item(f"tests/cli/test_a.py::test_{at}") for at in range(90)]
LONG = [Item(f"tests/property/test_{file}.py::test_{at}") for file in "abcde" for at in range(1, 3)]


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_each_share_begins_with_some_of_the_longest_and_holds_each_test_once(workers):
    found = longest_first([*SHORT, *LONG], workers)
    assert Counter(found) == Counter([*SHORT, *LONG])
    assert {found[worker * len(found) // workers] for worker in range(workers)} <= {*LONG}
    assert [item for item in found if item in SHORT] == SHORT


@pytest.mark.parametrize("items", [[], SHORT[:1], LONG, [*LONG, SHORT[0]]])
def test_few_tests_are_all_run(items):
    assert Counter(longest_first(items, 4)) == Counter(items)


def test_each_worker_begins_to_collect_elsewhere():
    folders = [Path(name) for name in "abcdef"]
    orders = [collected_from(folders, worker, 3) for worker in range(3)]
    assert ["".join(map(str, order)) for order in orders] == ["abcdef", "cdefab", "efabcd"]


@pytest.mark.parametrize("name", LONGEST)
def test_what_takes_longest_is_there(name):
    assert (ROOT / name).exists()
