"""Access tokens by a refresh token (RFC 6749 section 6), of a client without a secret."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from oscar_sync.model.cluster import RefreshLogin
from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.loopback import is_readable_on_the_way
from oscar_sync.net.unpacking import AnswerTooLargeError
from oscar_sync.semantics.echoes import masked
from oscar_sync.wire import address
from oscar_sync.wire.failures import UnusableLoginError
from oscar_sync.wire.oidc_claims import claims_of
from oscar_sync.wire.token_source import Fetched

TIMEOUT_S: Final = 30.0
_WORDS: Final = 300


class Refresher:
    """Renews the tokens of one log-in; the refresh token that is handed out last is kept."""

    def __init__(self, login: RefreshLogin, environ: Mapping[str, str]) -> None:
        """Read from the token what *login* leaves open; *environ* names proxies and CAs.

        Raises:
            UnusableLoginError: it is opaque, or its endpoint is not to be trusted with it.
        """
        claims = claims_of(login.refresh_token)
        self._endpoint = login.token_endpoint or claims.token_endpoint
        self._client_id = login.client_id or claims.client_id
        self._scopes = login.scopes or claims.scopes
        self._token = login.refresh_token
        self._environ = environ
        _check(self._endpoint, self._client_id)

    def fetch(self, _wanted_s: float) -> Fetched:
        """Raises UnusableLoginError: the provider gives none, in its own words."""
        answer = self._sent()
        told = _json_object(answer.data)
        token, new = told.get("access_token"), told.get("refresh_token")
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise UnusableLoginError(self._refusal(answer.status, told))
        if isinstance(new, str) and new:
            self._token = Secret(new)
        return Fetched(Secret(token), _lifetime_s(told, Secret(token)))

    def _sent(self) -> Any:
        from oscar_sync.net.pool import Pool

        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._token.reveal(),
            "client_id": self._client_id,
            **({"scope": " ".join(self._scopes)} if self._scopes else {}),
        }
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "oscar-sync",
        }
        body = urlencode(form).encode()
        try:
            cas = named_cas("", self._environ)
            with Pool(self._endpoint, self._environ, cas=cas) as pool:
                return pool.urlopen(
                    "POST", self._endpoint, headers=headers, body=body, timeout=TIMEOUT_S
                )
        except NoExchangeError as error:
            raise UnusableLoginError(f"{self._place}: {error.words}") from None
        except AnswerTooLargeError:
            raise UnusableLoginError(f"{self._place}: the answer is too large") from None

    @property
    def _place(self) -> str:
        return f"the provider of tokens {address.shown(self._endpoint)}"

    def _refusal(self, status: int, told: Mapping[str, object]) -> str:
        words = [told.get(name) for name in ("error", "error_description")]
        said = ": ".join(word for word in words if isinstance(word, str) and word)
        said = masked(said, (self._token,))
        said = "".join(char if char.isprintable() else " " for char in said[:_WORDS])
        return f"{self._place} gives no access token ({status}{': ' + said if said else ''})"


def _check(endpoint: str, client_id: str) -> None:
    if not endpoint or not client_id:
        raise UnusableLoginError(
            "the refresh token does not say its issuer and client: it is not a JWT, or holds no "
            "iss and azp"
        )
    if address.fault(endpoint):
        raise UnusableLoginError(f"the token endpoint {address.shown(endpoint)} is not an address")
    if is_readable_on_the_way(endpoint):
        raise UnusableLoginError(
            f"the token endpoint {address.shown(endpoint)} is not an https address: the refresh "
            "token is not sent there"
        )


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _lifetime_s(told: Mapping[str, object], token: Secret) -> float | None:
    span = told.get("expires_in")
    if isinstance(span, str) and span.isdigit():
        span = int(span)
    if isinstance(span, int | float) and not isinstance(span, bool):
        return float(span)
    ends = claims_of(token).expires_at
    return None if ends is None else ends - time.time()
