import base64
import json
import re

import pytest

from oscar_sync.errors import (
    BadAnswerError,
    ClusterError,
    NotUnderstoodError,
    RefusedError,
    UsageError,
)
from oscar_sync.model.cluster import TokenLogin
from oscar_sync.model.identity import BucketName
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import BucketFacts, DeploymentState
from oscar_sync.wire.answers import ListedJob
from oscar_sync.wire.failures import NoAnswerError, PoisonedListError
from tests.unit.wire.stub import Reply, api, reply

BUCKET: dict[str, object] = {
    "bucket_name": "red", "owner": "me", "visibility": "", "allowed_users": None, "metadata": {},
}  # fmt: skip


def shown(name, **fields):
    """Return the least that every release shows of a service."""
    return {"name": name, "input": [], "output": [], **fields}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("read", ["info", "config", "list_services", "list_buckets"])
def test_refused_credentials_are_an_error_of_reads_and_say_where_they_came_from(stub, read, status):
    stub.replies = [reply("", status)]
    with api(stub.url) as oscar, pytest.raises(RefusedError, match=r"check oscar-sync.yaml:4"):
        getattr(oscar, read)()


def test_a_token_that_is_no_jwt_is_refused_credentials(stub):
    stub.replies = [reply("token contains an invalid number of segments", 400)]
    with api(stub.url) as oscar, pytest.raises(RefusedError, match="invalid number of segments"):
        oscar.info()


def test_no_login_is_named(stub):
    stub.replies = [reply("", 401)]
    with api(stub.url, None) as oscar, pytest.raises(RefusedError, match="none were given"):
        oscar.info()
    assert "Authorization" not in stub.asked[0].headers


@pytest.mark.parametrize(
    ("said", "told"), [("404 page not found", "404: 404 page not found;"), ("", "404;")]
)
def test_an_address_without_oscar_is_named(stub, said, told):
    stub.replies = [reply(said, 404)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError) as caught:
        oscar.info()
    assert f"answers {told} is this the address of an OSCAR cluster?" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"<html>", b"null", b"{}", b'[{"a":1}]', b"[1]", b'["a"'])
def test_a_list_that_is_not_wholly_understood_is_never_taken_for_a_shorter_one(stub, content):
    stub.replies = [Reply(body=content)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="/system/services"):
        oscar.list_services()


def test_services_come_as_the_server_wrote_them(stub):
    listed = [shown("a", x={"y": [1]}), shown("b")]
    stub.replies = [reply(listed)]
    with api(stub.url) as oscar:
        assert oscar.list_services() == listed


HOSTILE = [
    ({"input": None}, "with `input` that is not a list"),
    ({"output": [{"path": "red/out"}]}, "with `output[0]` without `storage_provider`"),
    ({"bucket_list": None}, "with `bucket_list` that is not a list"),
    (
        {"mount": {"storage_provider": "minio.default", "path": 1}},
        "with `mount.path` that is not a string",
    ),
]


@pytest.mark.parametrize(("fields", "words"), HOSTILE, ids=str)
def test_a_service_of_another_shape_is_not_understood_in_a_list_and_by_name(stub, fields, words):
    """What names no bucket by a wrong type could lose one (trust 3.1)."""
    stub.replies = [reply([shown("b"), shown("a", **fields)]), reply(shown("a", **fields))]
    with api(stub.url) as oscar:
        for read in (oscar.list_services, lambda: oscar.get_service("a")):
            with pytest.raises(BadAnswerError, match=re.escape(f"shows service a {words}")):
                read()


def test_a_get_by_name_that_shows_another_service_is_not_understood(stub):
    stub.replies = [reply(shown("b"))]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="shows service b"):
        oscar.get_service("a")


GATEWAYS = [
    reply("", 404, Content_Type="text/html"),
    reply("404 page not found", 404, Content_Type="text/plain"),
    reply("<html>no such host</html>", 404, Content_Type="text/html"),
    reply({"message": "no Route matched"}, 404),
    reply(" ", 404),
]


@pytest.mark.parametrize("given", GATEWAYS, ids=lambda one: one.body.decode())
def test_a_404_with_a_body_or_a_type_never_says_that_a_service_is_gone(stub, given):
    """OSCAR's own has neither, on every release (trust 3.2; record 045)."""
    stub.replies = [given]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="is this the address of"):
        oscar.get_service("a")


@pytest.mark.parametrize("read", ["list_volumes", "find_bucket", "deployment"])
def test_a_404_says_that_a_release_lacks_a_path_only_as_oscar_says_it(stub, read):
    stub.replies = [
        reply("404 page not found", 404, Content_Type="text/plain"),
        reply("<html>", 404, Content_Type="text/html"),
        reply("", 404),
        reply("404 page not found", 404),
    ]
    named = ("a",) if read in {"find_bucket", "deployment"} else ()
    with api(stub.url) as oscar:
        getattr(oscar, read)(*named)
        for _ in stub.replies[:]:
            with pytest.raises(BadAnswerError, match="answers 404"):
                getattr(oscar, read)(*named)


@pytest.mark.parametrize(
    "info", [{}, {"version": None}, {"version": 4}, {"version": {"number": "4.1.2"}}, [], "4.1.2"]
)
def test_a_release_that_is_not_named_is_not_understood(stub, info):
    stub.replies = [reply(info) if isinstance(info, dict | list) else reply(f'"{info}"')]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="/system/info"):
        oscar.info()


@pytest.mark.parametrize(
    "fields",
    [
        {"minio_provider": None}, {"minio_provider": "minio"}, {"minio_provider": []},
        {"minio_provider": {"verify": "false"}}, {"minio_provider": {"access_key": None}},
        {"minio_provider": {"endpoint": ["https://s3"]}}, {"config": []},
        {"config": {"services_namespace": None}}, {"allowed_image_repositories": "ghcr.io"},
        {"allowed_image_repositories": [{}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_configuration_of_other_types_is_not_understood(stub, fields):
    stub.replies = [reply({"config": {}, "minio_provider": {}, **fields})]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="/system/config"):
        oscar.config()


@pytest.mark.parametrize(
    ("read", "answer", "words"),
    [
        ("config", {"config": []}, "has a `config` that is not an object"),
        ("config", {"minio_provider": {"verify": "x"}}, "has no `minio_provider.verify` of"),
        ("info", [], "is not a JSON object"),
        ("info", {"version": 4}, "has no `version` of the type"),
        ("list_volumes", [{"name": "a"}, {"name": "a"}], "without a name of its own"),
        ("list_volumes", [{"size": "1Gi"}], "without a name of its own"),
    ],
)
def test_what_is_not_understood_is_named_by_its_place(stub, read, answer, words):
    stub.replies = [reply(answer)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match=words):
        getattr(oscar, read)()


@pytest.mark.parametrize(
    "refused", [reply("", 403), reply("404 page not found", 404, Content_Type="text/plain")]
)
@pytest.mark.parametrize(("link", "is_there"), [(403, True), (404, False)])
def test_a_bucket_that_is_hidden_is_told_from_none_by_a_request_for_a_link(
    stub, refused, link, is_there
):
    stub.replies = [refused, reply("", link)]
    with api(stub.url) as oscar:
        found = oscar.find_bucket("red")
    assert found == (BucketFacts(BucketName("red"), is_tagged=False) if is_there else None)
    assert stub.lines[1] == "POST /system/buckets/red/presign"


def test_a_read_that_a_gateway_answers_may_have_reached_the_server(stub):
    stub.replies = [reply("", 504)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError) as caught:
        oscar.info()
    assert caught.value.was_sent


@pytest.mark.parametrize(("status", "longest"), [(200, 1000), (299, 1000), (300, 601), (400, 601)])
def test_a_write_that_failed_is_told_in_short_and_one_that_was_done_in_full(stub, status, longest):
    stub.replies = [reply("x" * 1000, status)]
    with api(stub.url) as oscar:
        assert len(oscar.put_service({"name": "a"}).shown) == longest


def test_logs_have_times_where_they_are_asked_for(stub):
    stub.replies = [reply({"entries": []}), reply({"entries": []}), reply(""), reply("")]
    with api(stub.url) as oscar:
        oscar.deployment_logs("a")
        oscar.deployment_logs("a", has_timestamps=True)
        oscar.job_log("a", "b")
        oscar.job_log("a", "b", has_timestamps=True)
    deployment, job = "GET /system/services/a/deployment/logs", "GET /system/logs/a/b"
    assert stub.lines == [
        deployment, f"{deployment}?timestamps=true", job, f"{job}?timestamps=true"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {"bucket_name": None}, {"bucket_name": ""}, {"metadata": None}, {"metadata": []},
        {"metadata": {"from_service": ["a"]}}, {"allowed_users": "amy"}, {"allowed_users": [1]},
        {"owner": None}, {"owner": {}}, {"visibility": None}, {"visibility": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_bucket_of_another_shape_is_not_understood(stub, fields):
    bucket = {**BUCKET, **fields}
    missing = {key: value for key, value in BUCKET.items() if key not in fields}
    stub.replies = [reply([BUCKET]), *(reply([BUCKET, one]) for one in (bucket, missing, "red"))]
    with api(stub.url) as oscar:
        assert oscar.list_buckets()
        for _ in range(3):
            with pytest.raises(BadAnswerError, match="/system/buckets"):
                oscar.list_buckets()


def test_a_poisoned_list_names_the_service(stub):
    text = 'the FDL of the service "x" cannot be read'
    stub.replies = [reply(text, 500)]
    with api(stub.url) as oscar, pytest.raises(PoisonedListError, match="ConfigMap") as caught:
        oscar.list_services()
    assert caught.value.service == "x"
    assert text in str(caught.value)


def test_an_answer_larger_than_the_cap_is_an_error_and_not_read_whole(stub):
    stub.replies = [Reply(body=b"[" + b" " * (64 * 2**20))]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="larger than 64 MiB"):
        oscar.list_services()


def test_an_answer_that_unpacks_beyond_the_cap_is_an_error(stub):
    import gzip

    bomb = gzip.compress(b" " * (80 * 2**20))
    stub.replies = [Reply(body=bomb, headers={"Content-Encoding": "gzip"})]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="larger than 64 MiB"):
        oscar.list_services()


def test_an_answer_that_cannot_be_unpacked_is_an_error(stub):
    stub.replies = [Reply(body=b"nonsense", headers={"Content-Encoding": "gzip"})]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError, match="cannot be unpacked"):
        oscar.list_services()


GOOD = '{"config": {}}'


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("unexpected end of JSON input", 500),
        (f'{{"error": "x"}}\n{GOOD}', 500),
        (f"unexpected end of JSON input\n[{GOOD}]", 500),
        (f"unexpected end of JSON input\n{GOOD}", 200),
    ],
)
def test_nothing_else_that_stands_behind_a_line_is_read_as_the_configuration(stub, said, status):
    stub.replies = [reply(said, status)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError) as caught:
        oscar.config()
    assert status == 200 or "answers 500: " in str(caught.value)


def test_an_answer_without_a_body_hides_a_service_only_on_releases_that_say_so(stub):
    stub.replies = [Reply(body=b""), Reply(body=b"")]
    with api(stub.url) as oscar:
        with pytest.raises(BadAnswerError):
            oscar.get_service("a")
        oscar.is_empty_hidden = True
        assert oscar.get_service("a").status == 403


def test_the_configuration_behind_an_error_line_is_read(stub):
    stub.replies = [reply('unexpected end of JSON input\n{"config": {"name": "oscar"}}', 500)]
    with api(stub.url) as oscar:
        assert oscar.config()["config"] == {"name": "oscar"}


def test_no_bucket_is_an_empty_list(stub):
    stub.replies = [Reply(body=b"null")]
    with api(stub.url) as oscar:
        assert oscar.list_buckets() == ()


def test_a_buckets_owner_may_stand_in_its_tags(stub):
    bucket = {
        "bucket_name": "b",
        "owner": "",
        "visibility": "restricted",
        "allowed_users": ["u"],
        "metadata": {"owner": "me", "from_service": "s"},
    }
    plain: dict[str, object] = {
        "bucket_name": "c",
        "owner": "you",
        "visibility": "",
        "allowed_users": None,
        "metadata": {},
    }
    stub.replies = [reply([bucket, plain])]
    with api(stub.url) as oscar:
        assert oscar.list_buckets() == (
            BucketFacts(BucketName("b"), "me", "restricted", ("u",), "s"),
            BucketFacts(BucketName("c"), "you"),
        )


@pytest.mark.parametrize("content", [b"{}", b"[1]", b'[{"bucket_name": ""}]'])
def test_a_list_of_something_else_is_no_list_of_buckets(stub, content):
    stub.replies = [Reply(body=content)]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError):
        oscar.list_buckets()


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_get_by_name_returns_what_the_server_says(stub, status):
    words = "" if status == 404 else "words"
    stub.replies = [reply(words, status)]
    with api(stub.url) as oscar:
        answer = oscar.get_service("a")
    assert (answer.status, answer.text, answer.json) == (status, words, None)


def test_a_service_read_by_name_is_json(stub):
    stub.replies = [reply(shown("a"))]
    with api(stub.url) as oscar:
        assert oscar.get_service("a").json == shown("a")


def test_a_get_by_name_that_is_no_service_is_an_error(stub):
    stub.replies = [reply("fine")]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError):
        oscar.get_service("a")


def test_a_get_by_name_with_refused_credentials_is_an_error(stub):
    stub.replies = [reply("", 401)]
    with api(stub.url) as oscar, pytest.raises(RefusedError):
        oscar.get_service("a")


def test_a_gateways_answer_to_a_get_by_name_is_none(stub):
    stub.replies = [reply("", 502)]
    with api(stub.url) as oscar, pytest.raises(NoAnswerError):
        oscar.get_service("a")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("ü%", "%C3%BC%25"),
        ("../x", "..%2Fx"),
    ],
)
def test_names_are_quoted_as_one_segment(stub, name, path):
    stub.replies = [reply("", 404)]
    with api(stub.url) as oscar:
        oscar.get_service(name)
    assert stub.lines == [f"GET /system/services/{path}"]


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_names_that_climb_out_of_the_path_are_never_sent(stub, name):
    with api(stub.url) as oscar:
        for call in (oscar.delete_service, oscar.delete_bucket, oscar.get_service):
            with pytest.raises(UsageError):
                call(name)
    assert stub.asked == []


def test_writes_return_their_answer_whatever_it_is(stub):
    stub.replies = [reply("", 201), reply("no", 500), reply("", 401), Reply(204, b"")]
    with api(stub.url) as oscar:
        body = {"name": "a", "environment": {"secrets": {"K": Secret("v")}}}
        assert oscar.post_service(body).status == 201
        assert oscar.put_service(body).text == "no"
        assert oscar.delete_service("a").status == 401
        assert oscar.delete_bucket("b").status == 204
    assert json.loads(stub.asked[0].body)["environment"]["secrets"] == {"K": "v"}
    assert stub.asked[0].headers["Content-Type"] == "application/json"
    assert stub.lines == [
        "POST /system/services",
        "PUT /system/services",
        "DELETE /system/services/a",
        "DELETE /system/buckets/b",
    ]


def test_the_runtime_is_changed_by_name(stub):
    stub.replies = [reply({})]
    with api(stub.url) as oscar:
        oscar.start_service("a")
        oscar.stop_service("a")
        oscar.restart_service("a")
    assert [line.rpartition("/")[2] for line in stub.lines] == ["start", "stop", "restart"]


def test_a_deployment_has_a_state(stub):
    stub.replies = [reply({"state": "failed", "reason": "no image"}), reply("not yours", 403)]
    with api(stub.url) as oscar:
        assert oscar.deployment("a") == DeploymentState("failed", "no image")
        assert oscar.deployment("a") == DeploymentState("unavailable", "not yours")


def test_a_deployment_without_a_state_is_an_error(stub):
    stub.replies = [reply({})]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError, match="names no state"):
        oscar.deployment("a")


def test_deployment_logs_are_lines_or_the_servers_word(stub):
    some = {"available": True, "entries": [{"message": "a"}, {"message": "b"}]}
    none = {"available": False, "message": "not yet", "entries": []}
    stub.replies = [reply(some), reply(none), reply({"entries": None})]
    with api(stub.url) as oscar:
        assert oscar.deployment_logs("a") == ("a", "b")
        assert oscar.deployment_logs("a") == ("not yet",)
        assert oscar.deployment_logs("a") == ()


def test_every_page_of_jobs_is_read(stub):
    stub.replies = [
        reply({"jobs": {"a-1": {"status": "Succeeded", "start_time": "t"}}, "next_page": "x/y="}),
        reply({"jobs": {"a-2": {"status": "Running"}}}),
    ]
    with api(stub.url) as oscar:
        jobs = tuple(oscar.jobs("a"))
    assert jobs == (ListedJob("a-1", "Succeeded", started="t"), ListedJob("a-2", "Running"))
    assert stub.lines[1] == "GET /system/logs/a?page=x%2Fy%3D"


def test_old_servers_list_jobs_without_pages(stub):
    stub.replies = [reply({"a-1": {"status": "Failed"}})]
    with api(stub.url) as oscar:
        assert tuple(oscar.jobs("a")) == (ListedJob("a-1", "Failed"),)


def test_forbidden_jobs_are_an_empty_200(stub):
    stub.replies = [Reply(body=b"")]
    with api(stub.url) as oscar, pytest.raises(RefusedError):
        tuple(oscar.jobs("a"))


def test_a_list_of_jobs_that_is_none_is_an_error(stub):
    stub.replies = [reply([])]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError):
        tuple(oscar.jobs("a"))


def test_a_job_has_a_log_or_an_error(stub):
    stub.replies = [reply("hello\n"), reply("", 500)]
    with api(stub.url) as oscar:
        assert oscar.job_log("a", "a-1") == "hello\n"
        with pytest.raises(BadAnswerError):
            oscar.job_log("a", "a-1")


def test_invocations_carry_the_services_token_and_not_the_login(stub):
    stub.replies = [reply("out")]
    with api(stub.url) as oscar:
        assert oscar.run("a", Secret("t" * 64), b"in").text == "out"
    assert {asked.headers["Authorization"] for asked in stub.asked} == {f"Bearer {'t' * 64}"}
    assert stub.lines == ["POST /run/a"]
    assert stub.asked[0].body == b"in"


def test_a_token_that_cannot_be_sent_invokes_nothing(stub):
    with api(stub.url) as oscar, pytest.raises(RefusedError):
        oscar.run("a", Secret("x\ny"), b"")


def test_bodies_are_never_shown(stub):
    stub.replies = [reply(shown("a", token="sesame"))]
    with api(stub.url) as oscar:
        answer = oscar.get_service("a")
    assert "sesame" not in repr(answer)
    assert "sesame" not in repr(oscar.session)


_NO_ROUTE = reply("404 page not found", 404, Content_Type="text/plain")


def test_a_release_that_tells_no_state_is_not_taken_for_a_service_that_is_unavailable(stub):
    stub.replies = [_NO_ROUTE]
    with api(stub.url) as oscar:
        assert oscar.deployment("a").state == "not reported"


def test_a_release_that_shows_no_containers_says_so_and_what_it_shows(stub):
    stub.replies = [_NO_ROUTE]
    with api(stub.url) as oscar, pytest.raises(BadAnswerError) as caught:
        oscar.deployment_logs("a")
    assert "does not show what the containers of a service write" in str(caught.value)
    assert "oscar-sync service logs a --latest" in str(caught.value)


def test_a_release_without_a_list_of_buckets_is_not_asked_again_and_again(stub):
    """Whoever waits for the store's restart goes on at once: no other answer will come."""
    stub.replies = [_NO_ROUTE]
    with api(stub.url) as oscar, pytest.raises(NotUnderstoodError, match="has no /system/buckets"):
        oscar.list_buckets()


ELSEWHERE = [
    (
        reply("<html><title>\nLog in &amp; go\n</title>", Content_Type="text/html"),
        (
            "the answer to GET /system/info is an HTML page (`Log in & go`); "
            "is this the address of an OSCAR cluster?"
        ),
    ),
    (
        reply({"message": "hello"}),
        (
            "the answer to GET /system/info has no `version` of the type that OSCAR shows; "
            "is this the address of an OSCAR cluster?"
        ),
    ),
    (
        reply("", 200),
        "the answer to GET /system/info is empty; is this the address of an OSCAR cluster?",
    ),
    (
        reply("<html><title>403 Forbidden</title>", 403),
        (
            "GET /system/info answers 403: an HTML page (`403 Forbidden`), as no OSCAR answers; "
            "check the address, VPN and proxies: something in between refuses"
        ),
    ),
    (
        reply("<?xml version='1.0'?> <Error><Code>AccessDenied</Code></Error>", 403),
        (
            "GET /system/info answers 403; "
            "this is an object store: set endpoint to the address of OSCAR, s3_endpoint to this"
        ),
    ),
]


@pytest.mark.parametrize(("given", "words"), ELSEWHERE, ids=lambda one: str(one)[:40])
def test_an_answer_of_something_else_than_oscar_says_so_and_what_to_check(stub, given, words):
    stub.replies = [given]
    with api(stub.url) as oscar, pytest.raises(ClusterError) as caught:
        oscar.info()
    assert str(caught.value).endswith(f": {words}")


def test_a_gateway_that_answers_for_oscar_says_whom_to_ask(stub):
    stub.replies = [reply("<html><title>502 Bad Gateway</title>", 502)]
    with api(stub.url) as oscar, pytest.raises(ClusterError) as caught:
        oscar.info()
    assert str(caught.value).endswith(
        ": GET /system/info answers 502: an HTML page (`502 Bad Gateway`); "
        "try again later, or ask the operator whether OSCAR runs behind it"
    )


def test_a_refused_token_that_has_expired_says_since_when(stub):
    stub.replies = [reply("", 401)]
    claims = base64.urlsafe_b64encode(b'{"exp":1600000000}').decode().rstrip("=")
    login = TokenLogin(Secret(f"e30.{claims}.c2ln"))
    with api(stub.url, login=login) as oscar, pytest.raises(RefusedError) as caught:
        oscar.info()
    words = "the credentials are refused (401): the token expired at 2020-09-13T12:26:40Z"
    assert caught.value.message == words


def test_http_at_a_port_that_cuts_it_off_may_be_https(stub):
    stub.replies = [Reply(is_reset=True)]
    with api(stub.url) as oscar, pytest.raises(ClusterError) as caught:
        oscar.info()
    assert str(caught.value).endswith(
        "the connection was cut off; if this port speaks https, write https:// in the endpoint"
    )
