"""The OpenID providers that the server trusts: discovery, keys, tokens, users and their groups.

Only the issuers that were named at the start are ever asked, and only on this machine.
"""

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt

from oscar_sync.emulator.callers import Bearer, Caller
from oscar_sync.emulator.jwt_text import TokenProblem, issuer_of

__all__ = ["Issuers", "issuer_problem"]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_TIMEOUT_S = 10.0
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
_URN = "urn:mace:egi.eu:group"
_URN_GROUP = 4
_CACHED = 1000


class _Refused(Exception):
    """The provider does not answer, or not as one."""


def issuer_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return f"the issuer {url} is no http(s) address"
    if not is_address:
        return f"the issuer {url} is no http(s) address"
    if parts.hostname not in _LOOPBACK:
        return f"the issuer {url} is not on this machine; the emulator does not leave it"
    return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _asked(url: str, token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - checked by our caller
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            document = json.loads(answer.read())
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise _Refused from error
    if not isinstance(document, dict):
        raise _Refused
    return document


@dataclass(slots=True)
class _Issuer:
    url: str
    document: dict[str, Any] = field(default_factory=dict)
    keys: jwt.PyJWKSet | None = None
    known: dict[str, Caller] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def caller(self, token: str) -> Caller:
        """Return whose token it is.

        Raises:
            _Refused: its signature, its time or the provider says no.
        """
        with self.guard:
            self._verify(token)
            if token not in self.known:
                if len(self.known) >= _CACHED:
                    self.known.clear()
                self.known[token] = self._user(token)
            return self.known[token]

    def _endpoint(self, name: str) -> str:
        if not self.document:
            document = _asked(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.url:
                raise _Refused
            self.document = document
        url = str(self.document.get(name, ""))
        if issuer_problem(url):
            raise _Refused
        return url

    def _key(self, token: str) -> jwt.PyJWK:
        try:
            wanted = jwt.get_unverified_header(token).get("kid")
            for _ in range(2):
                if self.keys is None:
                    self.keys = jwt.PyJWKSet.from_dict(_asked(self._endpoint("jwks_uri")))
                keys = [key for key in self.keys.keys if wanted in {None, key.key_id}]
                if keys:
                    return keys[0]
                self.keys = None
        except jwt.PyJWTError as error:
            raise _Refused from error
        raise _Refused

    def _verify(self, token: str) -> None:
        key = self._key(token)
        try:
            jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=self.url,
                options={"verify_aud": False, "require": ["exp"]},
            )
        except jwt.PyJWTError as error:
            raise _Refused from error

    def _user(self, token: str) -> Caller:
        told = _asked(self._endpoint("userinfo_endpoint"), token)
        uid, name = told.get("sub"), told.get("name", "")
        if not isinstance(uid, str) or not uid:
            raise _Refused
        return Caller(uid, name if isinstance(name, str) else "", self._groups(told))

    def _groups(self, told: dict[str, Any]) -> tuple[str, ...]:
        """Return the groups, told in another way by each kind of issuer (oscar-server 10)."""
        if "/realms/egi" in self.url:
            entitlements = told.get("entitlements", told.get("eduperson_entitlement"))
            urns = [urn.strip().lower().split(":") for urn in _texts(entitlements)]
            return tuple(
                urn[_URN_GROUP]
                for urn in urns
                if len(urn) > _URN_GROUP and ":".join(urn).startswith(_URN)
            )
        if "/realms/ai4eosc" in self.url:
            access = told.get("realm_access")
            return _texts(access.get("roles") if isinstance(access, dict) else None)
        return _texts(told.get("group_membership"))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


class Issuers:
    """All providers of one server, and the groups that may use it."""

    def __init__(self, urls: tuple[str, ...], groups: tuple[str, ...]) -> None:
        self._known = {url: _Issuer(url) for url in urls}
        self._groups = frozenset(groups)

    def judge(self, token: str) -> Bearer:
        """Return what a token is worth, in the order of the server's checks (oscar-server 10)."""
        try:
            issuer = issuer_of(token)
        except TokenProblem as problem:
            return Bearer(status=400, text=str(problem), is_malformed=True)
        known = self._known.get(issuer)
        if known is None:
            text = f"'{issuer}' is not listed as an authorized issuer"
            return Bearer(status=401, text=text, issuer=issuer)
        try:
            caller = known.caller(token)
        except _Refused:
            return Bearer(status=401, stops=True, issuer=issuer)
        if not self._groups & set(caller.groups):
            return Bearer(caller, status=401, stops=True, issuer=issuer)
        return Bearer(caller, issuer=issuer)
