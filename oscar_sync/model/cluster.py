"""A cluster that a run talks to, and how it logs in there."""

from dataclasses import dataclass
from typing import TypeAlias

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret


@dataclass(frozen=True, slots=True)
class BasicLogin:
    """User and password."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """An OIDC access token."""

    token: Secret


@dataclass(frozen=True, slots=True)
class TokenFileLogin:
    """A file with an OIDC access token, read anew for each request since it rotates in place."""

    path: str


Login: TypeAlias = BasicLogin | TokenLogin | TokenFileLogin


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster.

    ``identity`` stands in stamps and locks: the entry's own, else the endpoint's host[:port][path].
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
