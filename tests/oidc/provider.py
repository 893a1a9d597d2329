"""An OpenID provider on this machine: discovery, keys, tokens that rotate, users with groups.

Its users are those of the recordings: alice, bob (g1), carol (other), dave (g1, g2).
"""

import base64
import json
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

GROUPS = {"alice": ["g1"], "bob": ["g1"], "carol": ["other"], "dave": ["g1", "g2"]}
CLIENT = "oscar-tests"
FOREIGN = "https://elsewhere.example/realms/x"
_CONNECT = "/protocol/openid-connect"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_KID = "tests-1"


def uid_of(name: str) -> str:
    return f"{name}-000000000001@egi.example"


@dataclass
class Provider:
    """What it knows, what it was asked, and how it shall behave."""

    url: str = ""
    realm: str = "/realms/tests"
    extra: dict[str, Any] = field(default_factory=dict)
    lifetime_s: int = 3600
    is_opaque: bool = False
    rotates: bool = True
    problem: tuple[int, dict[str, str]] | None = None
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    opaque: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Be as at first."""
        with self.guard:
            self.lifetime_s, self.is_opaque, self.rotates, self.problem = 3600, False, True, None
            for kept in (self.refresh_tokens, self.opaque, self.asked):
                kept.clear()

    @property
    def issuer(self) -> str:
        return self.url + self.realm

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}{_CONNECT}/token"

    def claims(self, name: str) -> dict[str, Any]:
        return {
            "sub": uid_of(name),
            "name": name.capitalize(),
            "preferred_username": name,
            "email": f"{name}@egi.example",
            "group_membership": GROUPS[name],
            **self.extra,
        }

    def signed(self, claims: dict[str, Any], **more: Any) -> str:
        return jwt.encode({**claims, **more}, _KEY, "RS256", {"kid": _KID})

    def token(self, name: str, *, lifetime_s: int | None = None, issuer: str = "") -> str:
        """Return an access token; a negative lifetime is an expired one."""
        now = int(time.time())
        span = self.lifetime_s if lifetime_s is None else lifetime_s
        told = {"sub": uid_of(name), "iat": now, "exp": now + span, "jti": secrets.token_hex(8)}
        return self.signed(told, iss=issuer or self.issuer, azp=CLIENT)

    def named(self, name: str) -> str:
        """Return the token that the recordings call so."""
        if name == "foreign":
            return self.token("alice", issuer=FOREIGN)
        if name == "expired":
            return self.token("alice", lifetime_s=-3600)
        return self.token(name)

    def refresh_token(self, name: str, *, scope: str = "openid profile offline_access") -> str:
        """Return one that says all that a client needs, as EGI Check-in's do."""
        told = {"sub": uid_of(name), "typ": "Offline", "jti": secrets.token_hex(8)}
        token = self.signed(told, iss=self.issuer, azp=CLIENT, scope=scope)
        with self.guard:
            self.refresh_tokens[token] = name
        return token

    # -- answers

    def discovery(self) -> dict[str, Any]:
        base = f"{self.issuer}{_CONNECT}"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/certs",
            "revocation_endpoint": f"{base}/revoke",
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "grant_types_supported": ["authorization_code", "refresh_token", "password"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        }

    def keys(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
        return {"keys": [{**key, "kid": _KID, "use": "sig", "alg": "RS256"}]}

    def userinfo(self, authorization: str) -> tuple[int, dict[str, Any]]:
        token = authorization.removeprefix("Bearer ")
        name = self.opaque.get(token)
        if name is None:
            try:
                told = jwt.decode(
                    token, _KEY.public_key(), ["RS256"], options={"verify_aud": False}
                )
            except jwt.PyJWTError:
                return 401, {"error": "invalid_token"}
            name = told["sub"].partition("-")[0]
        return 200, self.claims(name)

    def grant(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self.guard:
            self.asked.append(form)
            if self.problem:
                return self.problem
            if form.get("grant_type") == "password":
                name = form.get("username", "")
                if name not in GROUPS or form.get("password") != f"{name}-password":
                    return 401, {"error": "invalid_grant", "error_description": "wrong password"}
                old = ""
            else:
                old = form.get("refresh_token", "")
                name = self.refresh_tokens.get(old, "")
                if not name:
                    return 400, {
                        "error": "invalid_grant",
                        "error_description": "Token is not active",
                    }
                if self.rotates:
                    del self.refresh_tokens[old]
        new = old if old and not self.rotates else self.refresh_token(name)
        access = secrets.token_urlsafe(24) if self.is_opaque else self.token(name)
        if self.is_opaque:
            self.opaque[access] = name
        told = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime_s}
        return 200, {**told, "refresh_token": new, "scope": form.get("scope", "openid")}


def _handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == f"{provider.realm}/.well-known/openid-configuration":
                self.tell(200, provider.discovery())
            elif path == f"{provider.realm}{_CONNECT}/certs":
                self.tell(200, provider.keys())
            elif path == f"{provider.realm}{_CONNECT}/userinfo":
                self.tell(*provider.userinfo(self.headers.get("Authorization", "")))
            else:
                self.tell(404, {"error": "not_found"})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = dict(parse_qsl(text))
            basic = self.headers.get("Authorization", "").removeprefix("Basic ")
            if basic:
                pair = base64.b64decode(basic).decode().partition(":")
                form.setdefault("client_id", pair[0])
            if self.path == f"{provider.realm}{_CONNECT}/token":
                self.tell(*provider.grant(form))
            else:
                self.tell(404, {"error": "not_found"})

        def tell(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Stay silent about clients that went away."""


@contextmanager
def running(
    *, realm: str = "/realms/tests", tls: ssl.SSLContext | None = None
) -> Iterator[Provider]:
    """Serve a provider, over TLS where a context is given."""
    provider = Provider(realm=realm)
    server = _Server(("127.0.0.1", 0), _handler_of(provider))
    place = "http://localhost"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        place = "https://127.0.0.1"
    provider.url = f"{place}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
