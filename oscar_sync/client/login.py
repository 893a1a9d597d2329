"""How a client logs in, by the attributes that scripts read and set."""

from dataclasses import dataclass
from typing import Any, Final

from oscar_sync.client import options
from oscar_sync.model.cluster import BasicLogin, Login, TokenFileLogin, TokenLogin
from oscar_sync.model.secret import Secret


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


def login_of(client: Any) -> Login | None:
    """Return how *client* logs in as its attributes are now; None for an anonymous one.

    Raises:
        ValueError: by a way that is not built yet; the text says what works.
    """
    match client._AUTH_TYPE:  # noqa: SLF001 - the name that oscar-python gave it
        case options.BASIC:
            return BasicLogin(str(client.user), Secret(str(client.password)))
        case options.AGENT:
            raise ValueError(
                "logging in by shortname (oidc-agent) comes with a later version of oscar-sync; "
                "pass the token itself: oidc_token from `oidc-token ACCOUNT`"
            )
        case options.OIDC:
            return _token_login(client)
        case _:
            return None


def _token_login(client: Any) -> Login:
    if client.oidc_token:
        return TokenLogin(Secret(str(client.oidc_token)))
    if client.refresh_token:
        raise ValueError(
            "logging in by refresh_token comes with a later version of oscar-sync; pass "
            "oidc_token or token_file"
        )
    path = getattr(client, "token_file", None) or options.notebook_token()
    return TokenFileLogin(str(path)) if path else TokenLogin(Secret(""))


def access_token(client: Any) -> str:
    """Return the token of the next request; a token file is read anew, since it rotates.

    Raises:
        ValueError: there is none; the text says why, never what it holds.
    """
    from oscar_sync.wire.login import authorization

    return authorization(login_of(client)).reveal().removeprefix("Bearer ")
