"""What `oscar-sync plan` says about each folder of cases/plan-* after its setup.json was done."""

import io
import json
import re
from pathlib import Path

import pytest
import requests
from minio import Minio
from minio.notificationconfig import NotificationConfig

from oscar_sync.cli.main import call

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.name for path in CASES.glob("plan-*"))


class Stage:
    """Brings a cluster to what setup.json says."""

    def __init__(self, emulator):
        self.url = f"{emulator.url}/system"
        self.auth = emulator.user, emulator.password
        self.store = Minio(
            emulator.s3_url.split("//")[1], emulator.access_key, emulator.secret_key, secure=False
        )

    def post(self, service):
        answer = requests.post(f"{self.url}/services", json=service, auth=self.auth, timeout=60)
        assert answer.status_code == 201, answer.text

    def put(self, service, carry=()):
        name = service["name"]
        live = requests.get(f"{self.url}/services/{name}", auth=self.auth, timeout=60).json()
        for field in carry:
            service[field] = {**live[field], **service.get(field, {})}
        answer = requests.put(f"{self.url}/services", json=service, auth=self.auth, timeout=60)
        assert answer.status_code == 204, answer.text

    def bucket(self, name):
        body = {"bucket_name": name}
        requests.post(f"{self.url}/buckets", json=body, auth=self.auth, timeout=60)

    def object(self, place):
        bucket, key, size = place
        self.store.put_object(bucket, key, io.BytesIO(b"x" * size), size)

    def unhook(self, bucket):
        self.store.set_bucket_notification(bucket, NotificationConfig())

    def apply(self, flags):
        assert call(["apply", "--yes", "--quiet", *flags]) == 0


@pytest.fixture
def stage(oscar_emulator, monkeypatch, tmp_path):
    monkeypatch.setenv("OSCAR_ENDPOINT", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", oscar_emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", oscar_emulator.password)
    monkeypatch.setenv("OSCAR_SYNC_FINGERPRINT_KEY", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Stage(oscar_emulator)


@pytest.mark.parametrize("name", FOLDERS)
def test_the_plan_of_a_case_is_told_like_this(name, golden, stage, monkeypatch, capfd):
    folder = CASES / name
    monkeypatch.chdir(folder)
    for step in json.loads((folder / "setup.json").read_text(encoding="utf-8")):
        (verb, value), *more = step.items()
        getattr(stage, verb)(value, **dict(more))
    capfd.readouterr()
    given = folder / "args.json"
    args = json.loads(given.read_text(encoding="utf-8")) if given.is_file() else ["plan"]
    code = call([*args, "--color", "never", "--detailed-exitcode"])
    out, _ = capfd.readouterr()
    text = re.sub(r"last write [0-9-]+ [0-9:]+Z", "last write TIME", out)
    golden(folder / "plan.txt", f"{text}[exit {code}]\n")
