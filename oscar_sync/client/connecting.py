"""``connect``: which cluster and which log-in, in the order of the whole program."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from oscar_sync.client.choosing import Wanted, chosen
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import UsageError
from oscar_sync.model.arguments import checks_arguments
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    Login,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.secret import Secret


@checks_arguments
def connect(
    endpoint_or_id: str | None = None,
    *,
    user: str | None = None,
    password: str | None = None,
    token: str | None = None,
    token_file: str | os.PathLike[str] | None = None,
    refresh_token: str | None = None,
    account: str | None = None,
    ssl: bool | None = None,
    ca_bundle: str | os.PathLike[str] = "",
    timeout_s: float = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Oscar:
    """Return a cluster to work with; nothing is sent yet.

    Args:
        endpoint_or_id: an http(s) address, or a cluster's id in ``oscar-sync.yaml`` or oscar-cli's
            file; None: where the settings send every key, oscar-cli's default, ``OSCAR_ENDPOINT``,
            or the only cluster known.
        user: with *password*; else *token*, *token_file* (read again for each request),
            *refresh_token* or *account*. None of them: the cluster's own entry, ``OSCAR_TOKEN``
            or ``OIDC_ACCESS_TOKEN``, ``OSCAR_USERNAME`` with ``OSCAR_PASSWORD``,
            ``TOKEN_FILE_PATH``, the notebooks' files.
        password: of *user*.
        token: an OIDC access token.
        token_file: a file with one.
        refresh_token: an OIDC refresh token that says where it is renewed.
        account: an account of oidc-agent, by its short name.
        ssl: False: take any certificate; None: as the entry says, verified if it says nothing.
        ca_bundle: a file of certificates to trust.
        timeout_s: seconds to wait for an answer.
        environ: the environment, for variables and proxies.

    Raises:
        TypeError: an argument has a wrong type; it is named.
        UsageError: no cluster is named, or several are known, or half a log-in is given.
        InputError: the settings cannot be read, or give no log-in.
        ClusterError: the endpoint is not an http(s) address.

    Example:
        >>> with connect("https://oscar.example", user="me", password="…") as oscar:
        ...     print(oscar)
        Oscar(oscar.example https://oscar.example)
    """
    login = _basic(user, password) or _by_token(token, token_file, refresh_token, account)
    targets = (endpoint_or_id,) if endpoint_or_id else ()
    cluster, _ = chosen(Wanted(targets, login=login), environ)
    if login is not None:
        cluster = replace(cluster, login=login, login_source="what connect was given")
    if ssl is not None:
        cluster = replace(cluster, ssl_verify=ssl)
    if ca_bundle:
        cluster = replace(cluster, ca_bundle=os.fspath(ca_bundle))
    return Oscar(cluster, timeout_s=timeout_s, environ=environ)


def _basic(user: str | None, password: str | None) -> Login | None:
    if (user is None) != (password is None):
        raise UsageError("user and password go together")
    if user is None or password is None:
        return None
    return BasicLogin(user, Secret(password))


def _by_token(
    token: str | None,
    token_file: str | os.PathLike[str] | None,
    refresh_token: str | None,
    account: str | None,
) -> Login | None:
    if token is not None:
        return TokenLogin(Secret(token))
    if token_file:
        return TokenFileLogin(str(Path(token_file).absolute()))
    if refresh_token:
        return RefreshLogin(Secret(refresh_token))
    return AgentLogin(account) if account else None
