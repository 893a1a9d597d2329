"""Which file of CAs is named for a peer: its own, or the environment's. Pure."""

from collections.abc import Mapping
from typing import Final

_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def named_cas(ca_bundle: str, environ: Mapping[str, str]) -> str:
    """Return the file or folder of CAs that is named for a peer, blank for the system's."""
    return ca_bundle or next((text for name in _VARIABLES if (text := environ.get(name, ""))), "")
