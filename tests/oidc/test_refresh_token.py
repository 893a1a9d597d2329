"""Access tokens by a refresh token, against a provider and a cluster on this machine."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.errors import RefusedError
from oscar_sync.model.cluster import Cluster, RefreshLogin, TokenFileLogin
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.failures import UnusableLoginError
from oscar_sync.wire.oidc_refresh import Refresher
from oscar_sync.wire.session import Session
from tests.oidc.provider import CLIENT, running
from tests.unit.wire.tls import make_certificate, server_context


def api_of(oscar, login, source="oidc_refresh_token in oscar-sync.yaml"):
    cluster = Cluster(ClusterId("edge"), oscar.url, "edge", login, source)
    return OscarApi(Session(cluster, connections=8, environ={}))


def by_refresh(oscar, provider, name="alice", **more):
    return api_of(oscar, RefreshLogin(Secret(provider.refresh_token(name)), **more))


def test_endpoint_client_and_scopes_are_read_from_the_token(oscar, provider):
    token = provider.refresh_token("alice", scope="openid email")
    assert api_of(oscar, RefreshLogin(Secret(token))).list_services() == []
    (asked,) = provider.asked
    assert asked["grant_type"] == "refresh_token"
    assert (asked["client_id"], asked["scope"]) == (CLIENT, "openid email")


def test_what_the_log_in_names_wins_over_the_token(oscar, provider):
    api = by_refresh(oscar, provider, client_id="mine", scopes=("openid",))
    api.list_services()
    assert (provider.asked[0]["client_id"], provider.asked[0]["scope"]) == ("mine", "openid")


def test_one_access_token_serves_every_request_and_session_of_the_process(oscar, provider):
    login = RefreshLogin(Secret(provider.refresh_token("alice")))
    for _ in range(3):
        api = api_of(oscar, login)
        api.list_services()
        api.list_buckets()
    assert len(provider.asked) == 1


def test_the_refresh_token_handed_out_last_is_the_one_sent_next(oscar, provider):
    login = RefreshLogin(Secret(provider.refresh_token("alice")))
    api_of(oscar, login).list_services()
    oscar.fault("GET /system/services#1:401")
    api_of(oscar, login).list_services()
    first, second = (asked["refresh_token"] for asked in provider.asked)
    assert first != second
    assert first not in provider.refresh_tokens


def test_many_threads_cause_one_refresh(oscar, provider):
    api = by_refresh(oscar, provider)
    start = threading.Barrier(12)

    def ask(_):
        start.wait()
        return api.list_services()

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(12))) == [[]] * 12
    assert len(provider.asked) == 1


def test_a_refused_token_is_renewed_once_and_the_request_goes_again(oscar, provider):
    api = by_refresh(oscar, provider)
    api.list_services()
    oscar.fault("GET /system/services#1:401")
    assert api.list_services() == []
    assert len(provider.asked) == 2


def test_a_token_that_stays_refused_is_renewed_once_and_then_the_run_ends(oscar, provider):
    api = by_refresh(oscar, provider, "carol")
    with pytest.raises(RefusedError) as caught:
        api.list_services()
    assert "oidc_refresh_token in oscar-sync.yaml" in str(caught.value)
    assert len(provider.asked) == 2


@pytest.mark.parametrize("lifetime_s", [3600, 30])
def test_a_token_is_used_until_shortly_before_its_end(oscar, provider, lifetime_s):
    provider.lifetime_s = lifetime_s
    api = by_refresh(oscar, provider)
    for _ in range(3):
        api.list_services()
    assert len(provider.asked) == 1


def test_the_provider_s_words_are_told_and_never_the_token(oscar, provider):
    token = provider.refresh_token("alice")
    echo = {"error": "invalid_grant", "error_description": f"no such session: {token}"}
    provider.problem = (400, echo)
    with pytest.raises(RefusedError) as caught:
        api_of(oscar, RefreshLogin(Secret(token))).list_services()
    said = str(caught.value)
    assert "invalid_grant: no such session: (sensitive)" in said
    assert "(400" in said
    assert token not in said + repr(caught.value.__dict__)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ((302, {}), "gives no access token (302)"),
        ((200, {"token_type": "Bearer"}), "gives no access token (200)"),
        ((500, {"error": 5}), "gives no access token (500)"),
    ],
)
def test_an_answer_without_a_token_is_a_refusal(oscar, provider, problem, words):
    provider.problem = problem
    with pytest.raises(RefusedError, match=words.replace("(", r"\(").replace(")", r"\)")):
        by_refresh(oscar, provider).list_services()


def test_a_provider_that_does_not_answer_is_named(oscar, provider):
    api = by_refresh(oscar, provider, token_endpoint="http://localhost:9/token")
    with pytest.raises(RefusedError, match=r"localhost:9/token: connection refused"):
        api.list_services()


@pytest.mark.parametrize(
    "endpoint", ["http://idp.example.org/token", "ftp://x/token", "https://a:b@x/t"]
)
def test_the_refresh_token_goes_nowhere_in_clear(oscar, provider, endpoint):
    with pytest.raises(RefusedError, match="token endpoint"):
        by_refresh(oscar, provider, token_endpoint=endpoint).list_services()


def test_the_provider_s_certificate_is_verified_by_the_authority_that_is_named(tmp_path):
    folder = make_certificate(tmp_path)
    with running(tls=server_context(folder)) as provider:
        login = RefreshLogin(Secret(provider.refresh_token("alice")))
        with pytest.raises(UnusableLoginError, match="certificate"):
            Refresher(login, {}).fetch(60)
        assert provider.asked == []
        trusted = {"REQUESTS_CA_BUNDLE": str(folder / "cert.pem")}
        assert Refresher(login, trusted).fetch(60).token


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.WzFd.c", "a.e30.c"])
def test_a_token_that_says_no_issuer_needs_one_to_be_given(oscar, provider, token):
    with pytest.raises(RefusedError, match="does not say its issuer"):
        api_of(oscar, RefreshLogin(Secret(token))).list_services()
    provider.refresh_tokens[token] = "alice"
    login = RefreshLogin(Secret(token), provider.token_endpoint, CLIENT)
    assert api_of(oscar, login).list_services() == []


def test_no_log_line_holds_a_token(oscar, provider, caplog):
    caplog.set_level(logging.DEBUG)
    token = provider.refresh_token("alice")
    api_of(oscar, RefreshLogin(Secret(token))).list_services()
    hidden = [token, *provider.refresh_tokens, provider.asked[0]["refresh_token"]]
    assert not any(secret in caplog.text for secret in hidden)


def test_a_token_file_that_rotated_in_between_is_read_again(oscar, provider, tmp_path):
    path = tmp_path / "token"
    path.write_text(provider.token("alice", lifetime_s=-5))
    api = api_of(oscar, TokenFileLogin(str(path)), "token_file")
    with pytest.raises(RefusedError):
        api.list_services()
    path.write_text(provider.token("alice"))
    assert api.list_services() == []
