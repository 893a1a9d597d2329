"""Weaknesses 26 to 30 of oscar-python: OIDC tokens."""

import pytest

from oscar_sync.client import Client
from oscar_sync.client import options as reading
from oscar_sync.settings.logins import NOTEBOOK_TOKENS
from tests.client.serving import stubbed
from tests.unit.wire.stub import reply

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


@pytest.mark.parametrize(
    ("option", "name"), [("shortname", "oidc-agent"), ("refresh_token", "refresh_token")]
)
def test_a_login_that_comes_later_is_made_without_the_network_and_says_so_when_used(option, name):
    """Weaknesses 26, 28 and 29: nothing is asked, printed or sent by halves."""
    client = Client({**OPTIONS, option: "s3cret"})
    with pytest.raises(ValueError, match=f"{name}.*later version") as caught:
        client.get_cluster_info()

    assert getattr(client, option) == "s3cret"
    assert "s3cret" not in str(caught.value)


def test_the_attributes_of_a_refresh_token_have_egis_defaults():
    client = Client({**OPTIONS, "refresh_token": "r"})

    assert client.client_id == "token-portal"
    assert client.token_endpoint.startswith("https://aai.egi.eu/")
    assert list(client.scopes)[:2] == ["openid", "email"]
    assert client.oidc_token is None
