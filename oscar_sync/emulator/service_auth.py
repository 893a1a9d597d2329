"""`/system/services/{name}/auth`: the question of a proxy before an exposed service.

Sources: pkg/utils/auth/service_token.go and service_permissions.go at v4.1.2 (oscar-server 1.2.7).
"""

import base64
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.invocations import TOKEN_LENGTH
from oscar_sync.emulator.reading import is_shown
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.services import stuck
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Request

__all__ = ["by_token", "by_user"]


def _cookie_name(service: str) -> str:
    return f"oscar_service_{service.replace('-', '_')}_auth"


def _cookie(request: Request, name: str) -> str:
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(_cookie_name(name))
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _forwarded(request: Request) -> str:
    try:
        query = urlsplit(request.headers.get("x-forwarded-uri", "").strip()).query
    except ValueError:
        return ""
    return parse_qs(query).get("token", [""])[0]


def _candidates(request: Request, name: str) -> list[str]:
    """Return the service tokens of a request; a bearer's alone where there is one."""
    parts = request.headers.get("authorization", "").split("Bearer ")
    if len(parts) == 2:
        tokens = [parts[1]]
    else:
        given = request.parameters.get("token", "")
        tokens = [given, _forwarded(request), _cookie(request, name)]
    return [token.strip() for token in tokens if len(token.strip()) == TOKEN_LENGTH]


def _is_basic(header: str) -> bool:
    """Return whether Go takes a header for user and password, right or wrong ones."""
    kind, _, given = header.partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        return b":" in base64.b64decode(given, validate=True)
    except ValueError:
        return False


def by_token(cluster: Cluster, request: Request, name: str) -> Reply | None:
    """Return the answer to a service's token and a cookie with it, nothing if none is brought.

    Raises:
        Panic: a token for a service that is not there.
    """
    if _is_basic(request.headers.get("authorization", "")):
        return None
    tokens = _candidates(request, name)
    if not tokens:
        return None
    services = cluster.named(name)
    if not services:
        raise Panic
    if services[0].token not in tokens:
        return Reply().bare(401)
    path = f"/system/services/{services[0].name}/exposed"
    is_secure = request.headers.get("x-forwarded-proto", "").lower() == "https"
    secure = "; Secure" if is_secure else ""
    cookie = (
        f"{_cookie_name(name)}={services[0].token}; Path={path}; HttpOnly{secure}; SameSite=Lax"
    )
    reply = Reply().bare(200)
    reply.headers.append(("Set-Cookie", cookie))
    return reply


def by_user(cluster: Cluster, who: Caller, name: str) -> Reply:
    services = cluster.named(name)
    if not services:
        return Reply().bare(404)
    if stuck(services):
        return Reply().bare(500)
    return Reply().bare(200 if is_shown(services[0], who) else 403)
