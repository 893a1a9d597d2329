"""Which storage providers lead to the cluster's own object store, whatever they are called.

OSCAR takes ``minio.default`` alone for its store. A ``minio.ID`` or ``s3.ID`` whose address is the
same store reads, writes and deletes in the same buckets (trust 2.4).
"""

import ipaddress
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

from oscar_sync.model.form import Form
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import OwnStore
from oscar_sync.semantics.paths import (
    BUCKET_OUTPUT_TYPES,
    DEFAULT_ID,
    ProviderName,
    account_of,
    provider_of,
)

_PORTS: Final = {"http": 80, "https": 443}
_LOOPBACK: Final = "localhost"
_CLUSTER_SUFFIX: Final = ".svc"


def is_own_store(form: Form, provider: str, store: OwnStore) -> bool:
    """Tell whether *provider* (``type.id``), as the service *form* logs in to it, is *store*."""
    # Its address tells, or that it has the store's own keys: the same store is reached under names
    # that only a resolver knows.
    named = provider_of(provider)
    if named == ProviderName("minio", DEFAULT_ID):
        return True
    if named.type not in BUCKET_OUTPUT_TYPES:
        return False
    account = account_of(form, provider)
    endpoint = str(account.get("endpoint") or "")
    if not endpoint:
        return False
    keys = _secret(account.get("access_key")), _secret(account.get("secret_key"))
    has_its_keys = all(keys) and keys == (store.access_key, store.secret_key)
    return leads_to(endpoint, store.addresses) or has_its_keys


def leads_across(form: Form, provider: str, store: OwnStore, home: OwnStore) -> bool:
    """Tell whether *provider* leads the service *form* of another cluster to *store*.

    *home* is that cluster's own store: an address inside of clusters means the one at home.
    """
    endpoint = str(account_of(form, provider).get("endpoint") or "")
    is_at_home = not endpoint or leads_to(endpoint, home.addresses)
    return not is_at_home and is_own_store(form, provider, store)


def is_refused_input(form: Form, provider: str, store: OwnStore, *, shows_its_keys: bool) -> bool:
    """Tell whether the server refuses an input on *provider*: a MinIO that is not its own store."""
    # POST and PUT compare address and keys with the configuration (oscar-server 6.2). A blank key
    # is kept from the cluster; the configuration shows a user that user's own keys.
    named = provider_of(provider)
    own = store.addresses[:1]  # the one by which the server knows it
    if named.type != "minio" or named.id == DEFAULT_ID or not own:
        return False
    account = account_of(form, provider)
    endpoint = str(account.get("endpoint") or "")
    keys = (
        (_secret(account.get("access_key")), store.access_key),
        (_secret(account.get("secret_key")), store.secret_key),
    )
    has_others = shows_its_keys and any(mine and mine != its for mine, its in keys)
    return has_others or bool(endpoint and not leads_to(endpoint, own))


def leads_to(endpoint: str, addresses: Collection[str]) -> bool:
    place = _place(endpoint)
    return place is not None and any(
        other is not None and _is_same(place, other) for other in map(_place, addresses)
    )


def _is_same(one: tuple[str, int | None], other: tuple[str, int | None]) -> bool:
    """Compare host and port; a port that nobody wrote, nor a scheme for it, may be any."""
    return one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])


def _place(endpoint: str) -> tuple[str, int | None] | None:
    try:
        parts = _split(endpoint.strip())
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return _host(parts.hostname), port or _PORTS.get(parts.scheme)


def _split(endpoint: str) -> SplitResult:
    return urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")


def _host(name: str) -> str:
    """Return one spelling of a host: loopback, addresses, and names inside the cluster."""
    name = name.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        head, suffix, _ = f"{name}.".partition(f"{_CLUSTER_SUFFIX}.")
        return head if suffix else name
    mapped = getattr(address, "ipv4_mapped", None) or address
    return _LOOPBACK if mapped.is_loopback else str(mapped)


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret("")
