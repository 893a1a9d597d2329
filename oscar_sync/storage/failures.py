"""What became of a connection, in words that hold no secret."""

from typing import Final

from urllib3 import exceptions as failures

from oscar_sync.storage.words import CONNECT_TIMEOUT_S, untrusted

READ_TIMEOUT_S: Final = 60.0


def unreachable(error: Exception) -> str:
    """Return why no answer came, of an error of urllib3."""
    reason = getattr(error, "reason", None) or error
    match reason:
        case failures.NameResolutionError():
            return "its name is not known here"
        case failures.NewConnectionError():
            return "the connection was refused"
        case failures.ConnectTimeoutError():
            return f"no connection within {CONNECT_TIMEOUT_S:g} s"
        case failures.ReadTimeoutError():
            return f"no answer within {READ_TIMEOUT_S:g} s"
        case failures.ProxyError():
            return "the proxy of the environment does not pass it on"
        case failures.SSLError():
            return untrusted(str(reason)) or "TLS failed"
        case _:
            return "the connection was cut off"


def was_sent(error: Exception) -> bool:
    """Tell whether a request may have reached the store before *error* of urllib3."""
    reason = getattr(error, "reason", None) or error
    return not isinstance(reason, _NOT_CONNECTED)


_NOT_CONNECTED: Final = (
    failures.NameResolutionError,
    failures.NewConnectionError,
    failures.ConnectTimeoutError,
)
