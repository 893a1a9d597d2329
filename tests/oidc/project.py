"""A folder with manifests whose owner logs in as a user, and the command line called in process."""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from minio import Minio
from minio.error import S3Error

from oscar_sync.cli.main import call
from oscar_sync.emulator.server import Emulator
from tests.oidc.provider import Provider


@dataclass
class Project:
    folder: Path
    emulator: Emulator
    provider: Provider
    capfd: pytest.CaptureFixture[str]
    environ: pytest.MonkeyPatch
    stores: dict[str, Minio] = field(default_factory=dict)

    def settings(self, login: str, more: str = "") -> None:
        """Write the settings of set `tests`; *login* is a line of the cluster's entry."""
        text = f"set: tests\nclusters:\n  edge:\n    endpoint: {self.emulator.url}\n"
        text += f"    {login}\n" if login else ""
        (self.folder / "oscar-sync.yaml").write_text(f'{text}  "*": edge\n{more}', "utf-8")

    def settings_of_admin(self, more: str = "") -> None:
        """Write the settings with the administrator's log-in."""
        self.environ.setenv("PASSWORD", self.emulator.password)
        login = f'auth_user: {self.emulator.user}\n    auth_password: "${{PASSWORD}}"'
        self.settings(login, more)

    def write(self, name: str, **fields: Any) -> None:
        """Write a service's manifest."""
        service = {"name": name, "image": "ghcr.io/x/i:1", "script": "echo\necho", **fields}
        document = {"functions": {"oscar": [{"any": service}]}}
        (self.folder / f"{name}.yaml").write_text(json.dumps(document), "utf-8")

    def run(self, *args: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr of one command."""
        self.capfd.readouterr()
        code = call([*args])
        out, err = self.capfd.readouterr()
        return code, out, err

    def document(self, *args: str) -> Any:
        """Return the plan as JSON."""
        code, out, err = self.run("plan", "-o", "json", *args)
        assert code == 0, err
        return json.loads(out)

    def apply(self, *args: str) -> str:
        """Apply, and return what was said."""
        code, out, err = self.run("apply", "--yes", *args)
        assert code == 0, out + err
        return out

    def is_quiet(self) -> bool:
        """Return whether a plan finds nothing to do and nothing in its way."""
        found = self.document()
        return not found["actions"] and not found["blocked"]

    # -- what others do

    def http(self, name: str, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.emulator.url}{path}"
        if name == "admin":
            auth = (self.emulator.user, self.emulator.password)
            return requests.request(method, url, json=body, auth=auth, timeout=60)
        headers = {"Authorization": f"Bearer {self.provider.token(name)}"}
        return requests.request(method, url, json=body, headers=headers, timeout=60)

    def post(self, name: str, service: str, **fields: Any) -> None:
        body = {"name": service, "image": "ghcr.io/x/i:1", "script": "echo\necho", **fields}
        answer = self.http(name, "POST", "/system/services", body)
        assert answer.status_code == 201, answer.text

    def live(self, name: str, service: str) -> Any:
        answer = self.http(name, "GET", f"/system/services/{service}")
        return answer.json() if answer.status_code == 200 else None

    def store(self, name: str) -> Minio:
        """Return the store with a user's own keys."""
        if name not in self.stores:
            self.stores[name] = self._store_of(name)
        return self.stores[name]

    def _store_of(self, name: str) -> Minio:
        given = self.http(name, "GET", "/system/config").json()["minio_provider"]
        host = self.emulator.s3_url.removeprefix("http://")
        return Minio(
            host,
            given["access_key"],
            given["secret_key"],
            secure=False,
            region=self.emulator.region,
        )

    def put(self, name: str, bucket: str, key: str) -> None:
        self.store(name).put_object(bucket, key, io.BytesIO(b"x"), 1)

    def keys(self, name: str, bucket: str) -> list[str]:
        found = self.store(name).list_objects(bucket, recursive=True)
        return [str(item.object_name) for item in found]

    def reads(self, name: str, bucket: str = "red") -> bool:
        """Tell whether a user sees what stands in a bucket under `out/precious`."""
        try:
            return "out/precious" in self.keys(name, bucket)
        except S3Error as error:
            if error.code != "AccessDenied":
                raise
            return False

    def writes(self) -> list[tuple[str, str]]:
        """Return the writes that the cluster saw since the last time it was asked."""
        seen = [
            (method, path)
            for method, path, _ in self.emulator.requests
            if method != "GET" and path.startswith("/system")
        ]
        self.emulator.forget_requests()
        return seen


def places(*paths: str) -> list[dict[str, str]]:
    return [{"storage_provider": "minio.default", "path": path} for path in paths]
