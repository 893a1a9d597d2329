"""Driving the emulator: ready file, reset, wipe, request log, signals, restarts, pace."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minimal, minio, owned
from tests.emulator.conftest import store_of
from tests.machine import PATIENCE_S

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from oscar_sync.emulator.server import EmulatorOptions, serve
options = EmulatorOptions(ready_file=sys.argv[1], host=sys.argv[2])
sys.exit(serve(options, lambda line: print(line, flush=True)))
"""


def test_the_ready_file_says_where_and_how(tmp_path):
    file = tmp_path / "ready.json"
    with Emulator(EmulatorOptions(ready_file=file)) as emulator:
        told = json.loads(file.read_text())
        assert told == {
            "oscar": emulator.url,
            "user": "oscar",
            "password": emulator.password,
            "s3": emulator.s3_url,
            "access_key": emulator.access_key,
            "secret_key": emulator.secret_key,
            "region": "us-east-1",
            "pid": os.getpid(),
        }
        assert min(len(told[name]) for name in ("password", "access_key", "secret_key")) >= 16
        assert Api(emulator).post(None, "/_emulator/reset").status == 204
        assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_not_a_regular_file_stays_and_is_not_the_ready_file(tmp_path, make):
    there = tmp_path / "ready"
    make(there)
    with pytest.raises(ValueError, match="is not a regular file: name another"):
        EmulatorOptions(ready_file=there)
    assert there.exists()


def test_reset_leaves_nothing(api, held, store):
    api.post(minimal(input=minio("bbb/in"), environment={"secrets": {"K": "v"}}))
    api.post({"name": "v", "size": "1Gi"}, "/system/volumes")
    api.put({"allowed_image_repositories": ["x"]}, "/system/config")
    held.fault("GET /health:403")
    assert api.post(None, "/_emulator/reset").status == 204
    assert (api.get(SERVICES).json, api.get("/system/volumes").json) == ([], [])
    assert store.list_buckets() == []
    assert api.get("/system/config").json["allowed_image_repositories"] == []
    assert api.get("/health").status == 200
    assert api.post(minimal(environment={"secrets": {"K": "v"}})).status == 201


def test_wipe_leaves_the_store_with_sleeping_hooks(api, store):
    api.post(minimal(input=minio("bbb/in")))
    assert api.post(None, "/_emulator/wipe").status == 204
    assert api.get(SERVICES).json == []
    assert [bucket.name for bucket in store.list_buckets()] == ["bbb"]
    assert store.get_bucket_notification("bbb").queue_config_list == []
    api.post(minimal())
    assert len(store.get_bucket_notification("bbb").queue_config_list) == 1


def test_admin_calls_need_the_credentials(api):
    assert api.call("POST", "/_emulator/reset", auth=None).status == 401
    assert api.post(None, "/_emulator/nonsense").status == 404


def test_admin_calls_exist_only_when_asked_for():
    with Emulator(EmulatorOptions()) as emulator:
        assert Api(emulator).post(None, "/_emulator/reset").status == 404


def test_requests_are_counted(api, held):
    api.get(SERVICES)
    api.get(f"{SERVICES}/none?include=deployment")
    assert held.requests == (("GET", SERVICES, 200), ("GET", f"{SERVICES}/none", 404))
    told = api.get("/_emulator/requests").json
    assert told["oscar"] == [list(line) for line in held.requests]
    api.delete("/_emulator/requests")
    assert held.requests == ()


def test_a_release_that_is_not_emulated_is_refused():
    with pytest.raises(ValueError, match="is not emulated"):
        EmulatorOptions(oscar_version="3.6")
    assert EmulatorOptions(oscar_version="4.0").version == "4.0.0"
    assert EmulatorOptions(oscar_version="4.1").version == "4.1.2"


def test_a_connection_is_kept_for_many_requests(held):
    connection = http.client.HTTPConnection(held.url.removeprefix("http://"))
    connection.connect()
    sock = connection.sock
    for _ in range(3):
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b"Ok"
        assert connection.sock is sock
    connection.close()


def test_the_store_refuses_connections_while_it_restarts():
    options = EmulatorOptions(hold_workloads=True, minio_restart_s=2.0, minio_refuses_s=2.0)
    with Emulator(options) as emulator:
        api, codes = Api(emulator), []
        thread = threading.Thread(target=lambda: codes.append(api.post(minimal()).status))
        thread.start()
        got = None
        while thread.is_alive():
            connection = http.client.HTTPConnection(emulator.s3_url.removeprefix("http://"))
            try:
                connection.connect()
            except ConnectionResetError:
                continue
            except ConnectionRefusedError:
                assert api.get(f"{SERVICES}/a").status == 200
                got = api.post(minimal("b"))
                break
            finally:
                connection.close()
        thread.join()
        assert got is not None
        assert got.status == 500
        assert got.text.startswith("error registering the service's webhook: Put ")
        assert api.get(f"{SERVICES}/b").status == 404
        assert codes == [201]
        assert store_of(emulator).list_buckets() == []


def test_the_store_refuses_for_a_part_of_its_restart_alone(monkeypatch):
    with Emulator(EmulatorOptions(hold_workloads=True, minio_restart_s=6.0)) as emulator:
        waits = []

        def sleep(seconds):
            waits.append((round(seconds, 1), Api(emulator).get("/system/buckets").status))

        clock = SimpleNamespace(sleep=sleep)
        monkeypatch.setattr("oscar_sync.emulator.server.time", clock)
        assert Api(emulator).post(minimal()).status == 201
    assert waits == [(0.4, 500), (5.6, 200)]


def test_kubernetes_sets_the_pace():
    with Emulator(EmulatorOptions(kube_qps=50, hold_workloads=True)) as emulator:
        api = Api(emulator)
        api.post(minimal())
        start = time.monotonic()
        for _ in range(5):
            api.put(owned())
        assert time.monotonic() - start > 0.3


def test_the_pace_is_set_anew_while_it_serves():
    with Emulator(EmulatorOptions(admin=True, hold_workloads=True)) as emulator:
        api = Api(emulator)
        api.post(minimal())
        assert api.put(b"fast", "/_emulator/kube-qps").status == 400
        assert api.put(b"50", "/_emulator/kube-qps").status == 204
        start = time.monotonic()
        for _ in range(5):
            api.put(owned())
        assert time.monotonic() - start > 0.3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_runs_until_a_signal(tmp_path, number):
    file = tmp_path / "ready.json"
    command = [sys.executable, "-c", PROGRAM, str(file), "127.0.0.1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        end, moment = time.monotonic() + PATIENCE_S, threading.Event()
        while not file.exists() and time.monotonic() < end:
            moment.wait(0.02)
        told = json.loads(file.read_text())
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert f"endpoint: {told['oscar']}" in said
    assert "${OSCAR_PASSWORD}" in said
    assert told["password"] not in said
    assert not file.exists()


def test_serve_warns_when_others_can_reach_it():
    from oscar_sync.emulator.server import _greeting

    emulator = Emulator(EmulatorOptions(host="0.0.0.0"))
    lines = _greeting(emulator)
    emulator.stop()
    assert lines[0].startswith("warning: bound to 0.0.0.0")
    assert any(emulator.password in line for line in lines)


def test_a_look_at_buckets_fails_for_the_moment_while_the_store_restarts():
    """As on 4.1.2; services are listed all the while (oscar-releases)."""
    options = EmulatorOptions(hold_workloads=True, minio_restart_s=1.0, minio_refuses_s=1.0)
    with Emulator(options) as emulator:
        api = Api(emulator)
        thread = threading.Thread(target=lambda: api.post(minimal()))
        thread.start()
        found = {}
        while thread.is_alive():
            for path in ("/system/buckets", "/system/buckets/red", SERVICES):
                got = api.get(path)
                if got.status == 500 and "connection refused" in got.text:
                    found[path] = got.text
        thread.join()
        assert set(found) == {"/system/buckets", "/system/buckets/red"}
        assert found["/system/buckets"].startswith("{}Error getting MinIO data usage: Get ")
        assert api.get("/system/buckets").status == 200
