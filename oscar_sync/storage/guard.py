"""How ``httpx`` reaches a server of files: over our connections, to one origin, within bounds."""

from collections.abc import Iterator
from typing import Any

import httpx

from oscar_sync.errors import StoreError
from oscar_sync.net.pool import Pool, pieces
from oscar_sync.storage.failures import translate_errors
from oscar_sync.storage.server import Server


class Guard(httpx.BaseTransport):
    """Lets requests through to one origin, and whole and bounded answers back."""

    def __init__(self, pool: Pool, server: Server) -> None:
        self._pool = pool
        self._server = server
        self._origin = httpx.URL(server.origin)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer; that to a GET is a file, and comes piece by piece.

        Raises:
            StoreError: it sends the request somewhere else, or cannot be used.
            StoreUnreachableError: it does not come.
        """
        is_file = request.method == "GET"
        with translate_errors(self._server.shown):
            answer: Any = self._pool.urlopen(
                request.method,
                str(request.url),
                body=_body(request),
                headers=dict(request.headers),
                preload_content=not is_file,
            )
        self._hold_to_origin(request, answer)
        headers = list(answer.headers.items())
        if is_file:
            return httpx.Response(
                answer.status, headers=headers, stream=_File(answer, self._server)
            )
        return httpx.Response(answer.status, headers=headers, content=answer.data)

    def _hold_to_origin(self, request: httpx.Request, answer: Any) -> None:
        location = answer.headers.get("Location", "") if 300 <= answer.status < 400 else ""
        if not location:
            return
        target = request.url.join(location)
        if _origin(target) != _origin(self._origin):
            answer.close()
            where = f"{target.scheme}://{target.host}"
            words = f"it redirects to {where}, which is not followed"
            raise StoreError(self._server.shown, words)

    def close(self) -> None:
        self._pool.clear()


class _File(httpx.SyncByteStream):
    def __init__(self, answer: Any, server: Server) -> None:
        self._answer = answer
        self._server = server

    def __iter__(self) -> Iterator[bytes]:
        with translate_errors(self._server.shown):
            yield from pieces(self._answer)

    def close(self) -> None:
        self._answer.close()


def _body(request: httpx.Request) -> Any:
    if request.method == "PUT":
        return request.stream  # a file: piece by piece
    return request.read() or None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    standard = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host.lower(), url.port or standard
