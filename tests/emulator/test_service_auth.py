"""The question of a proxy before an exposed service: tokens first (oscar-server 1.2.7)."""

import http.client

import pytest

from tests.emulator.calling import SERVICES, minimal


@pytest.fixture
def token(api):
    api.post(minimal("my-web"))
    return api.shown("my-web")["token"]


@pytest.fixture
def asked(api, token):
    def ask(query="", **headers):
        connection = http.client.HTTPConnection(api.emulator.url.removeprefix("http://"))
        named = {name.replace("_", "-"): text.format(token) for name, text in headers.items()}
        path = f"{SERVICES}/my-web/auth{query.format(token)}"
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.headers["Set-Cookie"]

    return ask


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Authorization": "Bearer {}"}),
        ("?token={}", {}),
        ("", {"X_Forwarded_Uri": "/system/services/my-web/exposed/?token={}"}),
        ("", {"Cookie": "a=b; oscar_service_my_web_auth={}"}),
        (f"?token={'0' * 64}", {"Cookie": "oscar_service_my_web_auth={}"}),
        ("?token={}", {"Authorization": "Basic no-user-and-password"}),
        ("?token={}", {"Authorization": "Basic bm9ib2R5"}),
    ],
    ids=["bearer", "query", "forwarded", "cookie", "any of them", "no base 64", "no password"],
)
def test_a_service_s_token_opens_it_and_is_kept_in_a_cookie(asked, token, query, headers):
    path = "/system/services/my-web/exposed"
    cookie = f"oscar_service_my_web_auth={token}; Path={path}; HttpOnly; SameSite=Lax"
    assert asked(query, **headers) == (200, cookie)


def test_a_cookie_of_a_site_with_tls_goes_nowhere_else(asked):
    status, cookie = asked("?token={}", X_Forwarded_Proto="https")
    assert (status, cookie.endswith("; HttpOnly; Secure; SameSite=Lax")) == (200, True)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (f"?token={'0' * 64}", {}),
        ("?token=short", {}),
        ("", {}),
        ("", {"Cookie": "oscar_service_other_auth={}"}),
        ("?token={}", {"Authorization": f"Bearer {'0' * 64}"}),
        ("?token={}", {"Authorization": "basic bm9ib2R5Og=="}),
    ],
    ids=["wrong", "short", "none", "of another", "bearer first", "a wrong password first"],
)
def test_without_the_token_it_stays_shut(asked, query, headers):
    assert asked(query, **headers) == (401, None)


def test_a_token_for_a_service_that_is_not_there_ends_in_a_panic(api):
    token = "0" * 64
    assert api.get(f"{SERVICES}/none/auth?token={token}", auth=None).status == 500
    assert api.get(f"{SERVICES}/none/auth").status == 404
