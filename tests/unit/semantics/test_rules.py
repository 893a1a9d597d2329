"""Small rules of OSCAR, row by row."""

import json
from typing import Any

import pytest

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import MASK
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.answers import is_store_restarting, poisoned_service
from oscar_sync.semantics.bodies import put_body
from oscar_sync.semantics.hooks import arn_of, service_of
from oscar_sync.semantics.immutable import replace_reasons, takes_no_put
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.masking import masked_service
from oscar_sync.semantics.names import (
    LONGEST_SERVICE,
    bucket_name_fault,
    is_dns_label,
    label_value_fault,
    qualified_key_fault,
    secret_name_fault,
    service_name_fault,
)
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.paths import account_of
from oscar_sync.semantics.volumes import attached_volume, made_volume
from oscar_sync.wire.messages import encode


def form(**fields):
    return normal_form({"name": "a", "image": "i", "script": "s", **fields}, is_live=False)


KSERVE = {"type": "inference", "storage_uri": "s3://m", "inference": {"model_format": "onnx"}}


@pytest.mark.parametrize(
    ("live", "desired", "reasons"),
    [
        ({}, {}, ()),
        ({"memory": "1Gi"}, {"memory": "2Gi"}, ()),
        ({}, {"volume": {"size": "1Gi", "mount_path": "/d"}}, ("volume",)),
        ({"expose": {"api_port": [80]}}, {}, ("expose.api_port",)),
        ({"interlink_node_name": "n"}, {"memory": "2Gi"}, ("interlink_node_name",)),
        ({"kserve": KSERVE}, {}, ("kserve",)),
        ({"kserve": KSERVE}, {"kserve": {**KSERVE, "storage_uri": "s3://n"}},
         ("kserve.storage_uri",)),
        ({"kserve": {**KSERVE, "type": "llm_inference"}}, {}, ("kserve",)),
    ],
)  # fmt: skip
def test_what_no_put_can_change_forces_a_replace(live, desired, reasons):
    assert replace_reasons(form(**live), form(**desired)) == reasons


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, ""),
        ({"interlink_node_name": "n"}, "it runs on an interLink node"),
        ({"kserve": {**KSERVE, "type": "llm_inference"}}, "it is a KServe llm_inference service"),
        ({"kserve": KSERVE}, ""),
    ],
)
def test_some_services_take_no_put_at_all(fields, why):
    assert takes_no_put(form(**fields)) == why


@pytest.mark.parametrize(
    ("arn", "service"),
    [
        (arn_of("a-b"), "a-b"),
        ("arn:minio:sqs:us-east-1:a:webhook", "a"),
        ("arn:minio:sqs::a:nats", ""),
        ("arn:aws:sqs::a:webhook", ""),
        ("", ""),
    ],
)
def test_a_webhook_belongs_to_a_service_or_to_somebody_else(arn, service):
    assert service_of(arn) == service


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ('the FDL of the service "bad" cannot be read', "bad"),
        ('"the FDL of the service \\"bad\\" cannot be read"', "bad"),
        ("something else", ""),
    ],
)
def test_the_service_that_spoils_a_list_is_found(text, service):
    assert poisoned_service(text) == service


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("good-name.1", ""),
        ("ab", "2 characters"),
        ("abc", ""),
        ("a" * 63, ""),
        ("a" * 64, "64 characters"),
        ("Upper", "may hold only"),
        ("a..b", "dot beside"),
        ("a.-b", "dot beside"),
        ("192.168.0.1", "IP address"),
        ("minio", "reserved"),
    ],
)
def test_names_that_no_bucket_may_have(name, words):
    fault = bucket_name_fault(name)
    assert words in fault
    assert bool(fault) is bool(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("good-name", ""),
        ("a" * LONGEST_SERVICE, ""),
        ("a" * (LONGEST_SERVICE + 1), f"{LONGEST_SERVICE + 1} characters"),
        ("Upper", "may hold only"),
        ("-a", "may hold only"),
        ("", "may hold only"),
    ],
)
def test_names_that_no_service_may_have(name, words):
    fault = service_name_fault(name)
    assert words in fault
    assert bool(fault) is bool(words)


@pytest.mark.parametrize(
    ("value", "is_good"),
    [("", True), ("a.b_c-d", True), ("a" * 63, True), ("a" * 64, False), ("a b", False),
     ("-a", False)],
)  # fmt: skip
def test_values_of_labels(value, is_good):
    assert (label_value_fault(value) == "") is is_good


PREFIX = ".".join(["a" * 50] * 5)[:253].ljust(253, "b")
"""As long as a subdomain can be."""


@pytest.mark.parametrize(
    ("key", "is_good"),
    [("a", True), ("a.b/c_d", True), ("A.b/c", False), ("a/", False), ("-a", False),
     ("a" * 64, False), ("x/" + "a" * 63, True), ("", False), ("/a", False),
     (f"{PREFIX}/a", True), (f"{PREFIX}a/a", False)],
)  # fmt: skip
def test_keys_of_labels_and_annotations(key, is_good):
    assert (qualified_key_fault(key) == "") is is_good


@pytest.mark.parametrize(
    ("status", "text", "is_passing"),
    [
        (500, "dial tcp: connect: connection refused", True),
        (500, "boom", False),
        (200, "connect: connection refused", False),
    ],
)
def test_a_read_that_fails_while_the_store_restarts_is_told_by_its_words(status, text, is_passing):
    assert is_store_restarting(status, text) is is_passing


@pytest.mark.parametrize(
    ("name", "is_good"),
    [("A.b_c-d", True), ("a" * 253, True), ("a" * 254, False), ("a b", False), ("", False),
     (".", False), ("..", False), ("..a", False), (".a", True)],
)  # fmt: skip
def test_names_of_secrets(name, is_good):
    assert (secret_name_fault(name) == "") is is_good


@pytest.mark.parametrize(
    ("name", "is_label"),
    [("a", True), ("a" * 63, True), ("a" * 64, False), ("A", False), ("a.b", False)],
)
def test_a_volume_is_called_by_a_label_of_63_characters_at_most(name, is_label):
    assert is_dns_label(name) is is_label


@pytest.mark.parametrize(
    ("volume", "made", "attached"),
    [
        (None, "", ""),
        ({"size": "1Gi", "mount_path": "/d"}, "a", ""),
        ({"name": "v", "size": "1Gi", "mount_path": "/d"}, "v", ""),
        ({"name": "v", "mount_path": "/d"}, "", "v"),
    ],
)
def test_a_volume_is_made_or_attached(volume, made, attached):
    given = form(volume=volume) if volume else form()
    assert (made_volume(given), attached_volume(given)) == (made, attached)


def test_a_log_in_is_found_by_type_and_id():
    account = {"hostname": "h", "login": "l", "password": "p"}
    given = form(storage_providers={"webdav": {"box": account}})
    assert dict(account_of(given, "webdav.box"))["hostname"] == "h"
    assert account_of(given, "webdav.other") == {}
    assert account_of(given, "s3.box") == {}


def live(**fields) -> LiveService:
    raw = {"name": "a", "image": "i", "script": "s", "owner": "cluster_admin", **fields}
    return live_service(ClusterId("edge"), raw)


def test_a_put_carries_the_labels_that_the_server_gave():
    there = live(labels={"owner_name": "me", "team": "x"})
    labels = put_body(form(), {}, {}, there, (4, 1, 2), owner="me")["labels"]
    assert labels == {"owner_name": "me"}


def test_a_put_carries_what_the_server_put_in_and_what_nobody_here_knows():
    there = live(
        labels={"vo": "v", "team": "x"}, new_field={"a": [1, None]}, cluster_id="c",
        kserve=KSERVE, environment={"variables": {"KSERVE_HOST": "h", "OLD": "o"}},
    )  # fmt: skip
    wanted = form(kserve=KSERVE, environment={"variables": {"MY": "m"}})
    body: Any = put_body(wanted, {}, {}, there, (4, 1, 2), owner="cluster_admin")

    assert body["new_field"] == {"a": [1, None]}
    assert body["cluster_id"] == "c"
    assert body["environment"]["variables"] == {"KSERVE_HOST": "h", "MY": "m"}
    assert "team" not in body["labels"]


def test_a_put_fills_blank_headers_and_credentials_of_a_federation_from_the_same_member():
    def federated(first, second, password):
        members = [
            {"type": "endpoint", "url": "https://one", "headers": first},
            {"type": "endpoint", "url": "https://two", "headers": second},
        ]
        cluster = {"endpoint": "https://c", "auth_user": "u", "auth_password": password}
        return {
            "federation": {"topology": "star", "members": members},
            "clusters": {"c": cluster},
        }

    there = live(**federated({"A": "live-one"}, {"A": "live-two"}, "live-password"))
    swapped = federated({"A": ""}, {"A": "", "B": "new"}, "")
    swapped["federation"]["members"].reverse()
    body = put_body(form(**swapped), {}, {}, there, (4, 1, 2), owner="cluster_admin")
    sent = json.loads(encode(body))

    assert [one["headers"] for one in sent["federation"]["members"]] == [
        {"A": "live-two", "B": "new"},
        {"A": "live-one"},
    ]
    assert sent["clusters"]["c"]["auth_password"] == "live-password"


@pytest.mark.parametrize(("wanted", "sent"), [(None, "theirs"), ("mine", "mine")])
def test_a_put_keeps_the_virtual_organisation_that_no_manifest_names(wanted, sent):
    fields = {"vo": wanted} if wanted else {}
    body: Any = put_body(form(**fields), {}, {}, live(vo="theirs"), (4, 1, 2), owner="me")
    assert body["vo"] == sent


@pytest.mark.parametrize(("ports", "written"), [([8080, 9090], 8080), ([], None)])
def test_a_release_before_4_1_gets_one_port(ports, written):
    wanted = form(expose={"api_port": ports, "min_scale": 1})
    body: Any = put_body(wanted, {}, {}, live(), (4, 0, 0), owner="")
    assert body["expose"].get("api_port") == written


def test_every_secret_of_a_service_is_hidden_and_nothing_else():
    raw = {
        "name": "a", "token": "t", "owner": "", "expose": {"api_port": [1]},
        "environment": {"variables": {"token": "shown"}, "secrets": {"K": ""}},
        "storage_providers": {"s3": {"m": {"access_key": "k", "secret_key": "", "region": "r"}}},
        "federation": {"members": [{"headers": {"Authorization": "x"}}]},
    }  # fmt: skip
    hidden = masked_service(raw)
    assert hidden["token"] == MASK
    assert hidden["environment"] == {
        "variables": {"token": "shown"},
        "secrets": {"K": MASK},
    }
    assert hidden["storage_providers"] == {
        "s3": {"m": {"access_key": MASK, "secret_key": "", "region": "r"}}
    }
    assert hidden["federation"] == {"members": [{"headers": {"Authorization": MASK}}]}
    assert hidden["expose"] == {"api_port": [1]}
