"""What stands between ``httpx`` and a server: no redirect elsewhere, no endless answers."""

from collections.abc import Iterator

import httpx

from oscar_sync.errors import StoreError
from oscar_sync.storage.server import MAX_ANSWER_BYTES, Server


class Guard(httpx.BaseTransport):
    """Lets requests through to one origin, and bounded answers back."""

    def __init__(self, inner: httpx.BaseTransport, server: Server) -> None:
        """Send by *inner*."""
        self._inner = inner
        self._server = server
        self._origin = httpx.URL(server.origin)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer.

        Raises:
            StoreError: it sends the request somewhere else.
        """
        response = self._inner.handle_request(request)
        location = response.headers.get("Location", "") if response.is_redirect else ""
        if location:
            target = request.url.join(location)
            if _origin(target) != _origin(self._origin):
                response.close()
                where = f"{target.scheme}://{target.host}"
                words = f"it redirects to {where}, which is not followed"
                raise StoreError(self._server.shown, words)
        if request.method != "GET" and isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Bounded(response.stream, self._server.shown)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, shown: str) -> None:
        self._stream = stream
        self._shown = shown

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                words = f"its answer is larger than {MAX_ANSWER_BYTES // 2**20} MiB"
                raise StoreError(self._shown, words)
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    standard = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host.lower(), url.port or standard
