"""The routes of the board."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from oscar_sync.board.access import COOKIE_S, TokenCheck
from oscar_sync.board.guard import WRONG_S, BodyTooLargeError, is_known
from oscar_sync.board.hooks import FORGES, fault_of
from oscar_sync.board.pages import Pages
from oscar_sync.board.state import Board
from oscar_sync.board.stream import MOST, Streams
from oscar_sync.errors import UsageError

_LONGEST_REASON: Final = 300
OPEN_METRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def app_of(
    board: Board,
    access: TokenCheck,
    streams: Streams,
    tell: Callable[[Exception], None],
    *,
    is_secure: bool,
) -> Starlette:
    """Return the application; it reads *board* and writes nothing but its requests for a plan."""
    routes = _Routes(board, access, streams, is_secure=is_secure)

    async def unreadable(_request: Request, error: Exception) -> Response:
        tell(error)
        return PlainTextResponse("the board cannot read its token or secret\n", 503)

    made = Starlette(
        routes=[
            Route("/", routes.page),
            Route("/cluster/{cluster}", routes.page),
            Route("/service/{cluster}/{service:path}", routes.service),
            Route("/board.css", routes.style),
            Route("/board.js", routes.script),
            Route("/login", routes.login_form, methods=["GET"]),
            Route("/login", routes.login, methods=["POST"]),
            Route("/logout", routes.logout, methods=["POST"]),
            Route("/events", routes.events),
            Route("/api/plan", routes.document("plan")),
            Route("/api/status", routes.document("status")),
            Route("/api/history", routes.document("history")),
            Route("/api/sync", routes.sync, methods=["POST"]),
            Route("/api/pause", routes.pause, methods=["POST"]),
            Route("/api/resume", routes.resume, methods=["POST"]),
            Route("/api/hook/{forge}", routes.hook, methods=["POST"]),
            Route("/metrics", routes.metrics),
            Route("/healthz", routes.healthz),
            Route("/readyz", routes.readyz),
            Route("/livez", routes.livez),
        ],
        exception_handlers={
            HTTPException: _refused,
            BodyTooLargeError: _too_large,
            TimeoutError: _too_slow,
            OSError: _not_kept,
            UsageError: unreadable,
            Exception: _failed,
        },
    )
    made.router.redirect_slashes = False  # it would lead to whatever Host the caller names
    return made


class _Routes:
    def __init__(
        self, board: Board, access: TokenCheck, streams: Streams, *, is_secure: bool
    ) -> None:
        self._board = board
        self._access = access
        self._streams = streams
        self._is_secure = is_secure
        self._pages = Pages(board)

    # -- pages; functions without `async` run in threads, so that drawing keeps nobody waiting

    def page(self, request: Request) -> Response:
        self._board.seen()
        text = self._pages.board(request.path_params.get("cluster", ""))
        if not text:
            raise HTTPException(404, "no cluster has this name")
        return HTMLResponse(text)

    def service(self, request: Request) -> Response:
        self._board.seen()
        name = request.path_params
        text = self._pages.service(name["cluster"], name["service"])
        if not text:
            raise HTTPException(404, "no service has this name")
        return HTMLResponse(text)

    def style(self, _request: Request) -> Response:
        return Response(self._pages.style, media_type="text/css")

    def script(self, _request: Request) -> Response:
        return Response(self._pages.script, media_type="text/javascript")

    async def events(self, request: Request) -> Response:
        if self._streams.count >= MOST:
            raise HTTPException(503, f"{MOST} pages are open already")
        still_known = partial(is_known, self._access, request.headers)
        events = self._streams.events(still_known)
        return StreamingResponse(events, media_type="text/event-stream")

    # -- logging in and out

    def login_form(self, _request: Request) -> Response:
        if not self._access.has_token:
            return RedirectResponse("/", 303)
        return HTMLResponse(self._pages.login())

    async def login(self, request: Request) -> Response:
        if not self._access.has_token:
            return RedirectResponse("/", 303)
        given = (await _fields(request)).get("token", "")
        if not self._access.is_token(given.strip()):
            await asyncio.sleep(WRONG_S)
            return HTMLResponse(self._pages.login("That is not the token."), 401)
        answer = RedirectResponse("/", 303)
        is_secure = self._is_secure or request.headers.get("x-forwarded-proto") == "https"
        answer.set_cookie(
            self._access.cookie_name,
            self._access.cookie(),
            max_age=COOKIE_S,
            httponly=True,
            samesite="strict",
            secure=is_secure,
        )
        return answer

    async def logout(self, request: Request) -> Response:
        if not self._access.has_token:
            return RedirectResponse("/", 303)
        name = self._access.cookie_name
        self._access.end(request.cookies.get(name, ""))
        self._streams.look()
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(name, httponly=True, samesite="strict")
        return answer

    # -- documents

    def document(self, name: str) -> Callable[[Request], Response]:
        def answered(_request: Request) -> Response:
            self._board.seen()
            data = self._pages.document(name)
            if data is None:
                raise HTTPException(503, "nothing was planned or looked at yet: try again soon")
            return JSONResponse(data)

        return answered

    # -- what the loop is asked to do

    async def sync(self, request: Request) -> Response:
        self._board.controls.sync()
        return self._done(request)

    async def pause(self, request: Request) -> Response:
        fields = await _fields(request)
        because = fields.get("because", "")[:_LONGEST_REASON]
        await run_in_threadpool(self._board.controls.pause, because)
        return self._done(request)

    async def resume(self, request: Request) -> Response:
        await run_in_threadpool(self._board.controls.resume)
        return self._done(request)

    def _done(self, request: Request) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", 303)
        picture = self._board.picture
        return JSONResponse({"number": picture.number, "held": picture.held or None}, 202)

    async def hook(self, request: Request) -> Response:
        """Plan now, if a forge has signed its call with the secret of ``--hook-secret-file``."""
        forge = request.path_params["forge"]
        if forge not in FORGES:
            raise HTTPException(404, f"a hook is one of {', '.join(FORGES)}")
        if not self._access.has_hook_secret:
            raise HTTPException(
                404, "this hook is not served: start it with --hook-secret-file FILE"
            )
        secret, body = self._access.hook_secret(), await request.body()
        if fault := fault_of(forge, request.headers, secret, body):
            await asyncio.sleep(WRONG_S)
            raise HTTPException(401, fault)
        self._board.controls.sync()
        return JSONResponse({}, 202)

    # -- for machines

    def metrics(self, _request: Request) -> Response:
        from oscar_sync.render.metrics import metrics_text

        run = self._board.run
        return Response(metrics_text(run) if run else "# EOF\n", media_type=OPEN_METRICS)

    async def healthz(self, _request: Request) -> Response:
        return _probe(self._board.is_healthy, "no pass has succeeded within three intervals")

    async def livez(self, _request: Request) -> Response:
        return _probe(self._board.is_alive, "the loop stands still")

    async def readyz(self, _request: Request) -> Response:
        return _probe(self._board.is_ready, "no plan was made yet")


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a form, or of a JSON object."""
    text = (await request.body()).decode("utf-8", errors="replace")
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            found = json.loads(text or "{}")
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, "the body is not JSON") from error
        items = found.items() if isinstance(found, dict) else ()
        return {
            name: value.encode(errors="replace").decode()  # JSON can hold what no text is
            for name, value in items
            if isinstance(value, str)
        }
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=10).items()}
    except ValueError as error:
        raise HTTPException(400, "the form has too many fields") from error


def _probe(is_good: bool, problem: str) -> Response:  # noqa: FBT001 - the one thing it tells
    return PlainTextResponse("ok\n") if is_good else PlainTextResponse(f"{problem}\n", 503)


async def _refused(_request: Request, error: Any) -> Response:
    return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)


async def _too_large(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("the request is too long\n", 413)


async def _too_slow(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("the request came too slowly\n", 408)


async def _failed(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("the board failed to answer this; its messages say why\n", 500)


async def _not_kept(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 503)
