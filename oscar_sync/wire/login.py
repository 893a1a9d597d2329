"""The ``Authorization`` header of each request."""

import os
from base64 import b64encode
from collections.abc import Mapping
from typing import assert_never

from oscar_sync.documents.secret_file import SecretFileError, read_secret
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    Login,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.secret import Secret
from oscar_sync.wire.failures import UnusableLoginError

__all__ = ["UnusableLoginError", "authorization", "bearer", "renewed"]


def authorization(login: Login | None, environ: Mapping[str, str] = os.environ) -> Secret:
    """Return the header's value, blank without a *login*; a token file is read again.

    *environ* names the proxies and CAs on the way to a provider of tokens.

    Raises:
        UnusableLoginError: no token to be had, or characters that a header cannot hold.
        MissingExtraError: oidc-agent's client is not installed.
    """
    match login:
        case None:
            return Secret("")
        case BasicLogin(user, password):
            return _basic(user, password)
        case TokenLogin(token):
            return bearer(token)
        case TokenFileLogin(path):
            return bearer(_read_token(path))
        case RefreshLogin() | AgentLogin():
            from oscar_sync.wire.oidc import source_of

            return bearer(source_of(login, environ).token())
        case _:
            assert_never(login)


def renewed(
    login: Login | None, refused: Secret, environ: Mapping[str, str] = os.environ
) -> Secret | None:
    """Raises UnusableLoginError: the provider gives no other."""
    match login:
        case RefreshLogin() | AgentLogin():
            from oscar_sync.wire.oidc import source_of

            token = Secret(refused.reveal().removeprefix("Bearer "))
            return bearer(source_of(login, environ).renewed(token))
        case TokenFileLogin():
            value = authorization(login)
            return value if value != refused else None
        case _:
            return None


def bearer(token: Secret) -> Secret:
    """Raises UnusableLoginError: *token* is blank or holds spaces, control or other characters."""
    text = token.reveal()
    if not text:
        raise UnusableLoginError("the token is empty")
    if any(not "!" <= character <= "~" for character in text):
        raise UnusableLoginError("the token holds spaces, control or non-ASCII characters")
    return Secret(f"Bearer {text}")


def _basic(user: str, password: Secret) -> Secret:
    if ":" in user:
        raise UnusableLoginError("the user name holds a colon")
    text = f"{user}:{password.reveal()}"
    if any(character < " " or character == "\x7f" for character in text):
        raise UnusableLoginError("the user name or password holds control characters")
    try:
        pair = text.encode()
    except UnicodeEncodeError:
        raise UnusableLoginError("the user name or password is not Unicode text") from None
    return Secret(f"Basic {b64encode(pair).decode('ascii')}")


def _read_token(path: str) -> Secret:
    try:
        return Secret(read_secret(path))
    except SecretFileError as error:
        raise UnusableLoginError(f"the token file {path}: {error}") from error
