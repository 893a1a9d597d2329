"""Which calls of a forge are believed: GitHub signs the body, GitLab sends the secret itself."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final


def _signature(secret: bytes, body: bytes) -> bytes:
    return f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}".encode()


FORGES: Final[Mapping[str, tuple[str, Callable[[bytes, bytes], bytes]]]] = {
    "github": ("x-hub-signature-256", _signature),
    "gitlab": ("x-gitlab-token", lambda secret, _body: secret),
}
"""Of each forge the header that proves its call, and what the header has to be."""


def fault_of(forge: str, headers: Mapping[str, str], secret: bytes, body: bytes) -> str:
    """Return what is wrong with the proof of a call, blank for nothing."""
    name, expected = FORGES[forge]
    given = headers.get(name, "")
    if hmac.compare_digest(expected(secret, body), given.encode()):
        return ""
    if not given:
        return f"{name} is missing: write the secret of --hook-secret-file at the forge"
    return f"{name} is wrong: the secret at the forge is not that of --hook-secret-file"
