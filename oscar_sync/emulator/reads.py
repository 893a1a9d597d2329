"""How a stored service is printed, encoded once and kept until it changes."""

from dataclasses import dataclass
from typing import Any

from oscar_sync.emulator.binding import Document, Struct
from oscar_sync.emulator.go_json import encode
from oscar_sync.emulator.schema import SERVICE

__all__ = ["EncodedService"]

_AFTER_STATUS = ("kserve",)


@dataclass(frozen=True, slots=True)
class EncodedService:
    """The JSON of a service around the two members that depend on the cluster."""

    head: bytes
    tail: bytes
    whole: bytes
    """The document of a service without a volume."""
    has_status: bool = True
    """Whether the release tells the state of volumes and deployments."""

    @classmethod
    def of(cls, definition: Document, namespace: str, shape: Struct = SERVICE) -> "EncodedService":
        shown = shape.show({**definition, "namespace": namespace})
        has_status = shown.pop("volume_status", None) is not None
        after = {name: shown.pop(name) for name in _AFTER_STATUS if name in shown}
        tail = b"," + encode(after)[1:] if after else b"}"
        head = encode(shown)[:-1]
        status = b',"volume_status":{"enabled":false}' if has_status else b""
        return cls(head, tail, head + status + tail, has_status)

    def document(self, volume_status: Any, deployment: Any = None) -> bytes:
        if not self.has_status:
            return self.whole
        middle = b',"volume_status":' + encode(volume_status)
        if deployment is not None:
            middle += b',"deployment":' + encode(deployment)
        return self.head + middle + self.tail
