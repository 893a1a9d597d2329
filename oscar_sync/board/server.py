"""The HTTP server of the board, in a thread of its own beside the watch."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from msgspec import Struct

from oscar_sync.board import connections
from oscar_sync.board.access import TokenCheck
from oscar_sync.board.app import app_of
from oscar_sync.board.connections import HeldConnections, PatientProtocol, bound
from oscar_sync.board.guard import RequestGuard
from oscar_sync.board.state import Board
from oscar_sync.board.stream import Streams
from oscar_sync.errors import UsageError
from oscar_sync.net.loopback import LOOPBACK, is_loopback

_HEAD_BYTES: Final = 16 << 10
_STOP_S: Final = 3


class ListenOptions(Struct, frozen=True):
    """Where and how to listen; ``host`` is an address or a name, an IPv6 one without brackets."""

    host: str
    port: int
    token_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    hook_file: Path | None = None

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


class BoardServer:
    """Serves *board* from ``with`` to its end; *tell* takes what fails, in any thread.

    The address is taken at once; ``close`` gives it back where nothing is served.

    Raises:
        UsageError: the address is taken or not ours, or a file cannot be used.
    """

    def __init__(
        self, board: Board, options: ListenOptions, tell: Callable[[Exception], None]
    ) -> None:
        self._options = options
        self._tell = tell
        access = TokenCheck(options.token_file, options.hook_file)
        self._streams, held = Streams(board), HeldConnections()
        is_secure = options.certificate is not None
        shown = f"[{options.host}]" if ":" in options.host else options.host
        local = tuple(f"[{one}]" if ":" in one else one for one in sorted(LOOPBACK))
        hosts = tuple(dict.fromkeys((*local, shown))) if not access.has_token else ()
        app = app_of(board, access, self._streams, tell, is_secure=is_secure)
        self._app = RequestGuard(app, access, hosts, held, tell, is_secure=is_secure)
        self._server = _Server(self._config())
        self._socket = bound(options.host, options.port, held)
        port = self._socket.getsockname()[1]
        self.url = f"{'https' if is_secure else 'http'}://{shown}:{port}/"
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        loop = self._server.loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._streams.end)
        self._thread.join(_STOP_S + 2)
        self.close()

    def close(self) -> None:
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: _Loop(self._tell)) as runner:
            runner.run(self._server.serve([self._socket]))

    def _config(self) -> uvicorn.Config:
        options = self._options
        made = uvicorn.Config(
            self._app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # anybody can make it warn; what fails goes to `tell`
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_graceful_shutdown=_STOP_S,
            ssl_certfile=options.certificate,
            ssl_keyfile=options.key,
        )
        try:
            made.load()
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"--tls-cert, --tls-key: {error.strerror or error}") from error
        return made


class _Server(uvicorn.Server):
    loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)


class _Loop(asyncio.SelectorEventLoop):
    """Bounds what comes before a request, and tells only errors that no caller can make."""

    def __init__(self, tell: Callable[[Exception], None]) -> None:
        super().__init__()
        self._tell = tell

    async def create_server(self, *given: Any, **more: Any) -> Any:
        if more.get("ssl"):
            more |= {"ssl_handshake_timeout": connections.HEAD_S, "ssl_shutdown_timeout": _STOP_S}
        return await super().create_server(*given, **more)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self._tell(error)
