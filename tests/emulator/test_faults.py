"""Faults do to a request what they say, and nothing else."""

import http.client
import json
import time

import pytest

from oscar_sync.emulator.faults import FaultProblem, parse_fault, parse_faults
from tests.emulator.calling import SERVICES, minimal, owned
from tests.servers import until

LOST = (ConnectionError, http.client.HTTPException)


@pytest.mark.parametrize(
    ("kind", "status", "is_applied"),
    [
        ("500-before", 500, False),
        ("500-after", 500, True),
        ("warn", 200, True),
        ("409", 409, False),
        ("403", 403, False),
        ("401", 401, False),
    ],
)
def test_a_status_comes_with_or_without_the_effect(api, held, kind, status, is_applied):
    held.fault(f"POST {SERVICES}:{kind}")
    assert api.post(minimal()).status == status
    held.clear_faults()
    assert (api.get(f"{SERVICES}/a").status == 200) is is_applied


@pytest.mark.parametrize(
    ("kind", "is_applied"), [("refuse", False), ("reset", True), ("truncate", True)]
)
def test_a_connection_is_lost_before_or_after_the_effect(api, held, kind, is_applied):
    held.fault(f"POST {SERVICES}:{kind}")
    with pytest.raises(LOST):
        api.post(minimal())
    held.clear_faults()
    assert (api.get(f"{SERVICES}/a").status == 200) is is_applied


def test_half_of_a_list_comes_when_it_is_truncated(api, held):
    api.post(minimal())
    held.fault(f"GET {SERVICES}:truncate")
    with pytest.raises(http.client.IncompleteRead):
        api.get(SERVICES)


@pytest.mark.parametrize(("kind", "is_applied"), [("before", False), ("after", True)])
def test_no_answer_comes_until_the_client_gives_up(api, held, kind, is_applied):
    held.fault(f"POST {SERVICES}:{kind}")
    connection = http.client.HTTPConnection(held.url.removeprefix("http://"), timeout=0.5)
    pair = f"{held.user}:{held.password}".encode()
    import base64

    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    connection.request("POST", SERVICES, json.dumps(minimal()), headers)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    until(lambda: (api.get(f"{SERVICES}/a").status == 200) is is_applied)
    held.clear_faults()


def test_only_the_nth_match_since_it_was_installed_is_hit(api, held):
    api.get(SERVICES)
    held.fault(f"GET {SERVICES}#2:403")
    assert [api.get(SERVICES).status for _ in range(3)] == [200, 403, 200]


def test_a_star_stands_for_every_method_and_every_end(api, held):
    held.fault("* /system/*:403")
    assert api.get("/health").status == 200
    assert api.delete(f"{SERVICES}/a?namespace=x").status == 403


def test_slow_waits_and_goes_on(api, held):
    held.fault(f"GET {SERVICES}:slow=0.2")
    start = time.monotonic()
    assert api.get(SERVICES).status == 200
    assert time.monotonic() - start >= 0.2


def test_another_writer_comes_first(api, held):
    api.post(minimal())
    held.fault(f"GET {SERVICES}/a#1:meanwhile=a:memory=9Gi")
    held.fault(f'GET {SERVICES}/a#1:meanwhile=a:environment.variables={{"X": "1"}}')
    shown = api.shown()
    assert (shown["memory"], shown["environment"]["variables"]) == ("9Gi", {"X": "1"})
    api.put(owned(memory="1Gi"))
    assert api.shown()["memory"] == "1Gi"


def test_faults_come_over_the_wire_as_lines_or_json(api, held):
    api.post(f"GET {SERVICES}:403\nGET /system/info:409\n".encode(), "/_emulator/faults")
    assert (api.get(SERVICES).status, api.get("/system/info").status) == (403, 409)
    assert api.delete("/_emulator/faults").status == 204
    api.post([f"GET {SERVICES}:409"], "/_emulator/faults")
    assert api.get(SERVICES).status == 409
    api.delete("/_emulator/faults")
    api.post(f"GET {SERVICES}:403", "/_emulator/faults")
    assert api.get(SERVICES).status == 403
    got = api.post(b"nonsense", "/_emulator/faults")
    assert (got.status, "no fault" in got.text) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        "GET",
        "GET /x",
        "GET /x:unknown",
        "GET x:403",
        "GET /x:slow",
        "GET /x:slow=soon",
        "GET /x:403=1",
        "GET /x:meanwhile=a",
    ],
)
def test_a_text_that_is_no_fault_is_told_so(text):
    with pytest.raises(FaultProblem):
        parse_fault(text)


def test_a_list_of_faults_may_be_no_json():
    with pytest.raises(FaultProblem):
        parse_faults("[")


def test_a_fault_with_a_colon_in_its_path_and_a_number():
    found = parse_fault("put /a:b#3:500-after")
    assert (found.method, found.path, found.nth, found.kind) == ("PUT", "/a:b", 3, "500-after")
