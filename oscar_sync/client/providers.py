"""Storage providers of a service and of the cluster, to stores that can be spoken to."""

from collections.abc import Mapping
from typing import Any, Final

from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress

MINIO: Final = "minio"
S3: Final = "s3"
WORKING: Final = (MINIO, S3)
LATER: Final = ("webdav", "onedata")
_DEFAULT_MINIO: Final = "http://minio-service.minio:9000"
_REGION: Final = "us-east-1"


class ProviderError(ValueError, KeyError):
    """A storage provider that is not known, or cannot be used; says which can."""

    def __str__(self) -> str:
        """Return the sentence itself, which a KeyError would quote."""
        return str(self.args[0])


def split(provider: str) -> tuple[str, str]:
    """Return type and id of ``type.id``; ``minio`` alone is ``minio.default``."""
    kind, _, name = provider.strip().partition(".")
    return kind.lower(), name or "default"


def found(provider: str, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the type of *provider* and its credentials, out of the *known* ones by type and id.

    Raises:
        ProviderError: it is of a type that is not spoken here, or nothing says how to log in.
    """
    kind, name = split(provider)
    if kind not in WORKING:
        later = " comes with a later version of oscar-sync" if kind in LATER else " is not spoken"
        raise ProviderError(f"{provider}: {kind}{later}; what works: minio and s3 providers")
    accounts = known.get(kind)
    account = accounts.get(name) if isinstance(accounts, Mapping) else None
    if not isinstance(account, Mapping):
        names = ", ".join(
            f"{one}.{other}"
            for one, others in sorted(known.items())
            for other in (others if isinstance(others, Mapping) else ())
        )
        raise ProviderError(f"{provider} is not defined; there are: {names or 'none'}")
    return kind, account


def address_of(kind: str, account: Mapping[str, Any], s3_endpoint: str = "") -> StoreAddress:
    """Return where the store is; *s3_endpoint* instead of the one that a cluster names itself."""
    region = _text(account, "region") or _REGION
    standard = f"https://s3.{region}.amazonaws.com" if kind == S3 else _DEFAULT_MINIO
    return StoreAddress(
        (s3_endpoint or _text(account, "endpoint") or standard).rstrip("/"),
        Secret(_text(account, "access_key")),
        Secret(_text(account, "secret_key")),
        region,
        verify=account.get("verify") is not False,
    )


def _text(account: Mapping[str, Any], key: str) -> str:
    value = account.get(key)
    return value if isinstance(value, str) else ""
