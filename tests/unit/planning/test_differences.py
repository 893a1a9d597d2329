"""What differs, by the policy of each field, and what a plan shows of it."""

import pytest

from oscar_sync.model.field_change import Cause, Op
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.secret import Secret
from oscar_sync.planning.attribution import attributed
from oscar_sync.planning.compare import differences
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form
from tests.unit.planning.built import EDGE, definition, wanted

KEY = FingerprintKey(Secret("k" * 32), "0123abcd")


def form(**fields):
    return normal_form(definition("alpha", **fields), is_live=False)


def found(live, want):
    return [(item.path, item.op) for item in differences(form(**live), form(**want))]


def s3(access="a", secret="b", **more):
    account = {"access_key": access, "secret_key": secret, "region": "r", **more}
    return {"storage_providers": {"s3": {"aws": account}}}


AT = ("storage_providers", "s3", "aws")


@pytest.mark.parametrize(
    ("live", "want", "expected"),
    [
        (s3(), s3(), []),
        (s3(), s3("", ""), []),
        (s3(), s3("c"), [((*AT, "access_key"), Op.CHANGE)]),
        (s3(""), s3(""), []),
        (s3(), s3(region="s"), [((*AT, "region"), Op.CHANGE)]),
        ({}, s3(), [(AT[:2], Op.ADD)]),
    ],
)
def test_a_blank_credential_keeps_what_the_cluster_has(live, want, expected):
    assert found(live, want) == expected


def ports(*numbers, api=(80,)):
    return {"expose": {"api_port": list(api), "nodePort": list(numbers)}}


@pytest.mark.parametrize(
    ("live", "want", "is_same"),
    [
        (ports(30001), ports(0), True),
        (ports(30001, 30002), ports(0, 0), True),
        (ports(30001), ports(30002), False),
        (ports(30001, 30002), ports(0), False),
        (ports(30001), ports(), False),
    ],
)
def test_a_node_port_of_0_is_any_that_the_cluster_gave(live, want, is_same):
    assert (found(live, want) == []) is is_same


@pytest.mark.parametrize(
    ("live", "want", "expected"),
    [
        (["a@x", "b@x"], ["b@x", "a@x"], 0),
        (["a@x"], ["a@x", "b@x"], 1),
    ],
)
def test_users_have_no_order(live, want, expected):
    assert len(found({"allowed_users": live}, {"allowed_users": want})) == expected


def test_the_owner_is_left_out_of_the_users_and_of_no_other_list():
    """OSCAR may add it to them by itself (oscar-server 3.1)."""
    fields = ("allowed_users", "image_pull_secrets")
    there, here = (
        live_service(EDGE, definition("alpha", **dict.fromkeys(fields, names), owner="me")).form
        for names in (["me", "zoe"], ["zoe"])
    )
    assert [item.path for item in differences(there, here, "me")] == [("image_pull_secrets",)]


def test_what_stands_beside_a_federation_is_compared_where_both_have_one():
    beside = {"cluster_id": "edge", "clusters": {"near": {"endpoint": "https://near.example"}}}
    one = {"federation": {"group_id": "g"}, **beside}
    assert [path[0] for path, _ in found(one, {})] == ["federation"]
    assert [path[0] for path, _ in found({}, one)] == ["federation"]
    other = {**one, "cluster_id": "lab"}
    assert [path[0] for path, _ in found(one, other)] == ["cluster_id"]


# what is shown


def member(**headers):
    one = {"type": "endpoint", "url": "https://h", "headers": headers}
    return {"federation": {"topology": "star", "members": [one]}}


def shown(live, want):
    there = live_service(EDGE, definition("alpha", **live))
    here = wanted(**want)
    items = differences(there.form, here.form)
    return {
        item.path: item
        for item in attributed(items, here, there, here.form, is_ours=False, key=KEY)
    }  # fmt: skip


def test_a_credential_is_shown_as_a_fingerprint_and_a_blank_one_as_nothing():
    change = shown(s3("", ""), s3("new-key", ""))["storage_providers.s3.aws.access_key"]
    assert (change.before, change.is_sensitive) == ("", True)
    assert str(change.after).startswith("fingerprint ")
    assert change.cause is Cause.UNKNOWN


def test_a_whole_account_is_shown_value_by_value():
    told = {path: one.after for path, one in shown({}, s3("new-key", "")).items()}
    assert told["storage_providers.s3.aws.region"] == "r"
    assert str(told["storage_providers.s3.aws.access_key"]).startswith("fingerprint ")
    assert "storage_providers.s3.aws.secret_key" not in told


def test_a_whole_account_that_goes_is_shown_value_by_value():
    told = {path: (one.op, one.before) for path, one in shown(s3("old-key", ""), {}).items()}
    assert told["storage_providers.s3.aws.region"] == (Op.REMOVE, "r")
    assert "old-key" not in repr(told)


@pytest.mark.parametrize("live", [{}, member(), member(Authorization="Bearer old")])
def test_the_headers_of_a_federations_member_are_never_shown(live):
    changes = shown(live, member(Authorization="Bearer new"))
    assert changes
    assert "Bearer" not in repr(changes)
    assert "fingerprint " in repr(changes)


def test_a_blank_header_of_a_member_keeps_what_the_cluster_has():
    assert shown(member(Authorization="Bearer old"), member(Authorization="")) == {}
    assert shown(member(Authorization="Bearer old"), member())
    assert shown(member(), member(Authorization=""))


def test_equal_secrets_have_one_word():
    one, two, other = (
        shown({}, s3(text))["storage_providers.s3.aws.access_key"].after
        for text in ("same", "same", "other")
    )  # fmt: skip
    assert one == two
    assert one != other
    assert str(Secret("same")) not in repr(one)


def variables(**named):
    return {"environment": {"variables": named}}


@pytest.mark.parametrize(("live", "want", "expected"), [
    (variables(KSERVE_HOST="h"), {}, []),
    (variables(KSERVE_HOST="h", LEVEL="1"), {}, [("LEVEL", Op.REMOVE)]),
    (variables(KSERVE_HOST="h"), variables(KSERVE_HOST="i"), [("KSERVE_HOST", Op.CHANGE)]),
    ({"annotations": {"KSERVE_HOST": "h"}}, {}, [("KSERVE_HOST", Op.REMOVE)]),
])  # fmt: skip
def test_a_variable_that_the_server_puts_in_differs_only_where_a_manifest_sets_it(
    live, want, expected
):
    assert [(path[-1], op) for path, op in found(live, want)] == expected
