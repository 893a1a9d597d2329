"""What a client is made of: the dictionary that scripts pass, read once."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from oscar_sync.settings.logins import NOTEBOOK_TOKENS

BASIC: Final = "basicauth"
AGENT: Final = "oidc-agent"
OIDC: Final = "oidc"
ANONYMOUS: Final = "anon"

DEFAULT_TIMEOUT_S: Final = 60.0
_ON: Final = frozenset({"true", "1", "yes", "on"})
_OFF: Final = frozenset({"false", "0", "no", "off", ""})


POSITIONS: Final = ("cluster_id", "endpoint", "user", "password", "ssl")
"""The order in which oscar-python 1.0 took them."""


def merged(
    options: Mapping[str, Any] | str | None,
    keywords: Mapping[str, Any],
    more: Sequence[Any] = (),
) -> dict[str, Any]:
    """Return *options* with *keywords* on top; ``id`` is an old name of ``cluster_id``.

    A text is the cluster's id, and *more* are the values behind it, as oscar-python 1.0 took them.

    Raises:
        TypeError: there are more of them than that, or they stand behind a mapping.
    """
    if isinstance(options, str):
        options = dict(zip(POSITIONS, (options, *more), strict=False))
        more = more[len(POSITIONS) - 1 :]
    if more:
        raise TypeError(f"give a mapping of options, or {', '.join(POSITIONS)}")
    together = {**(options or {}), **keywords}
    if "id" in together:
        together.setdefault("cluster_id", together.pop("id"))
    return together


def required(options: Mapping[str, Any], key: str) -> Any:
    """Return an option that must be there.

    Raises:
        KeyError: it is not.
    """
    if key not in options:
        raise KeyError(f"the option {key!r} is missing")
    return options[key]


def verify_of(ssl: object) -> bool | str:
    """Return what ``ssl`` says: True, False, or the path of a file with certificates.

    Words count as they read: ``'false'``, ``'0'``, ``'no'`` and ``'off'`` are False.

    Raises:
        ValueError: a text that is neither a word nor an existing file.

    Example:
        >>> verify_of("False"), verify_of("yes"), verify_of(None)
        (False, True, True)
    """
    if ssl is None or isinstance(ssl, bool):
        return ssl is not False
    if not isinstance(ssl, str | os.PathLike):
        return bool(ssl)
    text = os.fspath(ssl)
    word = text.strip().lower()
    if word in _ON | _OFF:
        return word in _ON
    if os.path.exists(text):
        return text
    raise ValueError(f"the option 'ssl' is neither true, false nor a file of certificates: {text}")


def auth_type_of(options: Mapping[str, Any]) -> str:
    """Return how the *options* log in, by which keys they have.

    Raises:
        ValueError: they name no way, and none of the notebooks' token files is there.
    """
    if "user" in options:
        return BASIC
    if "shortname" in options:
        return AGENT
    if {"oidc_token", "refresh_token", "token_file"} & set(options) or notebook_token():
        return OIDC
    raise ValueError(
        "Unrecognized authentication credentials in options: give user and password, oidc_token, "
        "refresh_token or token_file"
    )


def notebook_token() -> str:
    """Return the first token file of EGI and EOSC notebooks that exists, blank for none."""
    return next((path for path in NOTEBOOK_TOKENS if os.path.exists(path)), "")
