"""What `--only` and `--label` match, as values."""

import pytest

from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.selection import LabelTerm, Narrowing, Selector

EDGE, CLOUD = ClusterId("edge"), ClusterId("cloud")
ALL = Selector("*", "*")


@pytest.mark.parametrize(
    ("term", "matched"),
    [
        (LabelTerm("team=bio", "team", "bio"), ["bio"]),
        (LabelTerm("team!=bio", "team", "bio", is_negated=True), ["none", "geo"]),
        (LabelTerm("team", "team"), ["bio", "geo"]),
        (LabelTerm("!team", "team", is_negated=True), ["none"]),
    ],
)
def test_a_label_matches_as_kubectl_means_it(term, matched):
    """`key!=value` matches what has no such key, too."""
    each: dict[str, dict[str, str]] = {"none": {}, "bio": {"team": "bio"}, "geo": {"team": "geo"}}
    assert [name for name, labels in each.items() if term.matches(labels)] == matched


@pytest.mark.parametrize("narrowing", [
    Narrowing((ALL,)), Narrowing(labels=(LabelTerm("!x", "x", is_negated=True),)),
])  # fmt: skip
def test_what_matches_every_service_is_still_no_full_run(narrowing):
    """A service that no file names any more is not covered: trust 1.6."""
    assert narrowing.selects(ServiceKey(EDGE, ServiceName("alpha")), {})
    assert not narrowing.is_full


def test_given_together_each_narrows_further():
    narrowing = Narrowing((Selector("a*", "a*"),), (EDGE,), (LabelTerm("t", "t"),))
    matched = [
        (cluster, name, bool(labels))
        for cluster in (EDGE, CLOUD)
        for name in ("alpha", "beta")
        for labels in ({}, {"t": ""})
        if narrowing.selects(ServiceKey(cluster, ServiceName(name)), labels)
    ]
    assert matched == [(EDGE, "alpha", True)]
    assert narrowing.words == "narrowed to a*, edge/, label t"


def test_a_name_with_brackets_is_matched_as_it_is_written_too():
    key = ServiceKey(ClusterId("http://[::1]:80"), ServiceName("a[b]"))
    assert Selector("a[b]", "a[b]").matches(key)
