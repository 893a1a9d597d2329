"""Scripts as oscar-python's README, its notebook and other projects write them, run by themselves.

They are told anew here; what they call, in which order and how, is theirs.
"""

import subprocess
import sys
import textwrap

import pytest

FDL = """\
functions:
  oscar:
  - {cluster}:
      name: cowsay
      image: ghcr.io/grycap/cowsay:1.0
      memory: 1Gi
      cpu: '1.0'
      script: script.sh
      input:
      - storage_provider: minio.default
        path: cowsay/in
      output:
      - storage_provider: minio.default
        path: cowsay/out
"""

FIRST_VERSIONS = """
    client = Client("edge", URL, USER, PASSWORD, True)
    print(client.get_cluster_info().text)
    try:
        client.create_service("services/cowsay.yaml")
        print("created")
    except Exception as error:
        print("not created:", error)
    answer = client.run_service("cowsay", '{"message": "Hi there"}')
    if answer.status_code == 200:
        print("ran")
"""

SERVICES = """
    client = Client(options={
        "cluster_id": "edge", "endpoint": URL, "user": USER, "password": PASSWORD, "ssl": "True",
    })
    for answer in (client.get_cluster_info(), client.get_cluster_config()):
        print(answer.status_code)
    print(client.create_service(FDL).status_code)
    print(client.get_service("cowsay").json()["name"])
    print([service["name"] for service in client.list_services().json()])
    print(client.update_service("cowsay", FDL).status_code)
    print(client.run_service("cowsay", input="Hi", output="out.txt", timeout=60).status_code)
    print(client.remove_service("cowsay").status_code)
"""

STORAGE = """
    client = Client({
        "cluster_id": "edge", "endpoint": URL, "user": USER, "password": PASSWORD, "ssl": "True",
    })
    client.create_service(FDL)
    storage = client.create_storage_client("cowsay")
    storage.upload_file("minio.default", "input.txt", "cowsay/in")
    listed = storage.list_files_from_path("minio.default", "cowsay/in/")
    keys = [one["Key"] for one in listed["Contents"] if not one["Key"].endswith("/")]
    print(keys)
    storage.download_file("minio.default", "fetched", "cowsay/" + keys[0])
"""

JOBS = """
    client = Client({
        "cluster_id": "edge", "endpoint": URL, "user": USER, "password": PASSWORD, "ssl": "True",
    })
    client.create_service(FDL)
    client.run_service("cowsay", input="Hi", async_call=True)
    jobs = list(client.list_jobs("cowsay").json()["jobs"])
    print(len(jobs))
    while client.list_jobs("cowsay").json()["jobs"][jobs[0]]["status"] != "Succeeded":
        time.sleep(0.05)
    print(client.get_job_logs("cowsay", jobs[0]).status_code)
    print(client.remove_job("cowsay", jobs[0]).status_code)
    print(client.remove_all_jobs("cowsay").status_code)
"""

POLLING = """
    # A workflow engine waits for its service, whatever the first answers are.
    client = Client({
        "cluster_id": "edge", "endpoint": URL, "user": USER, "password": PASSWORD, "ssl": "True",
    })
    services = json.loads(client.list_services().text)
    if not any(service["name"] == "cowsay" for service in services or []):
        client.create_service(FDL)
    services = json.loads(client.list_services().text)
    print([service["name"] for service in services])
    storage = client.create_storage_client()
    found = storage.list_files_from_path("minio.default", "cowsay/out")
    names = found.get("Contents", []) if isinstance(found, dict) else found
    print([one for one in names if one["Key"].endswith(".txt")])
    try:
        storage.delete_file("minio.default", "cowsay/out/x")
    except AttributeError:
        print("no such method, as ever")
"""


@pytest.fixture
def run(tmp_path, oscar_emulator):
    """Run a script in a folder with a service, and return what it prints."""
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "cowsay.yaml").write_text(FDL.format(cluster="edge"))
    (folder / "script.sh").write_text("#!/bin/sh\ncat $INPUT_FILE_PATH\n")
    (tmp_path / "input.txt").write_text("Hi")
    head = (
        "import json\nimport time\nfrom oscar_sync.client import Client\n"
        f"URL, USER, PASSWORD = {oscar_emulator.url!r}, {oscar_emulator.user!r}, "
        f"{oscar_emulator.password!r}\nFDL = 'services/cowsay.yaml'\n"
    )

    def run(script):
        command = [sys.executable, "-W", "error", "-c", head + textwrap.dedent(script)]
        ran = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr == ""
        return ran.stdout.splitlines()

    return run


def test_the_notebook_of_the_first_versions(run):
    info, *rest = run(FIRST_VERSIONS)

    assert '"version"' in info
    assert rest == ["created", "ran"]


def test_the_services_of_the_readme(run, tmp_path):
    assert run(SERVICES) == [
        "200", "200", "201", "cowsay", "['cowsay']", "204", "200", "204",
    ]  # fmt: skip
    assert (tmp_path / "out.txt").exists()


def test_the_logs_of_the_readme(run):
    assert run(JOBS) == ["1", "200", "204", "204"]


def test_the_storage_of_the_readme(run):
    assert run(STORAGE) == ["['in/input.txt']"]


def test_a_workflow_engine_that_polls(run):
    assert run(POLLING) == ["['cowsay']", "[]", "no such method, as ever"]
