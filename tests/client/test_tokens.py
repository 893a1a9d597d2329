"""Weaknesses 26 to 30 of oscar-python: OIDC tokens."""

import threading
from contextlib import contextmanager

import pytest
import requests

from oscar_sync.client import Client
from oscar_sync.client import options as reading
from oscar_sync.client.login import login_of
from oscar_sync.model.cluster import RefreshLogin
from oscar_sync.settings.logins import NOTEBOOK_TOKENS
from tests.client.conftest import definition
from tests.client.serving import stubbed
from tests.oidc.provider import running
from tests.unit.wire.stub import Reply, reply
from tests.unit.wire.stub import running as running_stub

OPTIONS = {"cluster_id": "edge", "endpoint": "https://oscar.example", "ssl": True}


def sent(stub):
    return [asked.headers.get("Authorization") for asked in stub.asked]


def test_a_token_is_sent_as_it_is_opaque_or_not():
    """Weakness 27: without a way to renew it there is nothing else to do; the server judges."""
    with stubbed(reply({}), oidc_token="opaque") as (client, stub):
        client.get_cluster_info()
        assert sent(stub) == ["Bearer opaque"]


def test_a_token_that_is_set_anew_goes_with_the_next_request():
    with stubbed(reply({}), oidc_token="first") as (client, stub):
        client.get_cluster_info()
        client.oidc_token = "second"
        client.get_cluster_info()
        assert sent(stub) == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("token", ["", None, "two words", "line\nend", "ñ"], ids=repr)
def test_a_token_that_cannot_be_sent_never_becomes_bearer_none(token):
    """Weakness 28."""
    with stubbed(reply({}), oidc_token=token) as (client, stub):
        with pytest.raises(ValueError, match="token") as caught:
            client.get_cluster_info()
        assert stub.asked == []
        assert not token or token not in str(caught.value)


def test_a_token_file_is_read_anew_as_it_rotates(tmp_path):
    """Weakness 30."""
    path = tmp_path / "access_token"
    path.write_text("first\n")
    with stubbed(reply({}), token_file=str(path)) as (client, stub):
        client.get_cluster_info()
        path.write_text("second\n")
        client.get_cluster_info()
        client.run_service("gray")
        assert sent(stub) == ["Bearer first", "Bearer second", "Bearer second"]


def test_a_token_file_that_is_gone_is_a_value_error_with_its_path(tmp_path):
    """Weakness 30."""
    with (
        stubbed(reply({}), token_file=str(tmp_path / "gone")) as (client, _),
        pytest.raises(ValueError, match="gone: No such file"),
    ):
        client.get_cluster_info()


@pytest.mark.parametrize("number", [0, 1])
def test_the_notebooks_token_files_are_tried_where_nothing_is_given(number, tmp_path, monkeypatch):
    """Weakness 30."""
    files = [str(tmp_path / "egi"), str(tmp_path / "oidc")]
    monkeypatch.setattr(reading, "NOTEBOOK_TOKENS", tuple(files))
    (tmp_path / ("egi", "oidc")[number]).write_text("n0tebook")
    client = Client(OPTIONS)

    assert client._AUTH_TYPE == "oidc"
    assert client.get_access_token() == "n0tebook"


def test_the_notebooks_token_files_are_the_ones_of_egi_and_eosc():
    """Weakness 30."""
    assert NOTEBOOK_TOKENS == (
        "/var/run/secrets/egi.eu/access_token",
        "/var/run/secrets/oidc/access_token",
    )


def test_no_way_to_log_in_is_a_value_error():
    with pytest.raises(ValueError, match="Unrecognized authentication credentials"):
        Client(OPTIONS)


@pytest.fixture
def provider():
    with running() as made:
        yield made


@contextmanager
def renewing(provider, *replies, **options):
    """A client with a refresh token of alice's, of a server that answers as told."""
    with stubbed(*(replies or [reply({})]), oidc_token=None,
                 refresh_token=provider.refresh_token("alice"), **options) as made:  # fmt: skip
        yield made


def test_a_refresh_token_says_by_itself_where_it_is_renewed(provider):
    """Weakness 28."""
    with renewing(provider) as (client, stub):
        client.get_cluster_info()
        client.list_services()
        (form,) = provider.asked
        assert form["client_id"] == "oscar-tests"
        assert form["scope"] == "openid profile offline_access"
        assert len(set(sent(stub))) == 1
        assert client.get_access_token() == sent(stub)[0].removeprefix("Bearer ")


def test_endpoint_client_and_scopes_that_are_given_win_over_what_the_token_says(provider):
    """Weakness 28."""
    options = {"client_id": "mine", "scopes": ["openid"], "token_endpoint": provider.token_endpoint}
    with renewing(provider, **options) as (client, _):
        client.get_cluster_info()
        assert provider.asked[0]["client_id"] == "mine"
        assert provider.asked[0]["scope"] == "openid"


def test_an_opaque_refresh_token_is_renewed_where_the_options_say(provider):
    """Weakness 27."""
    provider.refresh_tokens["opaque"] = "alice"
    options = {"refresh_token": "opaque", "token_endpoint": provider.token_endpoint}
    with stubbed(reply({}), oidc_token=None, **options) as (client, _):
        client.get_cluster_info()
        assert provider.asked[0]["client_id"] == "token-portal"


def test_opaque_access_tokens_are_kept_as_long_as_the_provider_says(provider):
    """Weakness 27."""
    provider.is_opaque = True
    with renewing(provider) as (client, stub):
        for _ in range(3):
            client.get_cluster_info()
        assert len(provider.asked) == 1
        assert len(set(sent(stub))) == 1


def test_an_access_token_that_holds_is_used_before_the_refresh_token(provider):
    """Weakness 27."""
    access = provider.token("alice")
    with renewing(provider) as (client, stub):
        client.oidc_token = access
        client.get_cluster_info()
        assert provider.asked == []
        assert sent(stub) == [f"Bearer {access}"]


@pytest.mark.parametrize("lifetime_s", [-10, 30], ids=["ended", "ends soon"])
def test_an_access_token_that_ends_within_a_minute_is_replaced(provider, lifetime_s):
    """Weakness 27."""
    access = provider.token("alice", lifetime_s=lifetime_s)
    with renewing(provider) as (client, stub):
        client.oidc_token = access
        client.get_cluster_info()
        assert len(provider.asked) == 1
        assert sent(stub) != [f"Bearer {access}"]


def test_a_rotated_refresh_token_is_kept(provider):
    """Weakness 28: the provider takes the first one back."""
    provider.lifetime_s = 0
    with renewing(provider) as (client, stub):
        client.get_cluster_info()
        client.get_cluster_info()
        assert len(set(sent(stub))) == 2
        first, second = (form["refresh_token"] for form in provider.asked)
        assert first != second


def test_many_threads_renew_once(provider):
    """Weakness 28."""
    with renewing(provider) as (client, stub):
        threads = [threading.Thread(target=client.get_cluster_info) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(provider.asked) == 1
        assert len(stub.asked) == 12


def test_a_token_that_is_refused_is_renewed_once(provider):
    """Weakness 28."""
    with renewing(provider, reply("", 401), reply({})) as (client, stub):
        stub.replies[0] = Reply(401, b"")
        assert client.get_cluster_info().ok
        assert len(provider.asked) == 2


def test_a_refusal_of_the_provider_is_told_in_its_words_and_without_the_token(provider):
    """Weakness 28."""
    with renewing(provider) as (client, stub):
        provider.problem = (400, {
            "error": "invalid_grant", "error_description": f"bad: {client.refresh_token}",
        })  # fmt: skip
        with pytest.raises(ValueError, match="invalid_grant: bad") as caught:
            client.get_cluster_info()
        assert client.refresh_token not in str(caught.value)
        assert isinstance(caught.value, requests.RequestException)
        assert stub.asked == []


def test_an_oidc_user_invokes_with_the_own_token(provider):
    """Weakness 26."""
    with renewing(provider) as (client, stub):
        client.run_service("gray")
        client.run_service("gray", token="other")
        assert stub.lines == ["POST /run/gray"] * 2
        assert sent(stub)[0].removeprefix("Bearer ").count(".") == 2
        assert sent(stub)[1] == "Bearer other"


def test_a_private_service_of_an_oidc_user_is_invoked_with_its_own_token():
    """Weakness 26: OSCAR starts no private service by an OIDC token (record 217)."""
    answers = [reply("", 404), reply({"name": "gray", "token": "s" * 64}), reply("done")]
    with stubbed(*answers, oidc_token="t0ken") as (client, stub):
        assert client.run_service("gray", input="x").text == "done"
        assert stub.lines == ["POST /run/gray", "GET /system/services/gray", "POST /run/gray"]
        assert sent(stub) == ["Bearer t0ken", "Bearer t0ken", f"Bearer {'s' * 64}"]


def test_a_service_that_is_not_there_is_a_404_for_an_oidc_user():
    with stubbed(reply("", 404), oidc_token="t0ken") as (client, stub):
        with pytest.raises(requests.HTTPError, match="404"):
            client.run_service("gray")
        assert len(stub.asked) == 2


def test_an_oidc_user_works_on_a_cluster(provider):
    from oscar_sync.emulator.server import Emulator, EmulatorOptions

    options = EmulatorOptions(oidc_issuers=(provider.issuer,), oidc_groups=("g1",))
    with Emulator(options) as emulator:
        client = Client(
            cluster_id="edge", endpoint=emulator.url, refresh_token=provider.refresh_token("alice")
        )
        client.create_service(definition("gray"))
        assert client.get_service("gray").json()["owner"].startswith("alice-")
        assert client.run_service("gray", input={"a": 1}).text == '{"a": 1}'
        assert client.get_own_quota().status_code in {200, 503}
        client.close()


def test_a_refresh_token_that_does_not_say_where_is_egis():
    """Weakness 28, kept."""
    made = login_of(Client({**OPTIONS, "refresh_token": "opaque"}))

    assert isinstance(made, RefreshLogin)
    assert made.token_endpoint.startswith("https://aai.egi.eu/")
    assert made.client_id == "token-portal"
    assert "opaque" not in repr(made)


def test_oidc_agent_is_asked_at_the_first_request_and_what_is_wrong_with_it_is_raised(
    monkeypatch, capfd
):
    """Weaknesses 26 and 29."""
    for name in ("OIDC_SOCK", "OIDC_REMOTE_SOCK"):
        monkeypatch.delenv(name, raising=False)
    with running_stub() as stub:
        client = Client({**OPTIONS, "endpoint": stub.url, "shortname": "egi"})
        with pytest.raises(ValueError, match="oidc-agent"):
            client.get_cluster_info()
        with pytest.raises(ValueError, match="oidc-agent"):
            client.run_service("gray")
        assert stub.asked == []
        client.close()
    assert capfd.readouterr() == ("", "")


def test_the_attributes_of_a_refresh_token_have_egis_defaults():
    client = Client({**OPTIONS, "refresh_token": "r"})

    assert client.client_id == "token-portal"
    assert client.token_endpoint.startswith("https://aai.egi.eu/")
    assert list(client.scopes)[:2] == ["openid", "email"]
    assert client.oidc_token is None
