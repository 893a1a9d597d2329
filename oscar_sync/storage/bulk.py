"""Fast uploads and listings over ``obstore``, for the keys and surroundings that suit it."""

import re
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from oscar_sync.errors import StoreError, StoreFailedError, StoreUnreachableError
from oscar_sync.model.state import StoredObject
from oscar_sync.net.failures import NOT_TRUSTED, TRUST_IT
from oscar_sync.net.proxies import proxy_for
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.words import CONNECT_TIMEOUT_S, words_of

_RETRIES: Final = 3
_LISTED_AT_ONCE: Final = 10_000
"""Objects that are taken over at once: more than a store tells at once, so that the next are asked
for while nobody waits for Python."""
MOST_LOOKS: Final = 8
"""At empty objects of one listing: of more than these MinIO's client tells sooner what they are."""
_PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})


def hindrance(address: StoreAddress, environ: Mapping[str, str]) -> str:
    """Return why obstore would not speak to the store as these settings say, blank if it would."""
    # It reads ``AWS_*`` from the environment by itself, where an endpoint may win over ours, and
    # proxies where it is given none: so not where one is exempt from them. It sends no log-in to a
    # proxy (seen with 0.12.1), speaks no SOCKS and takes no CA. It panics at a host beyond ASCII.
    if fault := address.fault():
        return fault
    proxy = proxy_for(address.endpoint, environ)
    is_plain = proxy.startswith(("http://", "https://")) and "@" not in proxy
    for name in sorted(environ):
        if name.startswith("AWS_") or (name.lower() in _PROXIES and not is_plain):
            return f"the environment sets {name}"
    if address.ca_bundle:
        return f"the store's certificate is checked by {address.ca_bundle}"
    return "" if address.endpoint.isascii() else "the store's host name is not ASCII"


class Bulk:
    """Uploads to one store, and its listings; a connection pool for each bucket."""

    def __init__(self, address: StoreAddress, environ: Mapping[str, str]) -> None:
        self._address = address
        self._proxy = proxy_for(address.endpoint, environ)
        self._stores: dict[tuple[str, int], Any] = {}
        self._lock = threading.Lock()

    def put(self, bucket: str, key: str, content: bytes, sha256: str) -> str:
        """Upload, by one request, and return the ETag.

        *key* has no ``//`` and no last ``/``: they are mangled.

        Raises:
            StoreError: the store refuses it.
            StoreFailedError: it answers with a failure of its own.
            StoreUnreachableError: it does not answer.
        """
        import obstore

        try:
            result = obstore.put(
                self._store(bucket, retries=0),
                key,
                content,
                attributes={"sha256": sha256},
                use_multipart=False,
            )
        except OSError as error:
            # obstore's error for a missing bucket is one, too; ours have a number.
            if error.errno is not None:
                raise
            raise _store_error(self._address, error) from None
        except Exception as error:  # noqa: BLE001 - its errors share no base with a stable name
            # Their texts quote requests: reported again, not chained.
            raise _store_error(self._address, error) from None
        return (result["e_tag"] or "").strip('"')

    def below(self, bucket: str, folder: str) -> list[StoredObject] | None:
        """Return the objects below *folder* in order of their keys, None where it cannot tell."""
        # It cannot where the store refuses, where a key holds what obstore takes for no key, and
        # where many objects are empty: a folder's marker reads like one, its slash is taken off.
        import obstore

        objects: list[StoredObject] = []
        try:
            store = self._store(bucket)
            ends: set[str] = set()
            for page in obstore.list(store, prefix=folder or None, chunk_size=_LISTED_AT_ONCE):
                if page and page[-1]["path"] in ends:
                    return None  # it begins again
                ends.update(one["path"] for one in page[-1:])
                for one in page:
                    if one["path"] == folder:
                        continue  # the marker of the folder itself
                    etag = (one["e_tag"] or "").strip('"')
                    objects.append(
                        StoredObject(one["path"], one["size"], etag, one["last_modified"])
                    )
            return _without_markers(store, objects)
        except Exception:  # noqa: BLE001 - MinIO's client is asked then, and tells what is wrong
            return None

    def metadata(self, bucket: str, key: str) -> dict[str, str] | None:
        import obstore

        try:
            answer = obstore.get(self._store(bucket), key, options={"head": True})
        except Exception:  # noqa: BLE001 - MinIO's client is asked then, and tells what is wrong
            return None
        return {str(name): str(text) for name, text in answer.attributes.items()}

    def _store(self, bucket: str, retries: int = _RETRIES) -> Any:
        with self._lock:
            store = self._stores.get((bucket, retries))
            if store is None:
                store = self._stores[bucket, retries] = _open(
                    self._address, bucket, retries, self._proxy
                )
            return store


def _without_markers(store: Any, listed: list[StoredObject]) -> list[StoredObject] | None:
    """Return the objects among *listed*, None where a look at each empty one cannot tell."""
    empty = {one.key for one in listed if not one.size_bytes}
    if not empty:
        return listed
    if len(empty) > MOST_LOOKS or sum(one.key in empty for one in listed) > len(empty):
        return None
    markers = {key for key in empty if _is_marker(store, key)}
    return [one for one in listed if one.key not in markers]


def _is_marker(store: Any, key: str) -> bool:
    """Tell whether what is listed as empty *key* is a folder's marker: no object has this name."""
    import obstore

    try:
        head = obstore.head(store, key)
    except FileNotFoundError:
        return True
    if head["size"]:
        raise ValueError(key)  # written in between
    return False


def _open(address: StoreAddress, bucket: str, retries: int, proxy: str) -> Any:
    from obstore.store import S3Store

    return S3Store(
        bucket,
        config={
            "endpoint": address.endpoint.rstrip("/"),
            "region": address.region or "us-east-1",
            "access_key_id": address.access_key.reveal(),
            "secret_access_key": address.secret_key.reveal(),
            "virtual_hosted_style_request": False,
            # Over TLS the channel protects the bytes.
            "unsigned_payload": address.is_secure,
        },
        client_options={
            "allow_http": not address.is_secure,
            # Without TLS there are none, and to read the roots of trust takes 6 ms.
            "allow_invalid_certificates": not (address.is_secure and address.verify),
            "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
            "timeout": timedelta(minutes=5),
            **({"proxy_url": proxy} if proxy else {}),
        },
        retry_config={
            "max_retries": retries,
            "retry_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
            "backoff": {
                "init_backoff": timedelta(milliseconds=200),
                "max_backoff": timedelta(seconds=2),
                "base": 2,
            },
        },
    )


def _store_error(address: StoreAddress, error: Exception) -> StoreError:
    text = str(error)
    code = re.search(r"<Code>(\w+)</Code>", text)
    if code:
        bucket = re.search(r"<BucketName>([\w.-]+)</BucketName>", text)
        return StoreError(address.shown, words_of(code[1], bucket=bucket[1] if bucket else ""))
    status = re.search(r"status code: (\d{3})", text)
    if status:
        kind = StoreFailedError if status[1].startswith("5") else StoreError
        return kind(address.shown, f"it answers {status[1]}")
    if "certificate" in text.lower():
        words = f"{NOT_TRUSTED}; {TRUST_IT}"
        return StoreUnreachableError(address.shown, words, was_sent=False)
    # The library below says so in its debug text alone; where it does not, a look tells.
    was_sent = re.search(r"legacy::Error\(\s*Connect\b", text) is None
    return StoreUnreachableError(address.shown, "the connection failed", was_sent=was_sent)
