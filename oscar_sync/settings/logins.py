"""How a run logs in to a cluster: the entry's own way, else the environment's (product 2.3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.documents.substitution import references
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    Login,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.secret import Secret
from oscar_sync.settings.origins import origin_of

NOTEBOOK_TOKENS: Final = (
    "/var/run/secrets/egi.eu/access_token",
    "/var/run/secrets/oidc/access_token",
)
"""Where EGI and EOSC notebooks keep a token (oscar-clients 6)."""

CREDENTIALS: Final = ("auth_user", "auth_password", "token", "oidc_refresh_token")
"""Keys of an entry that variables may put a log-in into."""

WAYS: Final = (
    "token, token_file, oidc_account_name, oidc_refresh_token, auth_user with auth_password in the "
    "entry, or --token-file, OSCAR_TOKEN, OIDC_ACCESS_TOKEN, OSCAR_USERNAME with OSCAR_PASSWORD, "
    "TOKEN_FILE_PATH, OIDC_AGENT_ACCOUNT"
)


class LoginSources(Struct, frozen=True):
    """What the process offers: variables, ``--token-file`` and which token files exist.

    ``allowed`` are the origins that may have credentials; empty: files decide.
    """

    variables: Mapping[str, str] = MappingProxyType({})
    token_file: str = ""
    existing: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()

    @property
    def origin(self) -> str:
        """The origin that the log-in of the environment is for, blank: any."""
        return origin_of(self.variables.get("OSCAR_ENDPOINT", ""))

    @property
    def is_unguarded(self) -> bool:
        return self.variables.get("CI", "").lower() in ("true", "1") and not self.allowed


class FoundLogin(Struct, frozen=True):
    login: Login | None = None
    source: str = ""


def own_login(fields: Mapping[str, str], source: str) -> FoundLogin:
    """Return the login that an entry's own *fields* give."""
    # Of several, what the settings alone know wins, then oscar-cli's order (oscar-clients 1.2): the
    # account, the refresh token, Basic.
    if fields.get("token"):
        return FoundLogin(TokenLogin(Secret(fields["token"])), f"token in {source}")
    if fields.get("token_file"):
        return FoundLogin(TokenFileLogin(fields["token_file"]), f"token_file in {source}")
    if fields.get("oidc_account_name"):
        login = AgentLogin(fields["oidc_account_name"])
        return FoundLogin(login, f"oidc_account_name in {source}")
    if fields.get("oidc_refresh_token"):
        token = Secret(fields["oidc_refresh_token"])
        return FoundLogin(RefreshLogin(token), f"oidc_refresh_token in {source}")
    if fields.get("auth_user") and fields.get("auth_password"):
        pair = BasicLogin(fields["auth_user"], Secret(fields["auth_password"]))
        return FoundLogin(pair, f"auth_user and auth_password in {source}")
    return FoundLogin()


def environment_login(environment: LoginSources) -> FoundLogin:
    """Return the first login that flag, variables and token files give, in product 2.3's order."""
    variables = environment.variables
    if environment.token_file:
        return FoundLogin(TokenFileLogin(environment.token_file), "--token-file")
    for name in ("OSCAR_TOKEN", "OIDC_ACCESS_TOKEN"):
        if variables.get(name):
            return FoundLogin(TokenLogin(Secret(variables[name])), name)
    if variables.get("OSCAR_USERNAME") and variables.get("OSCAR_PASSWORD"):
        login = BasicLogin(variables["OSCAR_USERNAME"], Secret(variables["OSCAR_PASSWORD"]))
        return FoundLogin(login, "OSCAR_USERNAME and OSCAR_PASSWORD")
    if variables.get("TOKEN_FILE_PATH"):
        return FoundLogin(TokenFileLogin(variables["TOKEN_FILE_PATH"]), "TOKEN_FILE_PATH")
    for path in NOTEBOOK_TOKENS:
        if path in environment.existing:
            return FoundLogin(TokenFileLogin(path), path)
    return FoundLogin()


def agent_login(environment: LoginSources) -> FoundLogin:
    account = environment.variables.get("OIDC_AGENT_ACCOUNT", "")
    return FoundLogin(AgentLogin(account), "OIDC_AGENT_ACCOUNT") if account else FoundLogin()


_ALONE: Final = ("OSCAR_TOKEN", "OIDC_ACCESS_TOKEN", "TOKEN_FILE_PATH", "OIDC_AGENT_ACCOUNT")
_PAIR: Final = ("OSCAR_USERNAME", "OSCAR_PASSWORD")


def own_gaps(written: Mapping[str, str], fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return why what is *written* of an entry's log-in gives none, each with what to do."""
    gaps = []
    for key, text in written.items():
        names = references(text)
        if key in CREDENTIALS and names and not fields.get(key):
            of = f", as is the environment variable {names[0]}" if len(names) == 1 else ""
            gaps.append((f"{key} is empty{of}", _setting(names[0])))
    for one, other in (("auth_user", "auth_password"), ("auth_password", "auth_user")):
        if written.get(one) and not written.get(other):
            name = _PAIR[other == "auth_password"]
            gaps.append((f"{one} has no {other} beside it", f'write `{other}: "${{{name}}}"`'))
    return gaps


def environment_gaps(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return which variables that give a log-in are empty, or lack the other half of the pair."""
    wanted = [name for name in _ALONE if name in variables]
    wanted += _PAIR if any(name in variables for name in _PAIR) else ()
    return [
        (f"{name} is {'empty' if name in variables else 'not set'}", _setting(name))
        for name in wanted
        if not variables.get(name)
    ]


def _setting(name: str) -> str:
    return f"export {name}=VALUE"
