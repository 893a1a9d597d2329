"""What a token says of itself. Nothing here is believed: the server checks it. Pure."""

import binascii
import json
from base64 import urlsafe_b64decode
from typing import Final

from msgspec import Struct

from oscar_sync.model.secret import Secret
from oscar_sync.semantics.shapes import text_at

_SEGMENTS: Final = 3
KEYCLOAK_TOKEN_PATH: Final = "/protocol/openid-connect/token"
"""Below the issuer; where oscar-cli looks (oscar-clients 6)."""


class Claims(Struct, frozen=True):
    """Issuer, client, scopes and expiry; blank or None where the token does not say."""

    issuer: str = ""
    client_id: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: float | None = None

    @property
    def token_endpoint(self) -> str:
        return self.issuer.rstrip("/") + KEYCLOAK_TOKEN_PATH if self.issuer else ""


def claims_of(token: Secret) -> Claims:
    parts = token.reveal().split(".")
    if len(parts) != _SEGMENTS:
        return Claims()
    try:
        told = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return Claims()
    if not isinstance(told, dict):
        return Claims()
    expires = told.get("exp")
    return Claims(
        text_at(told, "iss"),
        text_at(told, "azp"),
        tuple(text_at(told, "scope").split()),
        float(expires) if isinstance(expires, int | float) else None,
    )
