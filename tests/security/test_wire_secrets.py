"""No secret that the wire carries shows in a log, an error, its traceback or a repr (law L8)."""

import logging
import traceback
from base64 import b64encode

import pytest

from oscar_sync.errors import OscarSyncError
from oscar_sync.model.cluster import BasicLogin, TokenFileLogin, TokenLogin
from oscar_sync.model.secret import Secret
from tests.unit.wire.stub import Reply, api, reply, running

PLANTED = "pl4nted-s3cret"
FAULTS = {
    "echoed in a refusal": reply(f"token {PLANTED} is not valid", 401),
    "echoed in a failure": reply(f"cannot read {PLANTED}", 500),
    "echoed by a gateway": reply(f"bad header {PLANTED}", 503),
    "redirected": reply("", 302, Location=f"http://mallory:{PLANTED}@elsewhere.invalid/"),
    "cut off": Reply(body=b"[", length=100),
    "dropped": Reply(is_reset=True),
    "no JSON": Reply(body=b"nope"),
    "taken for a service": reply([{"name": PLANTED}]),
    "taken for a header of one": reply([{"name": b64encode(f"oscar:{PLANTED}".encode()).decode()}]),
    "badly packed": Reply(body=b"x", headers={"Content-Encoding": "gzip"}),
}


def logins(folder):
    token = folder / "token"
    token.write_text(PLANTED)
    return [
        BasicLogin("oscar", Secret(PLANTED)),
        TokenLogin(Secret(PLANTED)),
        TokenFileLogin(str(token)),
    ]


def shown_by(action):
    """Everything that a caller could print of what *action* raised."""
    with pytest.raises(OscarSyncError) as caught:
        action()
    error = caught.value
    return "".join([str(error), repr(error), *traceback.format_exception(error)])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_login_appears_in_no_log_error_or_traceback(fault, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for login in logins(tmp_path):
        with running() as stub:
            stub.replies = [FAULTS[fault]]
            with api(stub.url, login) as oscar:
                said = shown_by(oscar.list_services)
                assert PLANTED not in said
                assert b64encode(f"oscar:{PLANTED}".encode()).decode() not in said
                assert PLANTED not in repr(oscar.session) + repr(oscar.session.cluster)
    assert PLANTED not in caplog.text


def test_secrets_in_a_body_appear_in_no_log_or_error(caplog):
    caplog.set_level(logging.DEBUG)
    body = {"name": "a", "environment": {"secrets": {"K": Secret(PLANTED)}}}
    with running() as stub:
        stub.replies = [Reply(is_reset=True)]
        with api(stub.url) as oscar:
            assert PLANTED not in shown_by(lambda: oscar.put_service(body))
        assert PLANTED.encode() in stub.asked[0].body
    assert PLANTED not in caplog.text


def test_a_token_with_a_line_break_is_refused_without_showing_it(caplog):
    with running() as stub, api(stub.url, TokenLogin(Secret(f"{PLANTED}\r\nX: y"))) as oscar:
        assert PLANTED not in shown_by(oscar.info)
        assert stub.asked == []


def test_a_proxys_password_appears_in_no_error(caplog):
    caplog.set_level(logging.DEBUG)
    for proxy in (f"http://me:{PLANTED}@127.0.0.1:1", f"http://me:{PLANTED}@[", f"{PLANTED}://x"):
        with api("http://oscar.invalid", environ={"http_proxy": proxy}) as oscar:
            assert PLANTED not in shown_by(oscar.info)
    assert PLANTED not in caplog.text


def test_a_password_in_the_endpoint_is_not_repeated():
    def connect():
        with api(f"http://me:{PLANTED}@oscar.invalid"):
            pass

    assert PLANTED not in shown_by(connect)


BODY = {
    "name": "alpha",
    "environment": {"secrets": {"K": Secret(PLANTED)}},
    "storage_providers": {"webdav": {"box": {"password": Secret("pr0vider-p4ss")}}},
    "clusters": {"far": {"auth_password": Secret("f4r-away-pass")}},
}
SENT = [PLANTED, "pr0vider-p4ss", "f4r-away-pass", "hush-hush"]


@pytest.mark.parametrize("status", [200, 400, 409, 500])
@pytest.mark.parametrize("packed", [False, True])
def test_a_server_that_echoes_a_body_shows_no_secret_of_it_now_or_later(status, packed):
    """Words of a write are shown in reports, events and logs (trust 3.8)."""

    def echo(asked):
        said.append(b64encode(asked.body) if packed else asked.body)
        return Reply(status if asked.method != "GET" else 500, b"cannot store " + said[0])

    said: list[bytes] = []
    with running() as stub, api(stub.url) as oscar:
        stub.answer = echo
        answer = oscar.post_service(BODY)
        assert answer.shown.startswith("cannot store ")
        later = shown_by(oscar.list_services)
    for secret in SENT:
        assert secret not in answer.shown + later
        assert b64encode(secret.encode()).decode()[2:-4] not in answer.shown + later


def test_half_a_secret_at_the_end_of_what_is_shown_is_none():
    long = "s3cret" * 200
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [reply("x" * 590 + long, 500)]
        answer = oscar.post_service({"name": "a", "environment": {"secrets": {"K": Secret(long)}}})
    assert "s3cret" not in answer.shown


def test_an_html_page_in_answer_to_a_write_is_told_as_one():
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [reply("<!doctype html><p>bad gateway", 502)]
        assert oscar.delete_service("alpha").shown == "an HTML page"
