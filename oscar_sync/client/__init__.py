"""OSCAR from Python: a drop-in for oscar-python's ``Client``, and ``connect`` for new code.

Libraries for HTTP, YAML and storage are loaded when they are used first.
"""

from typing import Any, Final

from oscar_sync.client.client import Client
from oscar_sync.client.client_anon import AnonymousClient

__all__ = ["AnonymousClient", "Client", "HTTPError", "Oscar", "Storage", "connect"]

_ELSEWHERE: Final = {
    "HTTPError": "oscar_sync.client.failures",
    "Oscar": "oscar_sync.client.connection",
    "Storage": "oscar_sync.client.storage",
    "connect": "oscar_sync.client.connecting",
}


def __getattr__(name: str) -> Any:
    """Return what is imported when first asked for."""
    if name in _ELSEWHERE:
        from importlib import import_module

        return getattr(import_module(_ELSEWHERE[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
