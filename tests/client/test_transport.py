"""Weaknesses 1 to 9 of oscar-python: how requests go out."""

import pytest
import requests

from oscar_sync.client import Client, HTTPError
from oscar_sync.client import _utils as utils
from tests.client.serving import PASSWORD, stubbed
from tests.unit.wire.stub import Reply, reply, running
from tests.unit.wire.tls import make_certificate, server_context


@pytest.mark.parametrize("ssl", ["False", "0", "no", "off", False, 0], ids=repr)
def test_ssl_is_off_where_its_word_says_so(ssl):
    """Weakness 1."""
    client = Client({"cluster_id": "a", "endpoint": "https://a", "oidc_token": "t", "ssl": ssl})

    assert client.ssl is False


@pytest.mark.parametrize("ssl", ["True", "true", "1", "yes", True, None], ids=repr)
def test_ssl_is_on_where_its_word_says_so(ssl):
    """Weakness 1."""
    client = Client({"cluster_id": "a", "endpoint": "https://a", "oidc_token": "t", "ssl": ssl})

    assert client.ssl is True


def test_certificates_are_verified_where_ssl_is_absent():
    """Weakness 1."""
    assert Client({"cluster_id": "a", "endpoint": "https://a", "oidc_token": "t"}).ssl is True


def test_ssl_may_be_a_file_of_certificates(tmp_path):
    """Weakness 1."""
    folder = make_certificate(tmp_path)
    with running(server_context(folder)) as stub:
        stub.replies = [reply({})]
        options = {"cluster_id": "a", "endpoint": stub.url, "oidc_token": "t"}
        trusting = Client({**options, "ssl": str(folder / "cert.pem")})
        assert trusting.get_cluster_info().ok
        trusting.close()

        wary = Client(options)
        with pytest.raises(requests.exceptions.SSLError, match="not trusted"):
            wary.get_cluster_info()
        wary.close()


def test_an_ssl_that_is_neither_word_nor_file_is_a_value_error():
    """Weakness 1."""
    with pytest.raises(ValueError, match="'ssl'"):
        Client({"cluster_id": "a", "endpoint": "https://a", "oidc_token": "t", "ssl": "maybe"})


@pytest.mark.parametrize("passing", [429, 502, 503, 504])
def test_a_get_is_repeated_while_the_gateway_is_in_trouble(passing):
    """Weakness 2."""
    trouble = reply("", passing, Retry_After="0")
    with stubbed(trouble, reply([{"name": "a"}])) as (client, stub):
        assert client.list_services().json() == [{"name": "a"}]
        assert len(stub.asked) == 2


def test_a_get_is_repeated_after_a_connection_that_was_cut():
    """Weakness 2."""
    with stubbed(Reply(is_reset=True), reply({"version": "4.1.2"})) as (client, _):
        assert client.get_cluster_info().json() == {"version": "4.1.2"}


def test_a_post_is_never_repeated():
    """Weakness 2."""
    with stubbed(reply("", 503)) as (client, stub):
        with pytest.raises(HTTPError):
            client.create_bucket("b")
        assert stub.lines == ["POST /system/buckets"]


def test_a_put_that_is_answered_500_is_sent_again_since_scripts_count_on_it(oscar_emulator, gray):
    """Weakness 2, kept: a PUT is a full replace, and OSCAR answers 500 while its store restarts."""
    oscar_emulator.fault("PUT /system/services#1:500-before")

    assert gray.update_service("gray", gray.get_service("gray").json()).status_code == 204


def test_connections_are_kept_between_requests():
    """Weakness 2."""
    with stubbed(reply({})) as (client, stub):
        opened = []
        accept = stub.server.get_request

        def counted():
            opened.append(1)
            return accept()

        stub.server.get_request = counted
        for _ in range(5):
            client.get_cluster_info()
        assert len(opened) == 1


def test_an_answer_may_be_waited_for_as_long_as_a_call_says(oscar_emulator, gray):
    """Weakness 3."""
    oscar_emulator.fault("POST /run/gray:slow=0.5")

    with pytest.raises(requests.exceptions.ReadTimeout, match=r"0\.1 s"):
        gray.run_service("gray", timeout=(5, 0.1))
    with pytest.raises(requests.exceptions.Timeout):
        gray.run_service("gray", timeout=0.1)


def test_a_client_has_its_own_timeout(oscar_emulator, options):
    """Weakness 3."""
    oscar_emulator.fault("GET /system/info:slow=0.5")
    client = Client(options, timeout=0.05)
    client.close()

    with pytest.raises(requests.exceptions.ReadTimeout):
        utils.make_request(client, "/system/info", "get", timeout=0.05)
    client.close()


def test_a_service_with_image_prefetch_is_waited_for(monkeypatch, client):
    """Weakness 3: the server answers when every node has pulled the image."""
    waited = []
    real = utils.make_request

    def watching(c, path, method, **kwargs):
        waited.append((method, kwargs.get("timeout")))
        return real(c, path, method, **kwargs)

    monkeypatch.setattr(utils, "make_request", watching)
    client.create_service({"name": "big", "image": "i", "script": "s", "image_prefetch": True})

    assert ("post", 400.0) in waited


@pytest.mark.parametrize("name", ["../config", "a/b", "a?b", "a b", "ñ", "%2e%2e"])
def test_a_name_stays_one_segment_of_the_path(name):
    """Weakness 4."""
    with stubbed(reply({})) as (client, stub):
        client.get_service(name)
        path = stub.asked[0].path
        assert path.startswith("/system/services/")
        assert "/" not in path.removeprefix("/system/services/")
        assert "?" not in path


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_climb_out_of_the_path_is_a_value_error(client, name):
    """Weakness 4."""
    with pytest.raises(ValueError, match="not a name"):
        client.get_service(name)


def test_the_token_of_a_page_is_quoted():
    """Weakness 4."""
    with stubbed(reply({"jobs": {}})) as (client, stub):
        client.list_jobs("gray", "a+b/c=&x")
        assert stub.asked[0].path == "/system/logs/gray?page=a%2Bb%2Fc%3D%26x"


def test_an_endpoint_may_end_in_a_slash():
    """Weakness 5."""
    with stubbed(reply({})) as (client, stub):
        client.endpoint = f"{stub.url}/"
        client.get_cluster_info()
        assert stub.lines == ["GET /system/info"]


def test_headers_may_be_a_mapping_or_text_with_colons():
    """Weakness 6."""
    with stubbed(reply("")) as (client, stub):
        client.run_service("gray", token="t", headers={"X-A": "1,2:3"})
        client.run_service("gray", token="t", headers="X-A: http://b:1, X-B:2")
        assert stub.asked[0].headers["X-A"] == "1,2:3"
        assert stub.asked[1].headers["X-A"] == "http://b:1"
        assert stub.asked[1].headers["X-B"] == "2"


def test_headers_that_are_no_headers_are_a_value_error():
    """Weakness 6."""
    with stubbed(reply("")) as (client, stub):
        with pytest.raises(ValueError, match="mapping"):
            client.run_service("gray", token="t", headers="X-A: 1,2")
        assert stub.asked == []


def test_an_http_error_has_the_servers_words_and_a_hint():
    """Weakness 7."""
    with stubbed(reply("The service specification is not valid: cpu", 400)) as (client, _):
        with pytest.raises(requests.exceptions.HTTPError) as caught:
            client.create_bucket("b")
        assert str(caught.value).startswith("400 Client Error: Bad Request for url: http://")
        assert "The service specification is not valid: cpu" in str(caught.value)
        assert caught.value.response.status_code == 400
        assert isinstance(caught.value, HTTPError)


def test_an_http_error_says_what_to_do(oscar_emulator, options):
    """Weakness 7."""
    stranger = Client({**options, "password": "wrong"})
    with pytest.raises(HTTPError, match="check the credentials"):
        stranger.list_services()
    stranger.close()


def test_nothing_is_printed(gray, tmp_path, capfd):
    """Weakness 8."""
    (tmp_path / "a.txt").write_text("a")
    storage = gray.create_storage_client("gray")
    storage.upload_file("minio.default", str(tmp_path / "a.txt"), "gray/in")
    storage.list_files_from_path("minio.default", "gray/in")
    storage.download_file("minio.default", str(tmp_path), "gray/in/a.txt")
    gray.run_service("gray", input="x", output=str(tmp_path / "out"))

    assert capfd.readouterr() == ("", "")


def test_a_get_takes_token_and_headers_like_every_other_request():
    """Weakness 9."""
    with stubbed(reply({})) as (client, stub):
        utils.make_request(client, "/system/info", "get", token="t0ken", headers={"X-A": "1"})
        assert stub.asked[0].headers["Authorization"] == "Bearer t0ken"
        assert stub.asked[0].headers["X-A"] == "1"


def test_a_redirect_elsewhere_is_not_followed_with_the_password():
    with running() as other, stubbed(reply("", 302, Location=f"{other.url}/x")) as (client, _):
        with pytest.raises(requests.exceptions.RequestException, match="not followed"):
            client.get_cluster_info()
        assert other.asked == []


def test_a_netrc_does_not_replace_the_credentials(tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login mallory password x\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with stubbed(reply({}), oidc_token="mine") as (client, stub):
        client.get_cluster_info()
        assert stub.asked[0].headers["Authorization"] == "Bearer mine"


def test_no_answer_is_a_connection_error_of_requests():
    with (
        stubbed(Reply(is_reset=True)) as (client, _),
        pytest.raises(requests.exceptions.ConnectionError, match="cut off"),
    ):
        client.delete_bucket("b")


def test_an_endpoint_that_is_none_is_a_value_error():
    client = Client({"cluster_id": "a", "endpoint": "oscar.example", "oidc_token": "t"})
    with pytest.raises(ValueError, match=r"not an http\(s\) address"):
        client.get_cluster_info()


def test_health_is_asked_without_the_password():
    with stubbed(reply("Ok")) as (client, stub):
        assert client.health_check().text == "Ok"
        assert "Authorization" not in stub.asked[0].headers
        assert PASSWORD not in str(stub.asked)
