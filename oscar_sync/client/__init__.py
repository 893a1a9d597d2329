"""OSCAR from Python: a drop-in for oscar-python's ``Client``, and ``connect`` for new code.

Libraries for HTTP, YAML and storage are loaded when they are used first.
"""

from oscar_sync.client.client import Client
from oscar_sync.client.client_anon import AnonymousClient

__all__ = ["AnonymousClient", "Client"]
