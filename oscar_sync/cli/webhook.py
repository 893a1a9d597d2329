"""Calls of the webhook: once for each thing that is new."""

import os
from collections.abc import Mapping
from typing import Final, Self

import click
from msgspec import Struct

from oscar_sync.cli.border import say
from oscar_sync.model.field import Json
from oscar_sync.model.secret import Secret
from oscar_sync.render.metrics import MetricsRun

WEBHOOK: Final = "OSCAR_SYNC_WEBHOOK"
_FORMAT: Final = "OSCAR_SYNC_WEBHOOK_FORMAT"
_BOARD: Final = "OSCAR_SYNC_BOARD"
_NOTIFYING: Final = frozenset({"drift", "watch", "apply"})
"""Commands that call the webhook."""


class Webhook(Struct):
    """Where to call, in which form, and the address of the board as readers know it."""

    url: Secret
    format_name: str
    board: str
    _last: Mapping[str, Json] | None = None

    @classmethod
    def of(cls, command: str) -> Self | None:
        """Return the one that the environment names, None without one.

        Raises:
            click.UsageError: its form, or the board's address, cannot be used.
        """
        url = os.environ.get(WEBHOOK)
        if not url or command not in _NOTIFYING:
            return None
        from oscar_sync.render.chat import FORMATS
        from oscar_sync.wire.address import fault, shown

        name, board = os.environ.get(_FORMAT) or "json", os.environ.get(_BOARD) or ""
        if name not in FORMATS:
            raise click.UsageError(f"{_FORMAT}={name}: write one of {', '.join(FORMATS)}")
        if board and fault(board):
            raise click.UsageError(
                f"{_BOARD}={shown(board)} is not an address such as https://HOST/"
            )
        return cls(Secret(url), name, board)

    def call(self, run: MetricsRun) -> None:
        """Send what is new in *run*; a failure is a warning."""
        from oscar_sync.render.chat import notification_body
        from oscar_sync.render.notification import notification
        from oscar_sync.wire.webhook import post

        found = notification(run, self.board)
        news = {**found, "digest": ""} if found else None  # another edit is not another drift
        is_new, self._last = news != self._last, news
        if found is None or not is_new:
            return
        problem = post(self.url, notification_body(found, self.format_name), os.environ)
        if problem:
            self._last = None
            say(f"warning: the webhook could not be called: {problem}")
