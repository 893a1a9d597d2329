"""What the board answers, to whom, and what it never does."""

import hashlib
import hmac
import json
import socket
import threading
from html.parser import HTMLParser

import jsonschema
import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from oscar_sync.board import connections, guard, server, stream
from oscar_sync.board.access import COOKIE_S, TokenCheck
from oscar_sync.errors import UsageError
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.run import PastRun, RunService
from oscar_sync.published.schemas import document_schema
from oscar_sync.render.metrics import MetricsRun
from tests.board.conftest import HOOK_SECRET, TOKEN
from tests.servers import until
from tests.unit.render.subjects import HOSTILE, full_plan
from tests.unit.wire.tls import make_certificate

READ = ("/", "/cluster/edge-1", "/service/edge-1/detector", "/board.js", "/events", "/api/plan",
        "/api/history", "/metrics")  # fmt: skip
OPEN = ("/board.css", "/healthz", "/livez", "/readyz", "/login")
ASKED = {"/api/sync": "sync", "/api/pause": "pause ", "/api/resume": "resume"}
_DONE = RunService("edge-1", "detector", "update", "done")
RUN = PastRun("2026-03-01T03:17:04Z", "apply", 0, "imaging", services=(_DONE,))


@pytest.mark.parametrize("path", READ)
def test_what_tells_of_services_needs_the_token(serve, path):
    served = serve()
    none = served.ask(path, token="", stream=True)
    assert (none.status_code, none.text.partition(":")[0]) == (401, "a token is needed")
    wrong = served.ask(path, token="a-token-of-somebody", stream=True)
    words = "the token is wrong: it is not that of --listen-token-file\n"
    assert (wrong.status_code, wrong.text) == (401, words)
    with served.ask(path, stream=True) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("path", OPEN)
def test_probes_and_the_way_in_need_none(serve, path):
    assert serve().ask(path, token="").status_code == 200


def test_on_this_machine_alone_a_board_is_read_without_a_token_and_does_nothing(serve):
    served = serve(has_token=False)
    assert served.ask("/", token="").status_code == 200
    assert "Plan now" not in served.ask("/", token="").text
    for method in ("GET", "POST"):
        asked = served.ask("/login", method, token="", data={"token": TOKEN})
        assert (asked.status_code, asked.headers["location"]) == (303, "/")
    for path in ASKED:
        answer = served.ask(path, "POST", token="")
        assert answer.status_code == 403
        assert "--listen-token-file" in answer.text
    assert served.asked == []


@pytest.mark.parametrize(("path", "done"), ASKED.items())
def test_the_loop_is_asked_by_post_alone(serve, path, done):
    served = serve()
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert served.ask(path, method).status_code in {403, 405}
    assert served.ask(path, "POST", token="").status_code == 401
    assert served.asked == []
    assert served.ask(path, "POST").status_code == 202
    assert served.asked == [done]


def test_a_pause_says_why(serve):
    served = serve()
    served.ask("/api/pause", "POST", data={"because": "maintenance"})
    served.ask("/api/pause", "POST", json={"because": "x" * 1000})
    assert served.asked == ["pause maintenance", f"pause {'x' * 300}"]
    assert served.ask("/api/pause", "POST", data="{", headers={
        "content-type": "application/json"}).status_code == 400  # fmt: skip


def test_a_pause_that_cannot_be_kept_is_said(serve):
    served = serve()

    def refused(because):
        raise OSError(30, "Read-only file system", "paused.json")

    served.board.controls = type(served.board.controls)(pause=refused)
    answer = served.ask("/api/pause", "POST")
    assert answer.status_code == 503
    assert "Read-only file system" in answer.text


def test_people_log_in_once_and_the_cookie_is_of_no_use_to_other_sites(serve):
    served = serve()
    page = served.ask("/", token="", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    wrong = served.ask("/login", "POST", token="", data={"token": "a-token-of-somebody"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    right = served.ask("/login", "POST", token="", data={"token": TOKEN})
    assert right.status_code == 303
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    held = {"cookie": cookie.partition(";")[0]}
    assert served.ask("/", token="", headers=held).status_code == 200
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        refused = served.ask("/api/sync", "POST", token="", headers={**held, **foreign})
        assert refused.status_code == 403
    assert served.asked == []
    own = {**held, "origin": served.server.url.rstrip("/"), "accept": "text/html"}
    assert served.ask("/api/sync", "POST", token="", headers=own).headers["location"] == "/"
    assert served.asked == ["sync"]


def test_a_log_out_ends_the_session_everywhere_and_no_other(serve):
    served = serve()

    def logged_in():
        answer = served.ask("/login", "POST", token="", data={"token": TOKEN})
        return {"cookie": answer.headers["set-cookie"].partition(";")[0]}

    def is_known(held):
        return served.ask("/", token="", headers=held).status_code == 200

    held, other = logged_in(), logged_in()
    assert 'action="/logout"' in served.ask("/", token="", headers=held).text
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert (
            served.ask("/logout", "POST", token="", headers={**held, **foreign}).status_code == 403
        )
    assert served.ask("/logout", token="", headers=held).status_code == 405
    assert is_known(held)
    left = served.ask("/logout", "POST", token="", headers=held)
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert not is_known(held)
    assert is_known(other)
    again = served.ask("/logout", "POST", token="", headers=held)
    assert (again.status_code, again.headers["location"]) == (303, "/login")


def test_a_log_out_ends_the_streams_of_its_session_and_no_other(serve, monkeypatch):
    monkeypatch.setattr(stream, "_PAUSE_S", 0.0)
    served = serve()

    def logged_in():
        answer = served.ask("/login", "POST", token="", data={"token": TOKEN})
        return {"cookie": answer.headers["set-cookie"].partition(";")[0]}

    def data(answer):
        return (line for line in answer.iter_lines() if line.startswith(b"data: "))

    held, other = logged_in(), logged_in()
    with (
        served.ask("/events", token="", headers=held, stream=True) as ending,
        served.ask("/events", token="", headers=other, stream=True) as going_on,
    ):
        own, others = data(ending), data(going_on)
        assert next(own)
        assert next(others)
        served.ask("/logout", "POST", token="", headers=held)
        assert not [*own]
        assert next(others)


def test_a_cookie_ends_in_time_and_with_its_token(token_file):
    now = [1000.0]
    check = TokenCheck(token_file, now=lambda: now[0])
    cookie = check.cookie()
    assert check.is_cookie(cookie)
    until_s, nonce, mac = cookie.split(".")
    for forged in (
        "",
        "x",
        f"{int(until_s) + 1}.{nonce}.{mac}",
        f"{until_s}.0{nonce}.{mac}",
        f"{until_s}.{mac}",
        f"{until_s}.{nonce}.",
        f"{'9' * 400}.{nonce}.{mac}",
        f"²{cookie}",
    ):
        assert not check.is_cookie(forged)
    now[0] += COOKIE_S + 1
    assert not check.is_cookie(cookie)
    fresh = check.cookie()
    token_file.write_text("another-token-of-ours")
    assert not check.is_cookie(fresh)
    assert check.is_token("another-token-of-ours")


@pytest.mark.parametrize("content", [b"", b"short", b" \n" * 40])
def test_a_token_that_can_be_guessed_is_refused_at_the_start(tmp_path, content):
    path = tmp_path / "weak"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="openssl rand"):
        TokenCheck(path)


def test_a_token_file_that_goes_away_closes_the_board(serve, token_file):
    served = serve()
    token_file.unlink()
    assert served.ask("/").status_code == 503


def test_a_name_that_leads_here_from_elsewhere_is_refused(serve):
    served = serve(has_token=False)
    for host in ("evil.example", "evil.example:80", "localhost.evil.example:1", ""):
        assert served.ask("/", token="", headers={"host": host}).status_code == 421, host
    port = served.server.url.rpartition(":")[2].strip("/")
    for host in (f"localhost:{port}", f"[::1]:{port}", "localhost", "127.0.0.1"):
        assert served.ask("/", token="", headers={"host": host}).status_code == 200, host


def test_a_proxy_may_keep_the_name_that_it_was_asked_by_where_a_token_is_needed(serve):
    served = serve()
    assert served.ask("/", headers={"host": "board.example.org"}).status_code == 200
    assert served.ask("/", token="", headers={"host": "board.example.org"}).status_code != 200


@pytest.mark.parametrize("path", [*READ, *OPEN, "/none", "/api/sync"])
def test_every_answer_tells_browsers_what_it_may_do(serve, path):
    with serve().ask(path, stream=True) as answer:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


class _Markup(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.attributes = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value for name, value in attrs if name in {"href", "src", "action"}]


def _markup(text):
    parsed = _Markup()
    parsed.feed(text)
    return parsed


def test_no_name_becomes_markup(serve):
    plain, hostile = serve(), serve(HOSTILE)
    for path in ("/", "/cluster/edge-1", "/service/edge-1/detector"):
        page, calm = _markup(hostile.ask(path).text), _markup(plain.ask(path).text)
        assert set(page.tags) - {"code"} == set(calm.tags) - {"code"}  # of backticks
        assert page.attributes == calm.attributes
        assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
        assert all(link.startswith(("/", "#")) for link in page.links)
        assert "\x1b" not in hostile.ask(path).text


def test_each_service_that_is_shown_has_a_page(serve):
    served = serve()
    links = [one for one in _markup(served.ask("/").text).links if one.startswith("/service/")]
    assert len({*links}) == 11
    for link in {*links}:
        assert served.ask(link).status_code == 200
    assert served.ask("/service/edge-1/nobody").status_code == 404
    assert served.ask("/cluster/nowhere").status_code == 404


def test_documents_are_the_published_ones_and_wait_for_a_plan(serve):
    waiting = serve(has_plan=False)
    assert waiting.ask("/api/plan").status_code == 503
    assert waiting.ask("/readyz").status_code == 503
    assert "No plan was made yet" in waiting.ask("/").text
    served = serve()
    served.board.ran(RUN)
    assert served.ask("/readyz").status_code == 200
    for name in ("plan", "history"):
        document = served.ask(f"/api/{name}").json()
        jsonschema.validate(document, document_schema(name))
    assert served.ask("/api/history").json()["runs"][0]["services"][0]["service"] == "detector"


def test_metrics_are_those_of_the_last_pass(serve):
    served = serve()
    assert served.ask("/metrics").text == "# EOF\n"
    served.board.ended(MetricsRun("watch", 1.5e9, 2.0, 0, full_plan()), is_good=True)
    answer = served.ask("/metrics")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert "oscar_sync_blocked_actions" in names


def test_health_is_lost_after_three_intervals_without_a_good_pass(serve):
    now = [0.0]
    served = serve(now=lambda: now[0])
    bad = MetricsRun("watch", 0.0, 0.0, 6)
    now[0] = 179.0
    served.board.ended(bad, is_good=False)
    assert served.ask("/healthz").status_code == 200
    now[0] = 181.0
    served.board.ended(bad, is_good=False)
    assert served.ask("/healthz").status_code == 503
    assert served.ask("/livez").status_code == 200  # it turns; to start it again would not help
    served.board.ended(bad, is_good=True)
    assert served.ask("/healthz").status_code == 200
    now[0] += 3000.0
    assert served.ask("/livez").status_code == 503
    served.board.step(Event(Happening.VERIFY, action=full_plan().actions[0]))
    assert served.ask("/livez").status_code == 200  # an apply of an hour is not killed half done
    assert served.ask("/healthz").status_code == 200


# -- bounds


def _raw(served, content, *, then=b""):
    """Return what the board answers to *content*, until it closes the connection."""
    host, _, port = served.server.url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(content)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            if then:
                connection.sendall(then)
        return answer


HEAD = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n".encode()


@pytest.mark.parametrize(("path", "most"), [
    ("/api/pause", guard.MOST_OF_FORM), ("/login", guard.MOST_OF_FORM),
    ("/api/hook/github", guard.MOST_BYTES),
])  # fmt: skip
def test_a_long_body_is_refused_declared_or_not(serve, hook_file, path, most):
    served = serve(hook_file=hook_file)
    declared = (
        f"POST {path} HTTP/1.1\r\n".encode()
        + HEAD
        + f"Connection: close\r\nContent-Length: {most + 1}\r\n\r\n".encode()
    )
    assert _raw(served, declared).split()[1] == b"413"
    for size, code in ((most - 1, {202, 401}), (most, {413})):
        assert served.ask(path, "POST", data=iter([b"x" * size, b"y"])).status_code in code
    assert len(served.asked) == (path == "/api/pause")  # by the body that is not too long


@pytest.mark.parametrize("length", [b"x", b"-1", b"1, 2", b"9" * 5000])
def test_a_length_that_is_none_is_refused(serve, length):
    served = serve()
    head = (
        b"POST /api/sync HTTP/1.1\r\n"
        + HEAD
        + b"Connection: close\r\nContent-Length: "
        + length
        + b"\r\n\r\n"
    )
    assert _raw(served, head).split()[1] in {b"400", b"413"}
    assert served.asked == []


def test_a_head_or_a_body_that_does_not_come_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    monkeypatch.setattr(guard, "SLOWEST_S", 0.3)
    served = serve()
    assert _raw(served, b"") == b""
    assert _raw(served, b"GET / HTTP/1.1\r\nHost:") == b""
    again = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert _raw(served, again, then=b"GET").count(b"HTTP/1.1 200") == 1
    slow = b"POST /api/pause HTTP/1.1\r\n" + HEAD + b"Content-Length: 10\r\n\r\n{"
    assert _raw(served, slow).split()[1] == b"408"


# -- the stream


def test_pages_hear_of_each_change_and_the_server_stops_while_they_are_open(serve):
    served = serve()
    with served.ask("/events", stream=True) as answer:
        lines = answer.iter_lines(decode_unicode=True)
        assert next(lines) == "retry: 1000"
        assert not next(lines)
        first = json.loads(next(lines).removeprefix("data: "))
        served.board.step(Event(Happening.STEP_START, full_plan().actions[0]))
        told = next(json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert told["phase"] == "applying: edge-1/old (remove)"
        assert told["number"] == first["number"]
        served.board.ran(RUN)
        told = next(json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert told["number"] == first["number"] + 1
        stopped = threading.Thread(target=served.server.__exit__, args=(None, None, None))
        stopped.start()
        assert list(lines)[-1:] in ([], [""])
        stopped.join(60)
    with pytest.raises(requests.ConnectionError):
        served.ask("/healthz")


def test_pages_beyond_the_bound_are_refused_and_closed_ones_do_not_count(serve, monkeypatch):
    monkeypatch.setattr("oscar_sync.board.app.MOST", 2)
    served = serve()
    streams = served.server._streams
    opened = [served.ask("/events", stream=True) for _ in range(2)]
    assert served.ask("/events").status_code == 503
    for answer in opened:
        answer.close()
    served.board.failed("something")
    until(lambda: streams.count == 0, name="the end of closed pages")
    assert served.board._listeners == []


def test_the_same_page_is_drawn_once(serve, monkeypatch):
    drawn = []

    def draw(*asked):
        drawn.append(asked)
        return "a page"

    monkeypatch.setattr("oscar_sync.board.pages.board_page", draw)
    served = serve()
    for _ in range(3):
        served.ask("/")
    assert len(drawn) == 1
    served.board.failed("a problem")
    served.ask("/")
    assert len(drawn) == 2


# -- forges


def _signed(body, secret=HOOK_SECRET):
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={mac}"}


@pytest.fixture
def hook_file(tmp_path):
    path = tmp_path / "hook"
    path.write_text(HOOK_SECRET)
    return path


def test_a_forge_that_proves_itself_makes_the_loop_plan(serve, hook_file):
    served, body = serve(hook_file=hook_file), b'{"ref": "refs/heads/main"}'
    good = [
        ("/api/hook/github", _signed(body)),
        ("/api/hook/gitlab", {"x-gitlab-token": HOOK_SECRET}),
    ]
    for path, headers in good:
        assert served.ask(path, "POST", token="", data=body, headers=headers).status_code == 202
    assert served.asked == ["sync", "sync"]


@pytest.mark.parametrize(("path", "headers"), [
    ("github", {}),
    ("github", _signed(b"another body")),
    ("github", _signed(b"{}", "another secret of somebody")),
    ("github", {"x-gitlab-token": HOOK_SECRET}),
    ("github", {"x-hub-signature-256": "sha256="}),
    ("gitlab", {}),
    ("gitlab", {"x-gitlab-token": ""}),
    ("gitlab", {"x-gitlab-token": HOOK_SECRET[:-1]}),
    ("gitlab", _signed(b"{}")),
])  # fmt: skip
def test_a_call_that_is_not_proved_does_nothing(serve, hook_file, path, headers):
    served = serve(hook_file=hook_file)
    answer = served.ask(f"/api/hook/{path}", "POST", token="", data=b"{}", headers=headers)
    assert answer.status_code == 401
    assert served.asked == []


def test_without_a_secret_there_is_no_hook(serve, hook_file):
    headers = {"x-gitlab-token": HOOK_SECRET}
    answer = serve().ask("/api/hook/gitlab", "POST", headers=headers)
    assert (answer.status_code, "start it with --hook-secret-file" in answer.text) == (404, True)
    served = serve(hook_file=hook_file)
    answer = served.ask("/api/hook/gitea", "POST", headers=headers)
    assert (answer.status_code, answer.text) == (404, "a hook is one of github, gitlab\n")
    assert served.asked == []


@pytest.mark.parametrize(("forge", "header"), [("github", "x-hub-signature-256"),
                                               ("gitlab", "x-gitlab-token")])  # fmt: skip
def test_who_sets_up_a_hook_reads_what_is_wrong(serve, hook_file, forge, header):
    served = serve(hook_file=hook_file)
    said = [
        served.ask(f"/api/hook/{forge}", "POST", token="", data=b"{}", headers=headers).text
        for headers in ({}, {header: "wrong"})
    ]
    assert said == [
        f"{header} is missing: write the secret of --hook-secret-file at the forge\n",
        f"{header} is wrong: the secret at the forge is not that of --hook-secret-file\n",
    ]


# -- the address


def test_over_tls_the_cookie_stays_there(serve, tmp_path):
    make_certificate(tmp_path)
    certificate = tmp_path / "cert.pem"
    served = serve(certificate=certificate, key=tmp_path / "key.pem")
    assert served.server.url.startswith("https://")
    options = {"token": "", "verify": str(certificate)}
    answer = served.ask("/login", "POST", data={"token": TOKEN}, **options)
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_an_address_that_is_taken_or_a_key_that_is_none_is_said(serve, tmp_path):
    port = int(serve().server.url.rpartition(":")[2].strip("/"))
    board = serve().board
    with pytest.raises(UsageError, match=f"--listen 127.0.0.1:{port}: Address already in use"):
        server.BoardServer(board, server.ListenOptions("127.0.0.1", port), print)
    nothing = tmp_path / "none.pem"
    options = server.ListenOptions("127.0.0.1", 0, certificate=nothing, key=nothing)
    with pytest.raises(UsageError, match="--tls-cert, --tls-key"):
        server.BoardServer(board, options, print)


def test_the_bound_of_pages_is_below_that_of_connections():
    assert stream.MOST < connections.MOST


def test_who_logs_in_to_one_board_stays_logged_in_to_another_one_of_the_same_host(serve, tmp_path):
    another = tmp_path / "another"
    another.write_text("the-token-of-another-board")
    jar = requests.Session()
    boards = ((serve(), TOKEN), (serve(token_file=another), another.read_text()), (serve(), TOKEN))
    for served, token in boards:
        jar.post(f"{served.server.url}login", data={"token": token}, timeout=60)
    for served, _ in boards:
        assert jar.get(f"{served.server.url}board.js", timeout=60).status_code == 200
    assert all(name.startswith("oscar_sync_board_") for name in jar.cookies.get_dict())
