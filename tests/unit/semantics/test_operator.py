"""Commands for operators are exact, and nothing in a name escapes its quotes."""

import pytest

from oscar_sync.model.form import Form, InputOutput
from oscar_sync.semantics import operator
from oscar_sync.semantics.answers import meaning_of
from oscar_sync.semantics.capabilities import named_release
from oscar_sync.semantics.upgrades import (
    cannot_be_built,
    loses_variables,
    lost_fields,
    unreadable_ports,
)

V33, V35, V36, V40, V41 = (3, 3, 9), (3, 5, 3), (3, 6, 0), (4, 0, 0), (4, 1, 0)


def test_odd_names_are_quoted():
    command = operator.add_hook("my edge", "b", "s", "in; rm -rf/")
    assert command == (
        "mc event add 'my edge/b' arn:minio:sqs::s:webhook --event put --prefix 'in; rm -rf/'"
    )
    assert operator.call("DELETE", "http://h/x y", "") == (
        "curl --oauth2-bearer \"$OSCAR_TOKEN\" -X DELETE 'http://h/x y'"
    )


def test_a_leftover_secret_is_told_with_the_way_without_an_operator_first():
    text = "A secret with the given name already exists"
    meaning = meaning_of("POST", 409, text, "plants", "oscar-svc-a")
    assert meaning.reason == "leftover-secret"
    assert "apply once without environment.secrets" in meaning.remedy
    assert meaning.remedy.endswith("kubectl -n oscar-svc-a delete secret plants")
    assert meaning_of("POST", 409, text).remedy.endswith("kubectl -n NAMESPACE delete secret NAME")


def test_an_unreadable_definition_is_told_by_the_name_that_the_server_says():
    text = 'the FDL of the service "aaa" cannot be read'
    remedy = meaning_of("PUT", 500, text, "plants").remedy
    assert "kubectl get configmaps -A -l oscar_service=aaa" in remedy
    assert "kubectl -n NAMESPACE edit configmap aaa" in remedy


@pytest.mark.parametrize(
    ("expose", "now", "then", "ports"),
    [
        ({"nodePort": 0}, V40, V41, ("expose.nodePort",)),
        ({"api_port": 80, "nodePort": 0}, V40, V41, ("expose.api_port", "expose.nodePort")),
        ({}, V36, V41, ("expose.nodePort",)),
        ({"nodePort": [0]}, V41, (4, 1, 2), ()),
        ({"nodePort": 0}, V36, V40, ()),
    ],
)
def test_ports_stored_as_numbers_are_unreadable_since_4_1(expose, now, then, ports):
    assert unreadable_ports({"expose": expose}, now, then) == ports


def test_a_definition_without_expose_is_unreadable_as_one_with_a_blank_one():
    assert unreadable_ports({}, V36, V41) == ("expose.nodePort",)


def test_what_newer_releases_ignore_is_named_with_what_to_write():
    raw = {"replicas": [{}], "delegation": "", "rescheduler_threshold": 0}
    assert list(lost_fields(raw, V40, V41)) == [("replicas", "write federation.members")]
    assert not list(lost_fields(raw, V36, V40))


def test_variables_of_a_definition_before_3_4_are_lost():
    raw = {"environment": {"Variables": {"A": "b"}}}
    assert loses_variables(raw, V33, V41)
    assert not loses_variables(raw, V35, V41)
    assert not loses_variables({"environment": {"variables": {}}}, V33, V41)
    assert not loses_variables({}, V33, V41)


def test_two_inputs_in_a_bucket_cannot_be_built_since_3_6():
    two = Form("a", input=tuple(InputOutput("minio.default", p) for p in ("b/x", "b/y")))
    assert "bucket b" in cannot_be_built(two, V35, V36)
    assert not cannot_be_built(Form("a", input=two.input[:1]), V35, V36)
    assert not cannot_be_built(two, V40, V41)


@pytest.mark.parametrize(
    ("text", "release"),
    [("4.1", V41), ("v4.1.2", (4, 1, 2)), (" 3.6 ", V36), ("4", None), ("4.1.x", None), ("", None)],
)
def test_a_release_is_named_by_two_numbers_or_three(text, release):
    assert named_release(text) == release
