"""How a client logs in, by the attributes that scripts read and set."""

import time
from typing import Any, Final

from msgspec import Struct

from oscar_sync.client import options
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    Login,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.secret import Secret


class TokenDefaults(Struct, frozen=True):
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
LEEWAY_S: Final = 60.0


def login_of(client: Any) -> Login | None:
    """Return how *client* logs in as its attributes are now; None for an anonymous one.

    An access token that says that it ends is used until a minute before; then, and where there is
    none, the refresh token gets another.
    """
    match client._AUTH_TYPE:  # noqa: SLF001 - the name that oscar-python gave it
        case options.BASIC:
            return BasicLogin(str(client.user), Secret(str(client.password)))
        case options.AGENT:
            return AgentLogin(str(client.shortname))
        case options.OIDC:
            return _token_login(client)
        case _:
            return None


def _token_login(client: Any) -> Login:
    if client.refresh_token and not _holds(client.oidc_token):
        return _refresh_login(client)
    if client.oidc_token:
        return TokenLogin(Secret(str(client.oidc_token)))
    path = getattr(client, "token_file", None) or options.notebook_token()
    return TokenFileLogin(str(path)) if path else TokenLogin(Secret(""))


def _holds(token: Any) -> bool:
    """Tell whether *token* says that it holds for longer than a minute."""
    if not token:
        return False
    from oscar_sync.wire.oidc_claims import claims_of

    ends = claims_of(Secret(str(token))).expires_at
    return ends is not None and ends - time.time() > LEEWAY_S


def _refresh_login(client: Any) -> RefreshLogin:
    """Return how the client's attributes say that tokens are renewed.

    Where they are as made, the token itself says it, and EGI's are for those that do not.
    """
    from oscar_sync.wire.oidc_claims import claims_of

    token = Secret(str(client.refresh_token))
    claims = claims_of(token)
    endpoint, name, scopes = client.token_endpoint, client.client_id, tuple(client.scopes or ())
    return RefreshLogin(
        token,
        claims.token_endpoint or endpoint if endpoint == DEFAULTS.endpoint else str(endpoint),
        claims.client_id or name if name == DEFAULTS.client_id else str(name),
        claims.scopes or scopes if scopes == DEFAULTS.scopes else scopes,
    )


def access_token(client: Any) -> str:
    """Return the token of the next request; a token file is read again, since it rotates.

    Raises:
        ValueError: there is none; the text says why, never what it holds.
    """
    from oscar_sync.errors import MissingExtraError
    from oscar_sync.wire.login import authorization

    try:
        value = authorization(login_of(client))
    except MissingExtraError as error:
        raise ValueError(str(error)) from None
    return value.reveal().removeprefix("Bearer ")
