"""Where a store is and how to log in there."""

from urllib.parse import urlsplit

from msgspec import Struct

from oscar_sync.model.secret import Secret
from oscar_sync.semantics.echoes import masked


class StoreAddress(Struct, frozen=True):
    """``endpoint`` is http(s)://host[:port]; ``verify`` False takes any certificate."""

    endpoint: str
    access_key: Secret
    secret_key: Secret
    region: str = "us-east-1"
    verify: bool = True
    ca_bundle: str = ""

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.endpoint).scheme == "https"

    @property
    def shown(self) -> str:
        scheme, separator, rest = self.endpoint.partition("://")
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"

    def masked(self, text: str) -> str:
        return masked(text, (self.secret_key, self.access_key))

    def fault(self) -> str:
        try:
            parts = urlsplit(self.endpoint)
            _ = parts.port  # raises for a port that is none
        except ValueError:
            return "its address is not an http(s) address"
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return "its address is not an http(s) address"
        has_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
        return "its address holds more than host and port" if has_more else ""
