import logging
import socket

import pytest

from oscar_sync.errors import BadAnswerError, ClusterError, RefusedError
from oscar_sync.model.cluster import BasicLogin, TokenFileLogin, TokenLogin
from oscar_sync.model.secret import Secret
from oscar_sync.wire.exchange import Exchange, Request
from oscar_sync.wire.failures import NoAnswerError
from tests.unit.wire.stub import Reply, api, reply


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_redirect_to_another_origin_is_refused_and_sees_no_credentials(stub, other):
    stub.replies = [reply("", 302, Location=f"{other.url}/system/info")]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="redirects to") as caught:
        oscar.info()
    assert other.asked == []
    assert other.url in str(caught.value)


def test_a_redirect_that_adds_a_slash_is_followed_for_a_get(stub):
    stub.replies = [reply("", 301, Location="/system/info/"), reply({"version": "4.1.2"})]
    with api(stub.url) as oscar:
        assert oscar.info()["version"] == "4.1.2"
    assert stub.lines == ["GET /system/info", "GET /system/info/"]


def test_a_redirect_of_a_write_is_refused(stub):
    stub.replies = [reply("", 307, Location="/system/services/")]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError):
        oscar.post_service({"name": "a"})
    assert stub.lines == ["POST /system/services"]


def test_a_redirect_to_another_page_of_the_same_origin_is_refused(stub):
    stub.replies = [reply("", 302, Location="/login?to=/system/info")]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError):
        oscar.info()
    assert len(stub.asked) == 1


def test_redirects_end(stub):
    stub.replies = [
        reply("", 301, Location="/system/info/"),
        reply("", 301, Location="/system/info"),
    ]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="one redirect after another"):
        oscar.info()


def test_a_read_is_repeated_a_few_times_while_the_gateway_is_in_trouble(stub):
    stub.replies = [reply("", 503), reply("", 502), reply("", 504), reply({"version": "4"})]
    waits: list[float] = []
    seen: list[Exchange] = []
    with api(stub.url, waits=waits, seen=seen) as oscar:
        oscar.info()
    assert [exchange.attempt for exchange in seen] == [1, 2, 3, 4]
    assert len(waits) == 3
    assert sum(waits) < 5


def test_a_read_gives_up_after_the_last_retry(stub):
    stub.replies = [reply("busy", 503)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError, match="answers 503: busy"):
        oscar.list_services()
    assert len(stub.asked) == 4


def test_a_read_is_repeated_when_the_connection_breaks(stub):
    stub.replies = [Reply(is_reset=True), reply([])]
    with api(stub.url) as oscar:
        assert oscar.list_services() == []


def test_the_server_says_how_long_to_wait(stub):
    stub.replies = [reply("", 429, Retry_After="7"), reply([])]
    waits: list[float] = []
    with api(stub.url, waits=waits) as oscar:
        oscar.list_services()
    assert waits == [7.0]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_is_never_repeated(stub, method):
    stub.replies = [reply("", 503)]
    with api(stub.url) as oscar:
        assert oscar.session.send(Request(method, "/system/services", b"{}")).status == 503
    assert len(stub.asked) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_whose_answer_is_lost_may_have_been_applied_and_is_not_repeated(stub, method):
    stub.replies = [Reply(is_reset=True)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError) as caught:
        oscar.session.send(Request(method, "/system/services", b"{}"))
    assert caught.value.was_sent
    assert len(stub.asked) == 1


def test_a_500_of_the_list_is_an_answer_and_not_repeated(stub):
    stub.replies = [reply("the server is ill", 500)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="500: the server is ill"):
        oscar.list_services()
    assert len(stub.asked) == 1


def test_a_refused_connection_says_that_nothing_was_sent():
    with (
        api(f"http://127.0.0.1:{closed_port()}") as oscar,
        pytest.raises(NoAnswerError, match="connection refused") as caught,
    ):
        oscar.put_service({"name": "a"})
    assert not caught.value.was_sent


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "a" * 64 + ".b", "é.invalid", "é" * 70])
def test_a_name_that_nobody_knows_says_so_at_once(host):
    seen: list[Exchange] = []
    with (
        api(f"http://{host}", seen=seen) as oscar,
        pytest.raises(NoAnswerError, match="host name not found"),
    ):
        oscar.info()
    assert len(seen) == 1


def test_an_answer_that_takes_too_long_is_given_up(stub):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with api(url, read_timeout_s=0.1) as oscar, pytest.raises(NoAnswerError) as caught:
            oscar.put_service({"name": "a"})
    assert "no answer within 0.1 s" in str(caught.value)
    assert caught.value.was_sent


@pytest.mark.parametrize("usual_s", [0.1, 0.2])
def test_the_answer_to_a_write_is_waited_for_the_longer_of_two_times(usual_s):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            api(url, read_timeout_s=usual_s) as oscar,
            pytest.raises(NoAnswerError, match=r"0\.2 s"),
        ):
            oscar.put_service({"name": "a"}, least_timeout_s=0.3 - usual_s)


def test_an_answer_cut_off_in_the_middle_is_no_answer(stub):
    stub.replies = [Reply(body=b'[{"name": "a"}', length=5000)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError, match="cut off"):
        oscar.list_services()


def test_a_cut_off_answer_to_a_write_may_have_been_applied(stub):
    stub.replies = [Reply(body=b"x", length=10)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError) as caught:
        oscar.put_service({"name": "a"})
    assert caught.value.was_sent
    assert len(stub.asked) == 1


def test_credentials_are_sent_as_basic_and_cookies_are_not_kept(stub):
    stub.replies = [reply([], Set_Cookie="id=1; Path=/"), reply([])]
    with api(stub.url, BasicLogin("ü", Secret("ö:ä"))) as oscar:
        oscar.list_services()
        oscar.list_services()
    assert stub.asked[0].headers["Authorization"] == "Basic w7w6w7Y6w6Q="
    assert "Cookie" not in stub.asked[1].headers


def test_a_netrc_file_replaces_no_credentials(stub, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password stolen\n")
    monkeypatch.setenv("NETRC", str(netrc))
    stub.replies = [reply([])]
    with api(stub.url, TokenLogin(Secret("good"))) as oscar:
        oscar.list_services()
    assert stub.asked[0].headers["Authorization"] == "Bearer good"


def test_a_token_file_is_read_anew_for_each_request(stub, tmp_path):
    token = tmp_path / "token"
    stub.replies = [reply([])]
    with api(stub.url, TokenFileLogin(str(token))) as oscar:
        for text in ("one\n", "two\n"):
            token.write_text(text)
            oscar.list_services()
    sent = [asked.headers["Authorization"] for asked in stub.asked]
    assert sent == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a b", "tök", "", "a\x00"])
def test_a_token_that_a_header_cannot_hold_is_refused_unseen(stub, text):
    with api(stub.url, TokenLogin(Secret(text))) as oscar, pytest.raises(RefusedError) as caught:
        oscar.list_services()
    assert stub.asked == []
    assert not text or text not in str(caught.value)
    assert "oscar-sync.yaml:4" in str(caught.value)


def test_a_token_file_that_is_missing_or_binary_is_refused(stub, tmp_path):
    binary = tmp_path / "token"
    binary.write_bytes(b"\xff\xfe")
    for path in (tmp_path / "absent", binary):
        with api(stub.url, TokenFileLogin(str(path))) as oscar, pytest.raises(RefusedError):
            oscar.info()
    assert stub.asked == []


@pytest.mark.parametrize("login", [BasicLogin("a:b", Secret("c")), BasicLogin("a", Secret("\n"))])
def test_a_login_that_basic_cannot_carry_is_refused(stub, login):
    with api(stub.url, login) as oscar, pytest.raises(RefusedError):
        oscar.info()


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://a",
        "a.example",
        "http://",
        "http://a:b@c",
        "http://a:x",
        "https://a?b=c",
        "http://a b",
    ],
)
def test_what_is_no_endpoint_is_refused_before_anything_is_sent(endpoint):
    with pytest.raises(ClusterError, match="the endpoint") as caught, api(endpoint):
        pass
    assert "a:b" not in str(caught.value)


def test_a_missing_ca_bundle_is_named(tmp_path):
    missing = str(tmp_path / "ca.pem")
    with (
        pytest.raises(ClusterError, match=r"ca\.pem does not exist"),
        api("https://a.example", ca_bundle=missing),
    ):
        pass


def test_a_path_below_a_host_can_be_an_endpoint(stub):
    stub.replies = [reply([])]
    with api(f"{stub.url}/oscar/") as oscar:
        oscar.list_services()
    assert stub.lines == ["GET /oscar/system/services"]


def test_requests_go_through_the_proxy_that_the_environment_names(stub, other):
    other.replies = [reply([])]
    with api("http://oscar.invalid", environ={"http_proxy": other.url}) as oscar:
        oscar.list_services()
    assert other.lines == ["GET http://oscar.invalid/system/services"]


def test_a_proxy_gets_the_login_that_its_address_holds(other):
    other.replies = [reply([])]
    proxy = other.url.replace("://", "://me:p%40ss@")
    with api("http://oscar.invalid", environ={"http_proxy": proxy}) as oscar:
        oscar.list_services()
    assert other.asked[0].headers["Proxy-Authorization"] == "Basic bWU6cEBzcw=="


def test_a_proxy_without_a_scheme_speaks_http(other):
    other.replies = [reply([])]
    environ = {"http_proxy": other.url.removeprefix("http://")}
    with api("http://oscar.invalid", environ=environ) as oscar:
        oscar.list_services()
    assert len(other.asked) == 1


def test_no_proxy_exempts_a_host(stub, other):
    stub.replies = [reply([])]
    environ = {"HTTP_PROXY": other.url, "NO_PROXY": "127.0.0.0/8"}
    with api(stub.url, environ=environ) as oscar:
        oscar.list_services()
    assert other.asked == []


def test_a_proxy_of_the_process_environment_is_used_only_if_it_was_handed_in(
    stub, other, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", other.url)
    stub.replies = [reply([])]
    with api(stub.url) as oscar:
        oscar.list_services()
    assert other.asked == []


def test_the_debug_log_says_method_path_status_time_and_retry(stub, caplog):
    caplog.set_level(logging.DEBUG, logger="oscar_sync.wire")
    stub.replies = [reply("", 503), reply([])]
    with api(stub.url) as oscar:
        oscar.list_services()
    lines = [record.getMessage() for record in caplog.records if record.name == "oscar_sync.wire"]
    assert lines[0].startswith("GET /system/services 503 ")
    assert lines[1].startswith("GET /system/services 200 ")
    assert lines[1].endswith("ms retry 1")


RESTARTING = (
    '{}Error getting MinIO data usage: Get "http://minio:9000/minio/admin/v3/datausageinfo": '
    "dial tcp 10.0.0.1:9000: connect: connection refused"
)


@pytest.mark.parametrize("read", ["list_buckets", "config", "list_services"])
def test_a_read_waits_while_the_store_of_the_cluster_restarts(stub, read):
    """4 % of the lists of buckets under load: each create of anybody restarts it (trust 3.5)."""
    waits: list[float] = []
    good = reply({"config": {}} if read == "config" else [])
    stub.replies = [*[reply(RESTARTING, 500)] * 12, good]
    with api(stub.url, waits=waits) as oscar:
        getattr(oscar, read)()
    assert len(waits) == 12


def test_a_store_that_does_not_come_back_is_given_up(stub):
    waits: list[float] = []
    stub.replies = [reply(RESTARTING, 500)]
    with api(stub.url, waits=waits) as oscar, pytest.raises(BadAnswerError, match="data usage"):
        oscar.list_buckets()
    assert 20 <= sum(waits) < 21


@pytest.mark.parametrize(
    "said", ['the FDL of the service "x" cannot be read', "", "Error listing objects: NoSuchBucket"]
)
def test_another_failure_of_the_server_is_not_waited_for(stub, said):
    waits: list[float] = []
    stub.replies = [reply(said, 500)]
    with api(stub.url, waits=waits) as oscar, pytest.raises(BadAnswerError):
        oscar.list_services()
    assert waits == []


def test_a_write_is_not_repeated_by_the_wire_while_the_store_restarts(stub):
    stub.replies = [reply(RESTARTING, 500)]
    with api(stub.url) as oscar:
        assert oscar.put_service({"name": "a"}).status == 500
    assert len(stub.asked) == 1
