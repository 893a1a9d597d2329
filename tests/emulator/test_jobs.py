"""Jobs and invocations: what runs, what is logged, where the outputs go."""

import base64
import io
import zipfile

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minimal, minio
from tests.emulator.conftest import store_of


@pytest.fixture(scope="module")
def _running():
    with Emulator(EmulatorOptions(run_scripts=True)) as emulator:
        yield emulator


@pytest.fixture
def running(_running):
    _running.reset()
    return Api(_running)


@pytest.fixture
def files(_running):
    return store_of(_running)


def content(store, bucket, key):
    answer = store.get_object(bucket, key)
    try:
        return answer.read().decode()
    finally:
        answer.close()
        answer.release_conn()


def test_a_job_echoes_its_event_and_succeeds(oscar_emulator):
    api = Api(oscar_emulator)
    api.post(minimal())
    assert api.post({"x": 1}, "/job/a", auth=api.token()).status == 201
    ((name, job),) = api.finished().items()
    assert name.startswith("a-")
    assert list(job) == ["status", "creation_time", "start_time", "finish_time"]
    assert api.log(name) == '{"x": 1}\n'
    assert api.get(f"/system/logs/a/{name}?timestamps=true").text.endswith('Z {"x": 1}\n')
    assert api.delete("/system/logs/a").status == 204
    assert api.jobs() == {}


def test_a_run_answers_its_input(oscar_emulator):
    api = Api(oscar_emulator)
    api.post(minimal())
    got = api.post({"x": 1}, "/run/a", auth=api.token())
    assert (got.status, got.text) == (200, '{"x": 1}')
    assert api.post({}, "/run/a", auth="Bearer short").status == 502
    claims = base64.urlsafe_b64encode(b'{"iss":"https://x.example"}').decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
    told = api.post({}, "/job/a", auth=f"Bearer {head}.{claims}.x")
    text = "Error getting oidc manager for issuer 'https://x.example'"
    assert (told.status, told.text) == (400, text)
    logs = api.get("/system/logs").json["logs"]
    seen = [(line["path"], line["status"]) for line in logs]
    assert seen == [("/run/a", 200), ("/run/a", 502), ("/job/a", 400)]


def test_a_deployment_becomes_ready(oscar_emulator):
    api = Api(oscar_emulator)
    api.post(minimal())
    expose = {"api_port": [80], "min_scale": 2, "max_scale": 2, "cpu_threshold": 80}
    api.post(minimal("e", expose=expose))
    plain = api.get(f"{SERVICES}/a/deployment").json
    exposed = api.get(f"{SERVICES}/e/deployment").json
    assert (plain["state"], plain["active_instances"]) == ("ready", 0)
    assert (exposed["state"], exposed["active_instances"]) == ("ready", 2)
    assert api.post(None, f"{SERVICES}/e/stop").json["state"] == "stopped"
    assert api.post(None, f"{SERVICES}/e/start").json["state"] == "ready"


def test_a_long_name_is_cut_in_its_jobs(oscar_emulator):
    api = Api(oscar_emulator)
    name = "n" * 30
    api.post(minimal(name))
    api.post({}, f"/job/{name}", auth=api.token(name))
    assert next(iter(api.jobs(name))).startswith("n" * 16 + "-")


def test_a_delegated_job_keeps_its_name(api, held):
    import http.client

    api.post(minimal())
    connection = http.client.HTTPConnection(held.url.removeprefix("http://"))
    headers = {"Authorization": api.token(), "X-Delegated-Job-ID": "mine"}
    connection.request("POST", "/job/a", b"{}", headers)
    assert connection.getresponse().status == 201
    connection.close()
    assert list(api.jobs()) == ["mine"]


def test_an_upload_runs_the_script_and_its_output_is_uploaded(running, files):
    script = (
        "#!/bin/python3\n"
        'echo "in $(basename "$INPUT_FILE_PATH") $STORAGE_OBJECT_KEY $GREETING $SECRET"\n'
        'tr a-z A-Z < "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/out.txt"\n'
        'mkdir "$TMP_OUTPUT_DIR/sub"; echo b > "$TMP_OUTPUT_DIR/sub/b.log"\n'
        "exit 3\n"
    )
    body = minimal(
        script=script,
        input=minio("bbb/in"),
        output=[{**minio("bbb/out")[0], "suffix": [".txt"]}, *minio("all/o")],
        environment={"variables": {"GREETING": "hello"}, "secrets": {"SECRET": "s3cr3t"}},
    )
    assert running.post(body).status == 201
    files.put_object("bbb", "in/a file.txt", io.BytesIO(b"data"), 4)
    (name,) = running.finished()
    assert running.log(name) == "in a file.txt in/a file.txt hello s3cr3t\n"
    found = [item.object_name for item in files.list_objects("bbb", "out/", recursive=True)]
    assert found == ["out/", "out/out.txt"]
    assert content(files, "bbb", "out/out.txt") == "DATA"
    everything = [item.object_name for item in files.list_objects("all", recursive=True)]
    assert everything == ["o/", "o/out.txt", "o/sub/b.log"]


def test_a_chain_of_services_runs_by_itself(running, files):
    copy = 'cat "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/next"'
    running.post(minimal("second", script="cat $INPUT_FILE_PATH", input=minio("mid/in")))
    running.post(minimal("first", script=copy, input=minio("start/in")))
    body = minimal(
        "first",
        script=copy,
        input=minio("start/in"),
        output=minio("mid/in"),
        owner="cluster_admin",
    )
    assert running.put(body).status == 500
    files.put_object("start", "in/f", io.BytesIO(b"data"), 4)
    (name,) = running.finished("second")
    assert running.log(name, "second") == "data"


def test_the_stage_of_the_input_can_be_left_to_the_script(running, files):
    script = 'echo "${INPUT_FILE_PATH:-none}"'
    running.post(minimal(script=script, file_stage_in=True, input=minio("bbb/in")))
    files.put_object("bbb", "in/f", io.BytesIO(b"x"), 1)
    (name,) = running.finished()
    assert running.log(name) == "none\n"


@pytest.mark.parametrize(
    ("script", "body", "output"),
    [
        ("echo hi; echo err >&2", b"{}", "hi\nerr\n"),
        ('cat "$INPUT_FILE_PATH"', b'{"a": 1}', '{"a": 1}'),
        ('cat "$INPUT_FILE_PATH"', base64.b64encode(b"bytes"), "bytes"),
        ('printf one > "$TMP_OUTPUT_DIR/f"', b"{}", base64.b64encode(b"one").decode()),
    ],
)
def test_a_run_answers_text_or_one_file(running, script, body, output):
    running.post(minimal(script=script))
    assert running.post(body, "/run/a", auth=running.token()).text == output


def test_a_run_answers_several_files_as_an_archive(running):
    running.post(minimal(script='cd "$TMP_OUTPUT_DIR"; echo 1 > a; mkdir d; echo 2 > d/b'))
    got = running.post({}, "/run/a", auth=running.token())
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(got.text))) as archive:
        assert archive.namelist() == ["a", "d/b"]


def test_a_body_that_is_neither_json_nor_base64_is_an_error_in_the_log(running):
    running.post(minimal())
    assert running.post(b"x", "/job/a", auth=running.token()).status == 201
    (name,) = running.finished()
    assert "ERROR" in running.log(name)
