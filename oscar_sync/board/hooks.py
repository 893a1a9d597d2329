"""Which calls of a forge are believed: GitHub signs the body, GitLab sends the secret itself."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final

Headers = Mapping[str, str]


def _is_of_github(secret: bytes, headers: Headers, body: bytes) -> bool:
    good = f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}"
    return hmac.compare_digest(good.encode(), headers.get("x-hub-signature-256", "").encode())


def _is_of_gitlab(secret: bytes, headers: Headers, _body: bytes) -> bool:
    return hmac.compare_digest(secret, headers.get("x-gitlab-token", "").encode())


FORGES: Final[Mapping[str, Callable[[bytes, Headers, bytes], bool]]] = {
    "github": _is_of_github,
    "gitlab": _is_of_gitlab,
}
