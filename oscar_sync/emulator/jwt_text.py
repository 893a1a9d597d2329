"""The outside of a token: whose it says it is, before anybody believes it.

The sentences are those of the server's library (record 201).
"""

import base64
import binascii
import json
from typing import Any

__all__ = ["TokenProblem", "issuer_of"]

_SEGMENTS = 3


class TokenProblem(Exception):
    """Why a text is no token."""


def issuer_of(token: str) -> str:
    """Return the issuer that a token names, blank if it names none.

    Raises:
        TokenProblem: it is none.
    """
    parts = token.split(".")
    if len(parts) != _SEGMENTS:
        raise TokenProblem("token is malformed: token contains an invalid number of segments")
    _decoded(parts[0], "header")
    claims = _decoded(parts[1], "claim")
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) else ""


def _decoded(part: str, name: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except binascii.Error:
        at = next((place for place, char in enumerate(part) if not _is_plain(char)), len(part))
        lead = f"token is malformed: could not base64 decode {name}: "
        raise TokenProblem(f"{lead}illegal base64 data at input byte {at}") from None
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        lead = f"token is malformed: could not JSON decode {name}: "
        char = text[:1].decode("latin-1")
        told = f"invalid character '{char}' looking for beginning of value"
        raise TokenProblem(lead + (told if text else "EOF"))
    return value


def _is_plain(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "-_")
