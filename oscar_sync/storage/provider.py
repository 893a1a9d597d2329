"""The storage providers of a service, by kind: one row for each."""

import os
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from oscar_sync.errors import MissingExtraError, UsageError
from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.stored import Provider, StoredFile

__all__ = ["KINDS", "Provider", "StoredFile", "cluster_store", "open_provider"]

Credentials = Mapping[str, object]
"""As an FDL or a cluster writes them; a value may be a Secret, ``verify`` a text."""

_REGION: Final = "us-east-1"
_NO: Final = frozenset({"false", "0", "no", "off"})


def open_provider(
    kind: str, credentials: Credentials, environ: Mapping[str, str] = os.environ
) -> Provider:
    """Return the provider of *kind* (``webdav``, or ``webdav.ID``); nothing is sent yet.

    *credentials* have the fields of an FDL's ``storage_providers``, and may have ``verify`` and
    ``ca_bundle``. *environ* names proxies and, as ``REQUESTS_CA_BUNDLE``, whom to trust.

    Raises:
        UsageError: the kind is not spoken, or the credentials lack something.
        MissingExtraError: its library is not installed.
    """
    name = kind.partition(".")[0].strip().lower()
    opener = _OPENERS.get(name)
    if opener is None:
        spoken = ", ".join(KINDS)
        raise UsageError(f"storage provider {kind}: files can be moved with {spoken} only")
    lacking = [field for field in _NEEDED[name] if not _text(credentials, field)]
    if lacking:
        raise UsageError(f"storage provider {kind} lacks {', '.join(lacking)}")
    return opener(credentials, environ)


def store_address(
    credentials: Credentials, *, endpoint: str = "", ca_bundle: str = ""
) -> StoreAddress:
    """Return the object store of *credentials*, which may have a ``fault``.

    *endpoint* stands above the one that they name.
    """
    return StoreAddress(
        (endpoint or _text(credentials, "endpoint")).rstrip("/"),
        Secret(_text(credentials, "access_key")),
        Secret(_text(credentials, "secret_key")),
        _text(credentials, "region") or _REGION,
        verify=_verify(credentials),
        ca_bundle=ca_bundle,
    )


def is_checked(s3_endpoint: str, ca_bundle: str) -> bool:
    """Tell whether somebody wrote down that the store's certificate is checked (trust 3.9)."""
    return bool(ca_bundle) or s3_endpoint.strip().lower().startswith("https:")


def cluster_store(
    credentials: Credentials, environ: Mapping[str, str], *, s3_endpoint: str, ca_bundle: str
) -> StoreAddress:
    """Return a cluster's own store, as ``/system/config`` names it and people say it is reached."""
    # What :func:`is_checked` wins over the cluster's word that no certificate is checked.
    address = store_address(credentials, endpoint=s3_endpoint)
    return replace(
        address,
        verify=is_checked(s3_endpoint, ca_bundle) or address.verify,
        ca_bundle=named_cas(ca_bundle, environ) if address.is_secure else "",
    )


def _s3(credentials: Credentials, environ: Mapping[str, str]) -> Provider:
    region = _text(credentials, "region") or _REGION
    amazon = f"https://s3.{region}.amazonaws.com"
    return _buckets(credentials, environ, _text(credentials, "endpoint") or amazon)


def _buckets(credentials: Credentials, environ: Mapping[str, str], endpoint: str = "") -> Provider:
    from oscar_sync.storage.buckets import BucketProvider
    from oscar_sync.storage.store import ObjectStore

    ca_bundle = _ca_bundle(credentials, environ)
    address = store_address(credentials, endpoint=endpoint, ca_bundle=ca_bundle)
    if fault := address.fault():
        raise UsageError(f"object store {address.shown}: {fault}")
    return BucketProvider(ObjectStore(address, environ))


def _webdav(credentials: Credentials, environ: Mapping[str, str]) -> Provider:
    try:
        from oscar_sync.storage.webdav import WebdavProvider
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("oscar_sync"):
            raise
        raise MissingExtraError("webdav4", "webdav") from error
    from oscar_sync.storage.server import server_of  # it brings TLS: most runs meet no such server

    server = server_of(
        _text(credentials, "hostname"),
        verify=_verify(credentials),
        ca_bundle=_ca_bundle(credentials, environ),
    )
    login, password = _text(credentials, "login"), Secret(_text(credentials, "password"))
    return WebdavProvider(server, login, password, environ)


def _onedata(credentials: Credentials, environ: Mapping[str, str]) -> Provider:
    from oscar_sync.storage.onedata import OnedataProvider
    from oscar_sync.storage.server import server_of

    server = server_of(
        _text(credentials, "oneprovider_host"),
        verify=_verify(credentials),
        ca_bundle=_ca_bundle(credentials, environ),
    )
    token, space = Secret(_text(credentials, "token")), _text(credentials, "space")
    return OnedataProvider(server, token, space, environ)


def _text(credentials: Credentials, field: str) -> str:
    value = credentials.get(field)
    if isinstance(value, Secret):
        return value.reveal()
    return value if isinstance(value, str) else ""


def _verify(credentials: Credentials) -> bool:
    value = credentials.get("verify")
    return value is not False and str(value).strip().lower() not in _NO


def _ca_bundle(credentials: Credentials, environ: Mapping[str, str]) -> str:
    return named_cas(_text(credentials, "ca_bundle"), environ)


_OPENERS: Final[Mapping[str, Callable[[Credentials, Mapping[str, str]], Provider]]] = {
    "minio": _buckets,
    "s3": _s3,
    "webdav": _webdav,
    "onedata": _onedata,
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "minio": ("endpoint", "access_key", "secret_key"),
    "s3": ("access_key", "secret_key"),
    "webdav": ("hostname", "login", "password"),
    "onedata": ("oneprovider_host", "token", "space"),
}
KINDS: Final = tuple(_OPENERS)
"""The providers that work."""
