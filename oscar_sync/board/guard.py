"""What every request to the board meets first: bounds, who asks, and the headers of the answer."""

import asyncio
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oscar_sync.board.access import TokenCheck
from oscar_sync.board.connections import HeldConnections
from oscar_sync.errors import UsageError

MOST_BYTES: Final = 1 << 20
"""The body of a forge's call is not longer, that of any other request than ``MOST_OF_FORM``."""
MOST_OF_FORM: Final = 16 << 10
SLOWEST_S: Final = 10.0
WRONG_S: Final = 0.5
"""A wrong token is answered so late."""

_LOGIN: Final = "/login"
_LOGOUT: Final = "/logout"
"""Also of a session that has ended: it leads to the log-in."""
_OPEN: Final = frozenset({"/healthz", "/livez", "/readyz", "/board.css", _LOGIN})
"""Read without a token: they say nothing of services."""
_PORT: Final = re.compile(r":\d{1,5}\Z", re.ASCII)
_HOOKS: Final = "/api/hook/"
"""Callers prove themselves by the body."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class RequestGuard:
    """Lets a request through to *app* if it is small, quick and allowed.

    *hosts* are the names that this board is asked by; none: any, since each request has a token.
    *tell* takes what the operator should know: callers learn less.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: TokenCheck,
        hosts: tuple[str, ...],
        held: HeldConnections,
        tell: Callable[[Exception], None],
        *,
        is_secure: bool,
    ) -> None:
        self._tell = tell
        self._app = app
        self._access = access
        self._hosts = hosts
        self._held = held
        self._is_secure = is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if self._is_secure:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        try:
            refusal = await self._refusal(scope)
        except UsageError as error:
            self._tell(error)
            refusal = PlainTextResponse("the board cannot read its token\n", 503)
        if refusal is not None:
            await refusal(scope, receive, sent)
            return
        try:
            with nullcontext() if _is_open(scope) else self._held.kept(scope["client"]):
                await self._app(scope, _bounded(receive, _most_bytes(scope)), sent)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - one page that fails is not the end of a board
            self._tell(error)  # starlette has answered

    async def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        if self._hosts and _PORT.sub("", headers.get("host", "")) not in self._hosts:
            words = f"this board answers to {', '.join(self._hosts)}\n"
            return PlainTextResponse(words, 421)
        most = _most_bytes(scope)
        if int(headers.get("content-length") or 0) > most:
            return PlainTextResponse(f"a request may have {most:,} bytes\n", 413)
        is_read = _is_read(scope)
        if not is_read and not path.startswith(_HOOKS) and _is_foreign(headers):
            return PlainTextResponse("asked by the page of another site\n", 403)
        return None if _is_open(scope) else await self._unknown(headers, is_read=is_read)

    async def _unknown(self, headers: Headers, *, is_read: bool) -> Response | None:
        """Return the answer to a caller who is not known, None for one who is."""
        if not self._access.has_token:
            words = "this board only shows: start it with --listen-token-file FILE\n"
            return None if is_read else PlainTextResponse(words, 403)
        if is_known(self._access, headers):
            return None
        scheme = headers.get("authorization", "").partition(" ")[0]
        if scheme:
            await asyncio.sleep(WRONG_S)
        if is_read and "text/html" in headers.get("accept", ""):
            return RedirectResponse("/login", 303)
        words = "a token is needed: Authorization: Bearer TOKEN\n"
        if scheme.lower() == "bearer":
            words = "the token is wrong: it is not that of --listen-token-file\n"
        return PlainTextResponse(words, 401, {"www-authenticate": 'Bearer realm="oscar-sync"'})


def is_known(access: TokenCheck, headers: Headers) -> bool:
    """Tell whether a request has the token, or a session that goes on; a board may need neither."""
    if not access.has_token:
        return True
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and access.is_token(token.strip()):
        return True
    cookies = cookie_parser(headers.get("cookie", ""))
    return access.is_cookie(cookies.get(access.cookie_name, ""))


def _is_read(scope: Scope) -> bool:
    return scope["method"] in {"GET", "HEAD"}


def _is_open(scope: Scope) -> bool:
    """Tell whether anybody may ask: the request says nothing of services, or proves itself."""
    path = scope["path"]
    is_probe_or_form = path in _OPEN and (_is_read(scope) or path == _LOGIN)
    return is_probe_or_form or path == _LOGOUT or path.startswith(_HOOKS)


def _is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that a page from elsewhere asks."""
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    if site:
        return site not in {"same-origin", "none"}
    # Without a referrer a browser says "null" of a form, also of ours: the cookie, which goes
    # along with our own pages only, tells these apart.
    return origin not in {"", "null"} and origin.partition("://")[2] != headers.get("host", "")


def _most_bytes(scope: Scope) -> int:
    # Anybody may log in: hundreds of strangers who do at once must not fill the memory.
    return MOST_BYTES if scope["path"].startswith(_HOOKS) else MOST_OF_FORM


def _bounded(receive: Receive, most_bytes: int) -> Receive:
    """Return *receive* that gives up on a body that is too long, or comes too slowly."""
    state: dict[str, Any] = {"bytes": 0, "is_whole": False}
    until = asyncio.get_running_loop().time() + SLOWEST_S

    async def received() -> Message:
        if state["is_whole"]:
            return await receive()  # waits until the caller is gone, however long that takes
        async with asyncio.timeout_at(until):
            message = await receive()
        state["bytes"] += len(message.get("body", b""))
        state["is_whole"] = not message.get("more_body", False)
        if state["bytes"] > most_bytes:
            raise BodyTooLargeError
        return message

    return received


class BodyTooLargeError(Exception):
    """The body of a request is longer than it may be."""
