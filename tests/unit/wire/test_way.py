"""Ways to a server: through a proxy that forwards, that tunnels, that speaks SOCKS; with TLS."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oscar_sync.errors import BadAnswerError
from oscar_sync.wire.failures import NoAnswerError
from tests.unit.wire.proxy import proxy
from tests.unit.wire.stub import api, reply
from tools.weed import free_ports

LIST = ["GET /system/services"]
SOCKS = ["socks4", "socks5", "socks5h"]


@pytest.fixture
def bundle(certificate):
    return str(certificate / "cert.pem")


def test_an_https_cluster_is_asked_through_a_tunnel_that_sees_no_request(secure, bundle):
    with (
        proxy("http") as place,
        api(secure.url, environ={"https_proxy": f"http://{place}"}, ca_bundle=bundle) as oscar,
    ):
        assert oscar.list_services() == []
        assert oscar.list_services() == []
    assert secure.lines == LIST * 2
    assert secure.connections == 1
    assert "Proxy-Authorization" not in secure.asked[0].headers


def test_a_tunnel_is_opened_with_the_login_of_the_proxys_address(secure, bundle):
    with (
        proxy("http", login="me:p@ss") as place,
        api(
            secure.url, environ={"https_proxy": f"http://me:p%40ss@{place}"}, ca_bundle=bundle
        ) as oscar,
    ):
        assert oscar.list_services() == []


def test_a_tunnel_that_is_refused_ends_it_before_anything_is_sent(secure, bundle):
    with (
        proxy("http", login="me:p@ss") as place,
        api(secure.url, environ={"https_proxy": f"http://{place}"}, ca_bundle=bundle) as oscar,
        pytest.raises(NoAnswerError, match=r"the proxy .* does not pass it on") as caught,
    ):
        oscar.put_service({"name": "a"})
    assert not caught.value.was_sent
    assert secure.asked == []


def test_a_tunnel_that_is_refused_leaves_nothing_open_while_its_error_is_kept(secure, bundle):
    with proxy("http", login="me:p@ss") as place:
        environ = {"https_proxy": f"http://{place}"}
        before = open_files()
        with (
            api(secure.url, environ=environ, ca_bundle=bundle) as oscar,
            pytest.raises(NoAnswerError) as caught,
        ):
            oscar.put_service({"name": "a"})
        assert (open_files(), caught.value.was_sent) == (before, False)


def open_files():
    """Return how many this process has; the listing itself is one of them each time."""
    return len(list(Path("/dev/fd").iterdir()))


def test_a_proxy_may_be_spoken_to_over_tls(secure, stub, bundle, certificate):
    stub.replies = [reply([])]
    with proxy("http", tls=certificate) as place:
        environ = {"all_proxy": f"https://{place}"}
        for server in (secure, stub):
            with api(server.url, environ=environ, ca_bundle=bundle) as oscar:
                assert oscar.list_services() == []
            assert server.lines == LIST


def test_a_proxy_whose_certificate_nobody_vouches_for_gets_nothing(stub, certificate):
    with (
        proxy("http", tls=certificate) as place,
        api(stub.url, environ={"all_proxy": f"https://{place}"}) as oscar,
        pytest.raises(NoAnswerError, match="certificate not trusted") as caught,
    ):
        oscar.put_service({"name": "a"})
    assert not caught.value.was_sent


@pytest.mark.parametrize("kind", SOCKS)
def test_a_socks_proxy_passes_everything_on(kind, secure, stub, bundle):
    stub.replies = [reply([])]
    with proxy("socks4", "socks5") as place:
        environ = {"all_proxy": f"{kind}://{place}"}
        for server in (secure, stub):
            with api(server.url, environ=environ, ca_bundle=bundle) as oscar:
                assert oscar.list_services() == []
            assert server.lines == LIST


def test_a_socks_proxy_gets_the_login_that_its_address_holds(stub):
    stub.replies = [reply([])]
    with (
        proxy("socks5", login="me:p@ss") as place,
        api(stub.url, environ={"all_proxy": f"socks5h://me:p%40ss@{place}"}) as oscar,
    ):
        assert oscar.list_services() == []


@pytest.mark.parametrize("kind", SOCKS)
def test_a_socks_proxy_that_is_not_there_is_told_without_its_login(kind, stub):
    place = f"127.0.0.1:{free_ports(1)[0]}"
    environ = {"all_proxy": f"{kind}://me:hush@{place}"}
    with (
        api(stub.url, environ=environ) as oscar,
        pytest.raises(NoAnswerError, match=r"the proxy .* does not pass it on") as caught,
    ):
        oscar.put_service({"name": "a"})
    assert "hush" not in str(caught.value)
    assert not caught.value.was_sent


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_not_taken_for_the_cluster(scheme, stub):
    environ = {"all_proxy": f"{scheme}://127.0.0.1:{free_ports(1)[0]}"}
    words = r"through the proxy https?://127.0.0.1:\d+: connection refused; check https_proxy"
    with (
        api(stub.url, environ=environ) as oscar,
        pytest.raises(NoAnswerError, match=words) as caught,
    ):
        oscar.put_service({"name": "a"})
    assert not caught.value.was_sent


def test_without_its_library_a_socks_proxy_says_what_to_install(stub, monkeypatch):
    monkeypatch.setitem(sys.modules, "socks", None)
    environ = {"all_proxy": "socks5h://127.0.0.1:9"}
    words = r"install oscar-sync\[socks\]"
    with api(stub.url, environ=environ) as oscar, pytest.raises(NoAnswerError, match=words):
        oscar.info()


@pytest.mark.parametrize(
    "text", ["http://a:b:c", "ftp://a.example", "socks9://a:1", "http://", "http://[::1"]
)
def test_a_proxy_that_is_no_address_is_told(stub, text):
    environ = {"http_proxy": text}
    words = "the proxy of the environment is not an address"
    with api(stub.url, environ=environ) as oscar, pytest.raises(NoAnswerError, match=words):
        oscar.info()


def test_a_bundle_without_certificates_is_named(secure, tmp_path):
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing\n")
    words = r"ca\.pem contains no CA certificates"
    with (
        api(secure.url, ca_bundle=str(empty)) as oscar,
        pytest.raises(NoAnswerError, match=words),
    ):
        oscar.info()


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_a_folder_of_cas_vouches(secure, certificate, tmp_path):
    # Under the name that OpenSSL looks for: a hash of the subject.
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(certificate / "cert.pem")]
    named = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / f"{named}.0").write_bytes((certificate / "cert.pem").read_bytes())
    with api(secure.url, ca_bundle=str(tmp_path)) as oscar:
        assert oscar.list_services() == []


def test_a_proxy_that_wants_a_log_in_is_not_taken_for_the_cluster(stub):
    """Its answer to a request that it forwards looks like any other (trust 3.7)."""
    stub.replies = [reply("log in", 407)]
    with api("http://oscar.example.org", environ={"http_proxy": stub.url}) as oscar:
        with pytest.raises(NoAnswerError, match=r"proxy http://.*: it asks for a log-in"):
            oscar.list_services()
        with pytest.raises(NoAnswerError) as caught:
            oscar.delete_service("alpha")
    assert not caught.value.was_sent


def test_https_to_a_port_without_tls_says_which_of_the_two_to_write(stub):
    words = "TLS failed: no TLS at this port; write http://, or the port that speaks https"
    with api(stub.url.replace("http:", "https:")) as oscar, pytest.raises(NoAnswerError) as caught:
        oscar.info()
    assert caught.value.message == words


@pytest.mark.parametrize(
    "said",
    [
        "Client sent an HTTP request to an HTTPS server.",
        "<html>400 The plain HTTP request was sent to HTTPS port</html>",
    ],
)
def test_http_to_a_port_with_tls_says_what_to_write(stub, said):
    stub.replies = [reply(said, 400)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError) as caught:
        oscar.info()
    assert caught.value.remedy == "write https:// in the endpoint"


def test_the_address_of_a_store_in_place_of_the_cluster_is_recognised(stub):
    error = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
    stub.replies = [reply(error, 403)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="this is an object store"):
        oscar.info()


def test_a_certificate_of_another_name_says_so(secure, bundle):
    elsewhere = secure.url.replace("127.0.0.1", "localhost")
    words = "certificate not trusted: .*; use a name that the certificate has"
    with (
        api(elsewhere, ca_bundle=bundle) as oscar,
        pytest.raises(NoAnswerError, match=words),
    ):
        oscar.info()
