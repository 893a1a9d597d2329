"""Storage providers of a service and of the cluster, to what speaks to them."""

import os
from collections.abc import Mapping
from typing import Any, Final

from oscar_sync.errors import UsageError
from oscar_sync.storage.stored import Provider

MINIO: Final = "minio"


class ProviderError(ValueError, KeyError):
    """A storage provider that is not known, or cannot be used; says which can."""

    def __str__(self) -> str:
        """Return the sentence itself, which a KeyError would quote."""
        return str(self.args[0])


def provider_account(provider: str, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the type of *provider* and its credentials, out of the *known* ones by type and id.

    *provider* is ``type.id``; a type alone is ``type.default``.

    Raises:
        ProviderError: it is of a type that is not spoken here, or nothing says how to log in.

    Example:
        >>> provider_account("minio", {"minio": {"default": {"endpoint": "https://store"}}})
        ('minio', {'endpoint': 'https://store'})
    """
    from oscar_sync.storage.provider import KINDS

    kind, _, name = provider.strip().partition(".")
    kind = kind.lower()
    if kind not in KINDS:
        raise ProviderError(
            f"{provider}: {kind} is not supported; supported are: {', '.join(KINDS)}"
        )
    accounts = known.get(kind)
    account = accounts.get(name or "default") if isinstance(accounts, Mapping) else None
    if not isinstance(account, Mapping):
        names = ", ".join(
            f"{one}.{other}"
            for one, others in sorted(known.items())
            for other in (others if isinstance(others, Mapping) else ())
        )
        raise ProviderError(f"{provider} is not defined; there are: {names or 'none'}")
    return kind, account


def opened(
    provider: str, known: Mapping[str, Any], environ: Mapping[str, str] = os.environ
) -> Provider:
    """Return *provider* out of the *known* ones, ready to be used; nothing is sent yet.

    Raises:
        ProviderError: it is not known, not spoken, its credentials lack something, or its library
            is not installed.
    """
    from oscar_sync.storage.provider import open_provider

    _, account = provider_account(provider, known)
    try:
        return open_provider(provider, account, environ)
    except UsageError as error:
        raise ProviderError(str(error)) from None
