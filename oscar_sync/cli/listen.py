"""The options of the board beside a watch, and where they make it listen."""

import os
import re
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.errors import UsageError

_OPTIONS: Final = (
    click.option("--listen", metavar="HOST:PORT", type=given.GIVEN, envvar="OSCAR_SYNC_LISTEN",
                 help="Serve a page and an API that show what the watch finds."),
    click.option("--listen-token-file", metavar="FILE", type=given.SECRET_FILE,
                 envvar="OSCAR_SYNC_LISTEN_TOKEN_FILE",
                 help="Readers of --listen need the token in FILE. Required unless HOST is "
                      "127.0.0.1, ::1 or localhost."),
    click.option("--tls-cert", metavar="FILE", type=given.FILE, envvar="OSCAR_SYNC_TLS_CERT",
                 help="Serve --listen over TLS with the certificates in FILE (PEM)."),
    click.option("--tls-key", metavar="FILE", type=given.SECRET_FILE, envvar="OSCAR_SYNC_TLS_KEY",
                 help="The private key of --tls-cert (PEM)."),
    click.option("--hook-secret-file", metavar="FILE", type=given.SECRET_FILE,
                 envvar="OSCAR_SYNC_HOOK_SECRET_FILE",
                 help="Plan when a forge calls /api/hook/github or /api/hook/gitlab of --listen "
                      "with the secret in FILE."),
)  # fmt: skip
_PORT: Final = re.compile(r"[0-9]{1,5}")
_LAST_PORT: Final = 65_535
OF_LISTEN: Final = ("listen-token-file", "tls-cert", "tls-key", "hook-secret-file")


def listening(function: given.Decorated) -> given.Decorated:
    return given.with_options(function, _OPTIONS)


def listen_options(options: dict[str, Any]) -> Any:
    """Return where to listen.

    Raises:
        UsageError: the address is not one, or others could reach it without a token.
    """
    from oscar_sync.board.server import ListenOptions

    host, colon, port = options["listen"].rpartition(":")
    if not colon or not _PORT.fullmatch(port) or int(port) > _LAST_PORT:
        raise UsageError(f"--listen {options['listen']}: write HOST:PORT, as 127.0.0.1:8090")
    certificate, key, token, hook = (
        Path(options[name]) if options[name] else None
        for name in ("tls_cert", "tls_key", "listen_token_file", "hook_secret_file")
    )
    if (certificate is None) != (key is None):
        raise UsageError("--tls-cert and --tls-key belong together")
    for path in filter(None, (certificate, key)):
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
            raise UsageError(f"--tls-cert, --tls-key: {path} is not a regular file")
    everywhere = "0.0.0.0"  # noqa: S104 - asked for, and needs a token
    made = ListenOptions(host.strip("[]") or everywhere, int(port), token, certificate, key, hook)
    if not made.is_loopback and token is None:
        raise UsageError(
            f"--listen {options['listen']} can be reached from elsewhere: add "
            "--listen-token-file FILE, or listen on 127.0.0.1"
        )
    return made
