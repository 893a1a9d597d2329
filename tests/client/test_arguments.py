"""An argument of a wrong type is refused by its name, by each function for Python."""

import inspect
from typing import Any

import pytest

import oscar_sync
from oscar_sync import fdl
from oscar_sync.client import Oscar, connect
from oscar_sync.errors import UsageError
from oscar_sync.reconcile.api import PlanResult

_NOTHING: Any = None
NOT_TEXT, NOT_TEXTS = (3, b"x", None, ["x"]), (3, "x", b"x", None, [3], ["x", None])
NOT_A_PATH, NOT_A_FLAG = (3, b"x", None, ["x"]), (1, "yes", None)
NOT_A_NUMBER, NOT_AN_ENVIRONMENT = ("2", None, True, [2]), (3, "A=1", ["A"], {"A": 1}, {1: "A"})
NOT_AN_OPTIONAL_TEXT = (3, b"x", ["x"])

WRONG = {
    "path": NOT_A_PATH,
    "cluster": (3, b"x", None, [3]),
    "only": NOT_TEXTS,
    "labels": NOT_TEXTS,
    "overlay": NOT_TEXTS,
    "allow": NOT_TEXTS,
    "allow_outside": (3, "x", None, [3], [b"x"]),
    "secret_env": NOT_TEXTS,
    "endpoints_allowed": NOT_TEXTS,
    "environ": NOT_AN_ENVIRONMENT,
    "plan_result": (".", 3, None, ["."]),
    "parallelism": (*NOT_A_NUMBER, 1.5),
    "endpoint_or_id": NOT_AN_OPTIONAL_TEXT,
    "user": NOT_AN_OPTIONAL_TEXT,
    "password": NOT_AN_OPTIONAL_TEXT,
    "token": NOT_AN_OPTIONAL_TEXT,
    "token_file": NOT_AN_OPTIONAL_TEXT,
    "refresh_token": NOT_AN_OPTIONAL_TEXT,
    "account": NOT_AN_OPTIONAL_TEXT,
    "ssl": (1, "no"),
    "ca_bundle": NOT_TEXT,
    "timeout_s": (*NOT_A_NUMBER[:1], True, [2]),
    "name": NOT_TEXT,
    "service": NOT_TEXT,
    "job": NOT_TEXT,
    "bucket": NOT_TEXT,
    "key": NOT_TEXT,
    "prefix": NOT_TEXT,
    "size": NOT_TEXT,
    "visibility": NOT_TEXT,
    "allowed_users": NOT_TEXTS,
    "upload": NOT_A_FLAG,
    "has_timestamps": NOT_A_FLAG,
    "expires_s": (*NOT_A_NUMBER, 1.5),
}
# A quota and a volume's name are text; what is sent to a service may be anything.
ANYTHING = {"self", "data"}
METHODS = [one for name, one in inspect.getmembers(Oscar, inspect.isfunction) if name[0] != "_"]
FUNCTIONS = [oscar_sync.plan, oscar_sync.apply, oscar_sync.drift, connect, *METHODS]


def _wrong():
    for function in FUNCTIONS:
        for name, parameter in inspect.signature(function).parameters.items():
            optional = name == "user" and parameter.annotation is str
            for value in () if name in ANYTHING else NOT_TEXT if optional else WRONG[name]:
                yield pytest.param(
                    function, name, value, id=f"{function.__name__}-{name}-{value!r}"
                )


@pytest.mark.parametrize(("function", "name", "value"), [*_wrong()])
def test_an_argument_of_a_wrong_type_is_refused_by_its_name(function, name, value):
    given = dict.fromkeys(inspect.signature(function).parameters)
    others = {one: _right(one) for one in given if function in METHODS or one == "plan_result"}
    with pytest.raises(TypeError) as caught:
        function(**{**others, name: value})
    said = str(caught.value)
    assert said.startswith(f"{function.__name__}: {name} must be ")


def _right(name):
    if name == "plan_result":
        return PlanResult(_NOTHING, _NOTHING)
    return {"upload": False, "has_timestamps": False, "expires_s": 9, "timeout_s": 60.0,
            "allowed_users": []}.get(name, "x")  # fmt: skip


def test_apply_says_where_what_it_takes_comes_from():
    with pytest.raises(TypeError, match=r"PlanResult \(what plan\(\.\.\.\) returned\), not str"):
        oscar_sync.apply(".")  # type: ignore[arg-type] # - that is what is tried


def test_what_is_missing_or_unknown_is_said_with_the_functions_name():
    with pytest.raises(TypeError, match=r"create_volume\(\) missing 1 required .*'size'"):
        Oscar.create_volume(_NOTHING, "data")
    with pytest.raises(TypeError, match=r"connect\(\) got an unexpected .*'pasword'"):
        connect("https://oscar.example", user="me", pasword="x")


def test_a_password_of_a_wrong_type_is_not_shown():
    with pytest.raises(TypeError) as caught:
        connect("https://oscar.example", user="me", password=["hunter2"])
    assert str(caught.value) == "connect: password must be text or None, not a list of str"


@pytest.mark.parametrize("value", [3, None, b"x", ["x"]])
def test_fdl_refuses_a_file_and_a_cluster_of_a_wrong_type(value):
    with pytest.raises(TypeError, match="from_file: path must be text or a path"):
        fdl.Service.from_file(value)
    given = {"name": "words", "image": "ghcr.io/example/words:1.0", "script": "words.sh"}
    service = fdl.Service.model_validate(given)
    with pytest.raises(TypeError, match="to_yaml: cluster must be text"):
        service.to_yaml(value)


@pytest.mark.parametrize("number", [0, -1])
def test_an_apply_needs_at_least_one_at_once(number):
    with pytest.raises(UsageError, match="parallelism must be 1 or more"):
        oscar_sync.apply(PlanResult(_NOTHING, _NOTHING), parallelism=number)
