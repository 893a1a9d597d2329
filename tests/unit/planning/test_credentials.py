"""A blank credential is kept for the address and user it belongs to, and for no other."""

from typing import Any

import pytest

from tests.unit.planning.built import live, planned, stamp, view, wanted

PROVIDERS: dict[str, tuple[dict[str, Any], str]] = {
    "webdav": ({"hostname": "a.example", "login": "me", "password": "p"}, "password"),
    "minio": (
        {"endpoint": "https://a.example", "access_key": "k", "secret_key": "s", "verify": True},
        "secret_key",
    ),
    "s3": ({"access_key": "k", "secret_key": "s", "region": "r"}, "secret_key"),
    "onedata": ({"oneprovider_host": "a.example", "token": "t", "space": "x"}, "token"),
    "rucio": (
        {"host": "a.example", "account": "me", "rse": "R", "refresh_token": "t",
         "auth_host": "b.example", "oidc_audience": "o", "token_endpoint": "https://c.example"},
        "refresh_token",
    ),
}  # fmt: skip
MOVES = [
    (kind, field)
    for kind, (account, secret) in PROVIDERS.items()
    for field in account
    if field not in (secret, "space", "rse", "oidc_audience")
]


def plan_of(kind, before, after):
    service = live(storage_providers={kind: {"far": before}}, annotations=stamp())
    return planned(view(service), wanted(storage_providers={kind: {"far": after}}))


def changed(value):
    return not value if isinstance(value, bool) else f"other-{value}"


@pytest.mark.parametrize(("kind", "field"), MOVES)
def test_it_goes_to_no_other_address_and_no_other_user(kind, field):
    account, secret = PROVIDERS[kind]
    plan = plan_of(kind, account, {**account, secret: "", field: changed(account[field])})
    assert [one.code for one in plan.blocked] == ["credential-moved"]
    assert f"storage_providers.{kind}.far.{secret}" in plan.blocked[0].message
    assert f"storage_providers.{kind}.far.{field}" in plan.blocked[0].message


@pytest.mark.parametrize(("kind", "field"), MOVES)
def test_with_its_value_it_may_go_anywhere(kind, field):
    account, _ = PROVIDERS[kind]
    plan = plan_of(kind, account, {**account, field: changed(account[field])})
    assert [one.code for one in plan.blocked if one.code == "credential-moved"] == []


ELSEWHERE = [("rucio", "rse"), ("rucio", "oidc_audience"), ("onedata", "space")]


@pytest.mark.parametrize(("kind", "field"), ELSEWHERE)
def test_it_is_kept_where_another_place_behind_the_same_log_in_is_meant(kind, field):
    account, secret = PROVIDERS[kind]
    plan = plan_of(kind, account, {**account, secret: "", field: "other"})
    assert [one.code for one in plan.blocked if one.code == "credential-moved"] == []


@pytest.mark.parametrize("kind", ["minio", "s3"])
def test_an_access_key_that_is_left_out_moves_nothing(kind):
    account, secret = PROVIDERS[kind]
    plan = plan_of(kind, account, {**account, secret: "", "access_key": ""})
    assert [one.code for one in plan.blocked if one.code == "credential-moved"] == []


@pytest.mark.parametrize("kind", PROVIDERS)
def test_where_nothing_moves_blank_keeps_it(kind):
    account, secret = PROVIDERS[kind]
    plan = plan_of(kind, account, {**account, secret: ""})
    assert (plan.blocked, plan.actions) == ((), ())


def test_a_cluster_of_a_federation_is_such_an_account_too():
    account = {"endpoint": "https://a.example", "auth_user": "me", "auth_password": "p"}
    service = live(clusters={"near": account}, federation={"group_id": "g"}, annotations=stamp())
    moved = {**account, "endpoint": "https://b.example", "auth_password": ""}
    plan = planned(view(service), wanted(clusters={"near": moved}, federation={"group_id": "g"}))
    assert [one.code for one in plan.blocked] == ["credential-moved"]
