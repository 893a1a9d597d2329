"""How a run logs in to a cluster: the entry's own way, else the environment's (product 2.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from oscar_sync.model.cluster import BasicLogin, Login, TokenFileLogin, TokenLogin
from oscar_sync.model.secret import Secret

NOTEBOOK_TOKENS: Final = (
    "/var/run/secrets/egi.eu/access_token",
    "/var/run/secrets/oidc/access_token",
)
"""Where EGI and EOSC notebooks keep a token (oscar-clients 6)."""

LATER: Final = ("oidc_account_name", "oidc_refresh_token")
WAYS: Final = (
    "token_file, token, auth_user with auth_password in the entry, or --token-file, OSCAR_TOKEN, "
    "OIDC_ACCESS_TOKEN, OSCAR_USERNAME with OSCAR_PASSWORD, TOKEN_FILE_PATH"
)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the process offers: variables, ``--token-file`` and which token files exist."""

    variables: Mapping[str, str] = field(default_factory=dict)
    token_file: str = ""
    existing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundLogin:
    """A login and, in words, where it came from; ``later`` names a way not built yet."""

    login: Login | None = None
    source: str = ""
    later: str = ""


def own_login(fields: Mapping[str, str], source: str) -> FoundLogin:
    """Return the login that an entry's own *fields* give."""
    if fields.get("token"):
        return FoundLogin(TokenLogin(Secret(fields["token"])), f"token in {source}")
    if fields.get("token_file"):
        return FoundLogin(TokenFileLogin(fields["token_file"]), f"token_file in {source}")
    if fields.get("auth_user") and fields.get("auth_password"):
        login = BasicLogin(fields["auth_user"], Secret(fields["auth_password"]))
        return FoundLogin(login, f"auth_user in {source}")
    later = next((name for name in LATER if fields.get(name)), "")
    return FoundLogin(later=later)


def environment_login(environment: Environment) -> FoundLogin:
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
