"""The ``Authorization`` header of each request."""

from base64 import b64encode
from pathlib import Path
from typing import assert_never

from oscar_sync.model.cluster import BasicLogin, Login, TokenFileLogin, TokenLogin
from oscar_sync.model.secret import Secret


class UnusableLoginError(ValueError):
    """A log-in that cannot be sent; says why, never what it is."""


def authorization(login: Login | None) -> Secret:
    """Return the header's value, blank without a *login*; a token file is read anew.

    Raises:
        UnusableLoginError: no token in the file, or characters that a header cannot hold.
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
        case _:
            assert_never(login)


def bearer(token: Secret) -> Secret:
    """Return the value that sends *token*.

    Raises:
        UnusableLoginError: it is blank or holds spaces, control or non-ASCII characters.
    """
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
        raise UnusableLoginError("the user name or password is no Unicode text") from None
    return Secret(f"Basic {b64encode(pair).decode('ascii')}")


def _read_token(path: str) -> Secret:
    try:
        text = Path(path).read_text(encoding="ascii")
    except OSError as error:
        raise UnusableLoginError(f"the token file {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UnusableLoginError(f"the token file {path} holds no token") from None
    return Secret(text.strip())
