"""A board that is served, with a plan that has something of everything."""

import pytest
import requests

from oscar_sync.board.server import BoardServer, ListenOptions
from oscar_sync.board.state import Board, Controls
from tests.unit.render.subjects import subject

TOKEN = "a-token-of-the-tests"
HOOK_SECRET = "a-secret-of-the-forge"


class Served:
    """A board, its server, and what it was asked to do."""

    def __init__(self, board, server, told):
        self.board, self.server, self.told = board, server, told
        self.asked: list[str] = []
        board.controls = Controls(
            lambda: self.asked.append("sync"),
            lambda because: self.asked.append(f"pause {because}"),
            lambda: self.asked.append("resume"),
        )

    def ask(self, path, method="GET", *, token=TOKEN, **options):
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}),
                   **options.pop("headers", {})}  # fmt: skip
        url = self.server.url.rstrip("/") + path
        return requests.request(
            method, url, headers=headers, timeout=60, allow_redirects=False, **options
        )


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def serve(tmp_path, token_file):
    """Starts boards; each is stopped at the end of the test."""
    servers = []

    def started(word="", *, has_token=True, has_plan=True, now=None, **options):
        options.setdefault("token_file", token_file if has_token else None)
        clock = {"now": now} if now else {}
        board = Board(60.0, is_applying=True, can_sync=has_token, **clock)
        if has_plan:
            board.planned(subject("plan", word))
        where = ListenOptions("127.0.0.1", 0, **options)
        told: list[Exception] = []
        servers.append(BoardServer(board, where, told.append).__enter__())
        return Served(board, servers[-1], told)

    yield started
    for server in servers:
        server.__exit__(None, None, None)
