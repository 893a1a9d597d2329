"""Which OIDC token a client sends."""

from dataclasses import dataclass
from typing import Any, Final

from oscar_sync.client import options


@dataclass(frozen=True, slots=True)
class TokenDefaults:
    """How EGI Check-in renews tokens: what a client's attributes say where nothing is given."""

    scopes: tuple[str, ...] = (
        "openid",
        "email",
        "profile",
        "voperson_id",
        "eduperson_entitlement",
    )
    endpoint: str = "https://aai.egi.eu/auth/realms/egi/protocol/openid-connect/token"
    client_id: str = "token-portal"


DEFAULTS: Final = TokenDefaults()


def access_token(client: Any) -> str:
    """Return the token of the next request; a token file is read anew, since it rotates.

    Raises:
        ValueError: there is none; the text says why, never what it holds.
    """
    if getattr(client, "shortname", None):
        raise ValueError(
            "logging in by shortname (oidc-agent) comes with a later version of oscar-sync; "
            "pass the token itself: oidc_token from `oidc-token ACCOUNT`"
        )
    if client.oidc_token:
        return str(client.oidc_token)
    path = client.token_file or (options.notebook_token() if not client.refresh_token else "")
    if path:
        return _from_file(str(path))
    raise ValueError(
        "logging in by refresh_token comes with a later version of oscar-sync; pass oidc_token or "
        "token_file"
    )


def _from_file(path: str) -> str:
    from oscar_sync.model.cluster import TokenFileLogin
    from oscar_sync.wire.login import authorization

    return authorization(TokenFileLogin(path)).reveal().removeprefix("Bearer ")
