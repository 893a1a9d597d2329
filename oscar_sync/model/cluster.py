"""A cluster that a run talks to, and how it logs in there."""

from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret


class BasicLogin(Struct, frozen=True):
    user: str
    password: Secret


class TokenLogin(Struct, frozen=True):
    token: Secret


class TokenFileLogin(Struct, frozen=True):
    """A file with an OIDC access token, read again for each request since it rotates in place."""

    path: str


class RefreshLogin(Struct, frozen=True):
    """An OIDC refresh token, and where it is turned into access tokens.

    What is blank is read from the token itself: its issuer's endpoint, its client, its scopes.
    """

    refresh_token: Secret
    token_endpoint: str = ""
    client_id: str = ""
    scopes: tuple[str, ...] = ()


class AgentLogin(Struct, frozen=True):
    account: str


Login: TypeAlias = BasicLogin | TokenLogin | TokenFileLogin | RefreshLogin | AgentLogin

_KINDS: Final = {
    BasicLogin: "user and password",
    TokenLogin: "token",
    TokenFileLogin: "token file",
    RefreshLogin: "refresh token",
    AgentLogin: "oidc-agent",
}


def login_kind(login: Login | None) -> str:
    """Return the way of a *login* in words, without anything that it holds."""
    return _KINDS[type(login)] if login is not None else "(none)"


class ReadingState(StrEnum):
    READ = "read"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    """It answers, and what it answers cannot be used: no JSON, an error."""


class Cluster(Struct, frozen=True):
    """One cluster.

    ``identity`` names it in stamps and locks: its own, else the endpoint's host[:port][path].
    ``login_source`` says in words which source of product 2.3 won. ``s3_endpoint`` is the object
    store's address as seen from here, blank for the one that the cluster names.
    """

    id: ClusterId
    endpoint: str
    identity: str
    login: Login | None
    login_source: str = ""
    ssl_verify: bool = True
    ca_bundle: str = ""
    s3_endpoint: str = ""
