"""Replays the recordings of a real server against the emulator."""

import base64
import http.client
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any

from minio import Minio
from minio.error import S3Error
from minio.notificationconfig import NotificationConfig, PrefixFilterRule, QueueConfig

from oscar_sync.emulator.server import Emulator
from tests.oidc.provider import Provider

_HEX = re.compile(r"\b[0-9a-f]{64}\b")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?((?= \+0000 UTC)|Z)")
_REQUEST_ID = re.compile(r"request id: [0-9A-F]{16}")
_RESOLVER = re.compile(r" on (<address>|[\d.]+):53")
_SIGNING = re.compile(r"(X-Amz-[A-Za-z]+)=[^&\"\\]+")


USERS = ("alice", "bob", "dave")
"""Those whose tokens the recorded servers took."""


def compact(value: Any) -> str:
    """Return JSON as Go prints it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


@dataclass
class Replay:
    """One recording on its way: what it saved, and the clients it speaks through."""

    emulator: Emulator
    provider: Provider | None = None
    saved: dict[str, str] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    """What the masked moments of the next request are."""
    job: str = ""

    def __post_init__(self) -> None:
        host = self.emulator.s3_url.removeprefix("http://")
        keys = (self.emulator.access_key, self.emulator.secret_key)
        self.store = Minio(host, *keys, secure=False, region=self.emulator.region)
        self.users: dict[str, tuple[str, str]] = {}

    def masked(self, text: str) -> str:
        for value, mask in (
            (self.emulator.s3_url, "<minio>"),
            (self.emulator.s3_url.removeprefix("http://"), "<minio-host>"),
            (self.emulator.access_key, "<minio-access>"),
            (self.emulator.secret_key, "<minio-secret>"),
        ):
            text = text.replace(value, mask)
        for _, secret in self.users.values():
            text = text.replace(secret, "<minio-user-secret>")
        text = _RESOLVER.sub("", text)
        text = _SIGNING.sub(r"\1=<x>", _REQUEST_ID.sub("request id: <id>", text))
        return _TIME.sub("<time>", _UUID.sub("<uuid>", _HEX.sub("<hex64>", text)))

    def masked_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.masked(value)
        if isinstance(value, list):
            return [self.masked_json(item) for item in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Any] = {}
        for key, item in value.items():
            name = seen = self.masked(key)
            number = 1
            while name in found:
                number += 1
                name = f"{seen} #{number}"
            found[name] = "<page>" if key == "next_page" else self.masked_json(item)
        return found

    def filled(self, text: str) -> str:
        job = {"job": self.job} if self.job else {}
        for name, value in {**self.saved, **job}.items():
            text = text.replace("{{" + name + "}}", value)
        for moment in self.moments:
            text = text.replace("<time>", moment, 1)
        return text.replace("<hex64>", "0" * 64)

    def auth(self, how: str) -> dict[str, str]:
        kind, _, rest = how.partition(":")
        if kind == "user":
            assert self.provider is not None
            return {"Authorization": f"Bearer {self.provider.named(rest)}"}
        if kind == "none":
            return {}
        if kind == "bearer":
            return {"Authorization": f"Bearer {self.filled(rest)}"}
        pair = f"{self.emulator.user}:{self.emulator.password}" if kind == "admin" else rest
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def http(self, step: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.emulator.url.removeprefix("http://"))
        body = json.dumps(step["json"]) if "json" in step else step.get("raw")
        headers = {"Content-Type": "application/json", **self.auth(step["auth"])}
        path = self.filled(step["path"])
        connection.request(step["method"], path, body.encode() if body else body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        told: dict[str, Any] = {
            "status": answer.status,
            "content_type": answer.headers["Content-Type"],
        }
        if answer.headers["WWW-Authenticate"]:
            told["headers"] = {"WWW-Authenticate": answer.headers["WWW-Authenticate"]}
        if (told["content_type"] or "").startswith("application/json"):
            try:
                found = json.loads(text)
            except json.JSONDecodeError:  # a double write
                return {**told, "text": self.masked(text)}
            assert compact(found) == text
            if step["path"] == "/system/config" and step["method"] == "GET":
                self.know(step["auth"], found)
            self.remember(step, found)
            return {**told, "json": compact(self.masked_json(_without_build(found)))}
        return {**told, "text": self.masked(text)}

    def remember(self, step: dict[str, Any], found: Any) -> None:
        for name, path in step.get("save", {}).items():
            value = found
            for part in path.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                self.saved[name] = value
        if isinstance(found, dict) and found.get("jobs"):
            self.job = next(iter(found["jobs"]))

    def know(self, auth: str, config: Any) -> None:
        """Keep the keys of the store that a user is given."""
        given = config["minio_provider"]
        self.users[auth.removeprefix("user:")] = (given["access_key"], given["secret_key"])

    def store_as(self, name: str) -> Minio:
        """Return the store as seen with the keys that this user gets."""
        call = {"method": "GET", "path": "/system/config", "auth": f"user:{name}"}
        assert self.http(call)["status"] == 200
        host = self.emulator.s3_url.removeprefix("http://")
        return Minio(host, *self.users[name], secure=False, region=self.emulator.region)

    def log_in_everybody(self) -> None:
        """Let all users ask once: those of the recordings were known to the store."""
        for name in USERS if self.provider else ():
            call = {"method": "GET", "path": "/system/info", "auth": f"user:{name}"}
            assert self.http(call)["status"] == 200

    def leave_a_policy(self, bucket: str) -> None:
        """Let an administrator's service name a bucket, and leave neither of them behind."""
        call = {"path": "/system/services", "auth": "admin"}
        body = {"name": "before", "image": "i", "script": "s", "owner": "cluster_admin"}
        output = [{"storage_provider": "minio.default", "path": f"{bucket}/x"}]
        assert self.http({**call, "method": "POST", "json": body})["status"] == 201
        for more in ({"output": output}, {}):
            assert self.http({**call, "method": "PUT", "json": {**body, **more}})["status"] == 500
        gone = {**call, "method": "DELETE", "path": "/system/services/before"}
        assert self.http(gone)["status"] == 204
        self.s3_remove(bucket, {})

    def hooks(self, bucket: str) -> list[QueueConfig]:
        return self.store.get_bucket_notification(bucket).queue_config_list

    def wire(self, bucket: str, kept: list[QueueConfig], new: QueueConfig | None) -> None:
        rules = [*kept, new] if new else kept
        self.store.set_bucket_notification(bucket, NotificationConfig(queue_config_list=rules))

    def s3(self, step: dict[str, Any]) -> dict[str, Any]:
        root = self.store
        try:
            if "as" in step:
                self.store = self.store_as(step["as"])
            return getattr(self, f"s3_{step['op']}")(step.get("bucket", ""), step) or {}
        except S3Error as error:
            return {"error": error.code}
        finally:
            self.store = root

    def s3_buckets(self, _bucket: str, _step: dict[str, Any]) -> dict[str, Any]:
        return {"buckets": [bucket.name for bucket in self.store.list_buckets()]}

    def s3_objects(self, bucket: str, _step: dict[str, Any]) -> dict[str, Any]:
        found = self.store.list_objects(bucket, recursive=True)
        return {"objects": [item.object_name for item in found]}

    def s3_hooks(self, bucket: str, _step: dict[str, Any]) -> dict[str, Any]:
        told = []
        for rule in self.hooks(bucket):
            prefix = rule.prefix_filter_rule.value if rule.prefix_filter_rule else None
            suffix = rule.suffix_filter_rule.value if rule.suffix_filter_rule else None
            shown = {"arn": rule.queue, "events": rule.events, "prefix": prefix, "suffix": suffix}
            told.append(shown)
        return {"hooks": told}

    def s3_tags(self, bucket: str, _step: dict[str, Any]) -> dict[str, Any]:
        tags = self.store.get_bucket_tags(bucket)
        return {"tags": dict(tags) if tags else None}

    def s3_settags(self, bucket: str, step: dict[str, Any]) -> None:
        from minio.commonconfig import Tags

        tags = Tags.new_bucket_tags()
        tags.update(step["tags"])
        self.store.set_bucket_tags(bucket, tags)

    def s3_policy(self, bucket: str, _step: dict[str, Any]) -> dict[str, Any]:
        return {"policy": self.store.get_bucket_policy(bucket)}

    def s3_make(self, bucket: str, _step: dict[str, Any]) -> None:
        self.store.make_bucket(bucket)

    def s3_put(self, bucket: str, step: dict[str, Any]) -> None:
        data = step.get("data", "x").encode()
        self.store.put_object(bucket, step["key"], io.BytesIO(data), len(data))

    def s3_get(self, bucket: str, step: dict[str, Any]) -> dict[str, Any]:
        answer = self.store.get_object(bucket, step["key"])
        try:
            return {"data": answer.read().decode()}
        finally:
            answer.close()
            answer.release_conn()

    def s3_rm(self, bucket: str, step: dict[str, Any]) -> None:
        self.store.remove_object(bucket, step["key"])

    def s3_rb(self, bucket: str, _step: dict[str, Any]) -> None:
        self.store.remove_bucket(bucket)

    def s3_remove(self, bucket: str, _step: dict[str, Any]) -> None:
        for item in list(self.store.list_objects(bucket, recursive=True)):
            self.store.remove_object(bucket, str(item.object_name))
        self.store.remove_bucket(bucket)

    def s3_wire(self, bucket: str, step: dict[str, Any]) -> None:
        rule = QueueConfig(
            queue=step["arn"],
            events=["s3:ObjectCreated:*"],
            prefix_filter_rule=PrefixFilterRule(step["prefix"]),
        )
        self.wire(bucket, self.hooks(bucket), rule)

    def s3_unwire(self, bucket: str, step: dict[str, Any]) -> None:
        kept = [rule for rule in self.hooks(bucket) if rule.queue != step["arn"]]
        self.wire(bucket, kept, None)

    def expected(self, step: dict[str, Any]) -> dict[str, Any]:
        wanted = {key: value for key, value in step["got"].items() if key != "seconds"}
        if "json" in wanted:
            wanted["json"] = compact(
                self.masked_json(_without_build(_without_secret(wanted["json"])))
            )
        if "text" in wanted:
            wanted["text"] = self.masked(wanted["text"])
        return wanted


def _without_build(told: Any) -> Any:
    """Mask what a build of OSCAR and Kubernetes stamps on `/system/info`.

    The test bed's had no stamps: its 4.1.2 calls itself `devel` (README of the records).
    """
    if not (isinstance(told, dict) and "serverless_backend" in told):
        return told
    return {
        **told,
        "version": {"devel": "4.1.2"}.get(told["version"], told["version"]),
        "git_commit": "<commit>",
        "kubernetes_version": "<version>",
        "serverless_backend": {**told["serverless_backend"], "version": "<version>"},
    }


def _without_secret(told: Any) -> Any:
    """Mask the secret key that a user got when this was recorded: it was made by chance."""
    if isinstance(told, dict) and "minio_provider" in told:
        given = told["minio_provider"]
        if "@" in given["access_key"]:
            return {**told, "minio_provider": {**given, "secret_key": "<minio-user-secret>"}}
    return told
