"""Signature Version 4 in headers. Pure.

Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring
Payload in a Single Chunk".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from oscar_sync.model.secret import Secret

EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""The digest of no body."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNQUOTED: Final = "-_.~"


class Signer(Struct, frozen=True):
    """Who signs, and for which region."""

    access_key: Secret
    secret_key: Secret
    region: str

    def headers(
        self, method: str, target: str, headers: Mapping[str, str], payload: str, now: datetime
    ) -> dict[str, str]:
        """Return *headers* with a signature over all of them, and what it needs beside them.

        *target* is what ``quoted`` made, *headers* hold ``Host``, *payload* is the SHA-256 of the
        body in hex, *now* is in UTC.
        """
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "x-amz-content-sha256": payload, "x-amz-date": stamp}
        named = sorted((name.lower(), " ".join(text.split())) for name, text in sent.items())
        names = ";".join(name for name, _ in named)
        path, _, query = target.partition("?")
        lines = "".join(f"{name}:{text}\n" for name, text in named)
        request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}"
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = self._made(scope, f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}")
        credential = f"{self.access_key.reveal()}/{scope}"
        sent["Authorization"] = (
            f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return sent

    def _made(self, scope: str, text: str) -> str:
        key = f"AWS4{self.secret_key.reveal()}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        return key.hex()


def quoted(bucket: str, key: str, query: Mapping[str, str]) -> str:
    """Return the target of a request, in the one form that its signature is made over."""
    path = quote(f"/{bucket}/{key}" if key else f"/{bucket}", safe=f"/{_UNQUOTED}")
    pairs = sorted(
        (quote(name, safe=_UNQUOTED), quote(text, safe=_UNQUOTED)) for name, text in query.items()
    )
    return f"{path}?{'&'.join(f'{name}={text}' for name, text in pairs)}" if pairs else path
