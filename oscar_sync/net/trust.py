"""Whom we believe: one policy for every peer (trust 3.9).

The file or folder that ``cas`` finds named; else the system's CAs, and certifi's where it has none.
"""

import ssl
from pathlib import Path

from oscar_sync.net.errors import NoExchangeError


def context_of(cas: str, *, verify: bool = True) -> ssl.SSLContext:
    """Return how certificates are checked: by the file or folder *cas*, else the system's.

    Raises:
        NoExchangeError: *cas* holds no certificates.
    """
    if not verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    path = cas or _system()
    try:
        if path and Path(path).is_dir():
            return ssl.create_default_context(capath=path)
        if path and not Path(path).is_file():  # a pipe would be waited for
            raise NoExchangeError(f"{path} contains no CA certificates")
        return ssl.create_default_context(cafile=path or None)
    except OSError:  # an SSLError is one
        raise NoExchangeError(f"{path} contains no CA certificates") from None


def _system() -> str:
    """Return blank where the system has CAs, else the place of certifi's."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())):
        return ""
    import certifi

    return certifi.where()
