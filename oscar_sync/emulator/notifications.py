"""Bucket notifications as MinIO keeps them: rules, their XML, and the events they send."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from oscar_sync.emulator.sigv4 import Refused

__all__ = [
    "CREATED",
    "Hook",
    "Landed",
    "checked",
    "event_of",
    "hooks_from",
    "xml_of",
]

CREATED = "s3:ObjectCreated:*"
_ARN = re.compile(r"arn:minio:sqs:([^:]*):([^:]+):webhook")
_EVENT = re.compile(r"s3:(ObjectCreated|ObjectRemoved|ObjectAccessed|Replication|Scanner)?.*")
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True, slots=True, order=True)
class Hook:
    """One rule: objects under `prefix` go to the webhook of `service`."""

    service: str
    prefix: str = ""
    suffix: str = ""
    events: tuple[str, ...] = (CREATED,)

    @property
    def arn(self) -> str:
        return f"arn:minio:sqs::{self.service}:webhook"

    def takes(self, event: str, key: str) -> bool:
        if not (key.startswith(self.prefix) and key.endswith(self.suffix)):
            return False
        return any(
            event == wanted or (wanted.endswith("*") and event.startswith(wanted[:-1]))
            for wanted in self.events
        )


def _invalid(message: str) -> Refused:
    return Refused("InvalidArgument", message, 400)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _hook(queue: ET.Element) -> Hook:
    arn, prefix, suffix, events = "", "", "", []
    for part in queue.iter():
        text = (part.text or "").strip()
        if _local(part.tag) == "Queue":
            arn = text
        elif _local(part.tag) == "Event":
            events.append(text)
        elif _local(part.tag) == "FilterRule":
            rule = {_local(child.tag): child.text or "" for child in part}
            name = rule.get("Name", "").lower()
            if name not in {"prefix", "suffix"}:
                raise _invalid("filter rule name must be either prefix or suffix")
            if name == "prefix":
                prefix = rule.get("Value", "")
            else:
                suffix = rule.get("Value", "")
    match = _ARN.fullmatch(arn)
    if match is None:
        raise _invalid(
            "A specified destination ARN does not exist or is not well-formed. "
            "Verify the destination ARN."
        )
    if not events or not all(_EVENT.fullmatch(event) for event in events):
        raise _invalid("A specified event is not supported for notifications.")
    return Hook(match[2], prefix, suffix, tuple(events))


def hooks_from(body: bytes) -> list[Hook]:
    """Return the rules of a notification document.

    Raises:
        Refused: no XML (`MalformedXML`), or a rule that MinIO does not take.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat bounds entities
    except ET.ParseError as error:
        text = "The XML you provided was not well-formed or did not validate against our schema."
        raise Refused("MalformedXML", text, 400) from error
    wanted = {"QueueConfiguration"}
    if any(_local(child.tag) not in wanted for child in root):
        raise _invalid(
            "A specified destination ARN does not exist or is not well-formed. "
            "Verify the destination ARN."
        )
    return [_hook(child) for child in root]


def checked(hooks: Sequence[Hook], registered: Container[str]) -> list[Hook]:
    """Return the rules if MinIO would take them (records 126, 127).

    Raises:
        Refused: the webhook of no service, or twice the same target and filter.
    """
    for hook in hooks:
        if hook.service not in registered:
            raise _invalid(
                "A specified destination ARN does not exist or is not well-formed. "
                "Verify the destination ARN."
            )
    filters = [(hook.service, hook.prefix, hook.suffix) for hook in hooks]
    if len(set(filters)) < len(filters):
        raise _invalid(
            "An object key name filtering rule defined with overlapping prefixes, overlapping "
            "suffixes, or overlapping combinations of prefixes and suffixes for the same event "
            "types.",
        )
    return list(hooks)


def _filter_xml(hook: Hook) -> str:
    rules = [("prefix", hook.prefix), ("suffix", hook.suffix)]
    told = "".join(
        f"<FilterRule><Name>{name}</Name><Value>{escape(value)}</Value></FilterRule>"
        for name, value in rules
        if value
    )
    return f"<Filter><S3Key>{told}</S3Key></Filter>" if told else ""


def xml_of(hooks: Sequence[Hook]) -> bytes:
    queues = "".join(
        f"<QueueConfiguration>{_filter_xml(hook)}"
        + "".join(f"<Event>{event}</Event>" for event in hook.events)
        + f"<Queue>{hook.arn}</Queue></QueueConfiguration>"
        for hook in sorted(hooks)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<NotificationConfiguration xmlns="{_NAMESPACE}">'
        f"{queues}</NotificationConfiguration>"
    ).encode()


@dataclass(frozen=True, slots=True)
class Landed:
    """An object that was written, and how."""

    bucket: str
    key: str
    size: int
    etag: str
    event: str = "s3:ObjectCreated:Put"
    content_type: str = "binary/octet-stream"


def event_of(landed: Landed, now: datetime, endpoint: str, principal: str) -> dict[str, Any]:
    when = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
    sequencer = f"{int(now.timestamp() * 1e9):X}"
    record = {
        "eventVersion": "2.0",
        "eventSource": "minio:s3",
        "awsRegion": "",
        "eventTime": when,
        "eventName": landed.event,
        "userIdentity": {"principalId": principal},
        "requestParameters": {
            "principalId": principal,
            "region": "",
            "sourceIPAddress": "127.0.0.1",
        },
        "responseElements": {
            "x-amz-id-2": "",
            "x-amz-request-id": sequencer,
            "x-minio-deployment-id": "",
            "x-minio-origin-endpoint": endpoint,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "Config",
            "bucket": {
                "name": landed.bucket,
                "ownerIdentity": {"principalId": principal},
                "arn": f"arn:aws:s3:::{landed.bucket}",
            },
            "object": {
                "key": quote_plus(landed.key),
                "size": landed.size,
                "eTag": landed.etag,
                "contentType": landed.content_type,
                "userMetadata": {"content-type": landed.content_type},
                "sequencer": sequencer,
            },
        },
        "source": {"host": "127.0.0.1", "port": "", "userAgent": "MinIO (linux; amd64)"},
    }
    key = f"{landed.bucket}/{landed.key}"
    return {"EventName": landed.event, "Key": key, "Records": [record]}


Fire = Callable[[str, str, dict[str, Any]], None]
