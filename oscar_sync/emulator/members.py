"""Calls of the emulated server to the other clusters of a federation, on this machine only."""

import http.client
from urllib.parse import urlsplit

from oscar_sync.emulator.wire import Answer, Request

__all__ = ["Unreached", "ask"]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_TIMEOUT_S = 30.0


class Unreached(Exception):
    """Nobody answered; the text is what Go's client says."""


def _address(request: Request) -> tuple[str, int, str]:
    """Return host, port and path of a request whose target is a whole address.

    Raises:
        Unreached: it is no plain HTTP address of this machine.
    """
    lead = f'{request.method.capitalize()} "{request.target}": '
    try:
        parts = urlsplit(request.target)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise Unreached(lead + str(error)) from error
    if parts.scheme != "http" or host not in _LOOPBACK:
        text = "not reachable: the emulator calls http addresses of this machine only"
        raise Unreached(lead + text)
    return host, port, parts.path


def ask(request: Request, timeout_s: float = _TIMEOUT_S) -> Answer:
    """Return what the cluster at the request's target, a whole address, answers.

    Proxies and redirections are not followed.

    Raises:
        Unreached: no answer within *timeout_s* seconds of silence, or an address elsewhere.
    """
    host, port, path = _address(request)
    lead = f'{request.method.capitalize()} "{request.target}": '
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request(request.method, path, request.body or None, dict(request.headers))
        got = connection.getresponse()
        return Answer(got.status, got.read(), got.headers.get("content-type"))
    except ConnectionRefusedError as error:
        text = f"dial tcp {host}:{port}: connect: connection refused"
        raise Unreached(lead + text) from error
    except TimeoutError as error:
        raise Unreached(lead + "i/o timeout") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreached(lead + "EOF") from error
    finally:
        connection.close()
