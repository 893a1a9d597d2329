"""Log-ins whose access tokens are fetched: by a refresh token, or from oidc-agent.

All sessions of the process share what is fetched: a refresh token that the provider takes back
when it hands out the next one is kept here, in memory.
"""

import threading
from collections.abc import Mapping
from typing import Final

from oscar_sync.model.cluster import AgentLogin, RefreshLogin
from oscar_sync.wire.oidc_agent import Agent
from oscar_sync.wire.oidc_refresh import Refresher
from oscar_sync.wire.token_source import Fetch, TokenSource

FetchedLogin = RefreshLogin | AgentLogin

_SOURCES: Final[dict[FetchedLogin, TokenSource]] = {}
_SOURCES_GUARD: Final = threading.Lock()


def source_of(login: FetchedLogin, environ: Mapping[str, str]) -> TokenSource:
    """Return the process's one source for *login*, made at first use.

    Raises:
        UnusableLoginError: the refresh token does not say where it is renewed.
        MissingExtraError: oidc-agent's client is not installed.
    """
    with _SOURCES_GUARD:
        if login not in _SOURCES:
            _SOURCES[login] = TokenSource(_fetch_of(login, environ))
        return _SOURCES[login]


def _fetch_of(login: FetchedLogin, environ: Mapping[str, str]) -> Fetch:
    if isinstance(login, AgentLogin):
        return Agent(login.account).fetch
    return Refresher(login, environ).fetch
