"""Parts sent under a signature over the SHA-256 that their sender has made already.

MinIO's client makes one of its own for each request, and over TLS an MD5 in its place: of a big
file that is a third of the work.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, S3Error
from minio.signer import sign_v4_s3

from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.client import REGION, REPEATED, pool_of

_OF_A_LINK: Final = "X-Amz-"


class PartSender:
    """Sends parts to one store, from any number of threads; one that fails is sent again."""

    def __init__(self, address: StoreAddress, client: Minio) -> None:
        """Open nothing yet. *client* knows how the store's addresses are made."""
        self._client = client
        self._region = address.region or REGION
        self._pool = pool_of(address, REPEATED)
        self._login = Credentials(address.access_key.reveal(), address.secret_key.reveal())

    def send(
        self, place: tuple[str, str], query: Mapping[str, str], content: memoryview, sha256: bytes
    ) -> str:
        """Put *content*, whose digest is *sha256*, and return its ETag.

        Raises:
            MinioException: the store refuses it.
            urllib3.exceptions.HTTPError: it does not answer.
        """
        link = self._client.get_presigned_url("PUT", *place, extra_query_params=dict(query))
        url = urlsplit(link)
        words = [word for word in url.query.split("&") if not word.startswith(_OF_A_LINK)]
        url = url._replace(query="&".join(words))
        now = datetime.now(UTC)
        headers: dict[str, str | list[str] | tuple[str]] = {
            "Host": url.netloc,
            "x-amz-content-sha256": sha256.hex(),
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        sign_v4_s3(
            method="PUT",
            url=url,
            region=self._region,
            headers=headers,
            credentials=self._login,
            content_sha256=sha256.hex(),
            date=now,
        )
        answer = self._pool.urlopen("PUT", url.geturl(), body=content, headers=headers)
        return _etag(answer)


def _etag(answer: urllib3.BaseHTTPResponse) -> str:
    if answer.status == 200:
        return answer.headers.get("etag", "").strip('"')
    if b"<Code>" in answer.data:
        raise S3Error.fromxml(answer)
    kind = answer.headers.get("content-type", "")
    raise InvalidResponseError(answer.status, kind, None)
