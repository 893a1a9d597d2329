"""Which handler answers a request, after the checks that come before all handlers.

Nothing here opens a socket, reads a clock or the environment: the state is the `Cluster`.
"""

import base64
import hmac
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from oscar_sync.emulator import (
    bucket_api,
    federation_api,
    job_api,
    metrics,
    quotas,
    reading,
    service_auth,
    services,
    system,
    volumes,
)
from oscar_sync.emulator.callers import ADMINISTRATOR, Bearer, Caller
from oscar_sync.emulator.invocation_log import logged, system_logs, visitor
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Request

__all__ = ["Call", "Credentials", "route"]

Query = Mapping[str, str]
Handler = Callable[[Cluster, Caller, Request, Query, tuple[str, ...]], Reply]
_CHALLENGE = ("WWW-Authenticate", 'Basic realm="Authorization Required"')


@dataclass(frozen=True, slots=True)
class Call:
    """A request and who sends it; `bearer` is set where tokens of users are taken."""

    request: Request
    is_admin: bool
    bearer: Bearer | None = None


class Credentials:
    def __init__(self, user: str, password: str) -> None:
        self._header = b"Basic " + base64.b64encode(f"{user}:{password}".encode())

    def are_in(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "").encode("latin-1", errors="replace")
        return hmac.compare_digest(sent, self._header)


def _auth(cluster: Cluster, call: Call, name: str) -> Reply:
    """Answer whether a proxy may let somebody in to an exposed service (oscar-server 1.2.7)."""
    reply = service_auth.by_token(cluster, call.request, name)
    if reply is not None:
        return reply
    if call.bearer is not None:
        return call.bearer.refusal() or service_auth.by_user(cluster, call.bearer.caller, name)
    if not call.is_admin:
        return _unauthorized()
    return service_auth.by_user(cluster, ADMINISTRATOR, name)


def _unauthorized() -> Reply:
    reply = Reply().bare(401)
    reply.headers.append(_CHALLENGE)
    return reply


_PAGES = {"/", "/ui", "/ui/"}
_PAGE = (
    "<!doctype html>\n<title>OSCAR emulator</title>\n<p>This is an OSCAR for one machine, made by "
    "<code>oscar-sync emulator</code>. It has no dashboard: the API is below "
    "<code>/system</code>.</p>\n"
)
_PART = "([^/]+)"
_SYSTEM: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/system/services", lambda c, w, r, _q, _p: services.create(c, w, r)),
    ("PUT", "/system/services", lambda c, w, r, _q, _p: services.update(c, w, r)),
    ("GET", "/system/services", lambda c, w, _r, q, _p: reading.list_services(c, w, q)),
    ("GET", f"/system/services/{_PART}", lambda c, w, _r, q, p: reading.read(c, w, p[0], q)),
    ("DELETE", f"/system/services/{_PART}", lambda c, w, _r, q, p: services.delete(c, w, p[0], q)),
    (
        "GET",
        f"/system/services/{_PART}/deployment",
        lambda c, w, _r, _q, p: reading.deployment(c, w, p[0]),
    ),
    (
        "GET",
        f"/system/services/{_PART}/deployment/logs",
        lambda c, w, _r, _q, p: reading.deployment_logs(c, w, p[0]),
    ),
    ("POST", f"/system/services/{_PART}/stop", lambda c, w, _r, _q, p: reading.stop(c, w, p[0])),
    ("POST", f"/system/services/{_PART}/start", lambda c, w, _r, _q, p: reading.start(c, w, p[0])),
    (
        "POST",
        f"/system/services/{_PART}/restart",
        lambda c, w, _r, _q, p: reading.restart(c, w, p[0]),
    ),
    (
        "GET",
        f"/system/federation/{_PART}",
        lambda c, _w, _r, _q, p: federation_api.read_members(c, p[0]),
    ),
    (
        "POST",
        f"/system/federation/{_PART}",
        lambda c, _w, r, _q, p: federation_api.add_members(c, r, p[0]),
    ),
    (
        "PUT",
        f"/system/federation/{_PART}",
        lambda c, _w, r, _q, p: federation_api.replace_members(c, r, p[0]),
    ),
    (
        "DELETE",
        f"/system/federation/{_PART}",
        lambda c, _w, r, _q, p: federation_api.remove_members(c, r, p[0]),
    ),
    ("GET", "/system/buckets", lambda c, w, _r, _q, _p: bucket_api.list_buckets(c, w)),
    ("POST", "/system/buckets", lambda c, w, r, _q, _p: bucket_api.create_in_store(c, w, r)),
    ("PUT", "/system/buckets", lambda c, w, r, _q, _p: bucket_api.update_bucket(c, w, r)),
    (
        "GET",
        f"/system/buckets/{_PART}",
        lambda c, w, _r, q, p: bucket_api.read_bucket(c, w, p[0], q),
    ),
    (
        "DELETE",
        f"/system/buckets/{_PART}",
        lambda c, w, _r, _q, p: bucket_api.delete_bucket(c, w, p[0]),
    ),
    (
        "POST",
        f"/system/buckets/{_PART}/presign",
        lambda c, w, r, _q, p: bucket_api.presign(c, w, p[0], r),
    ),
    ("GET", "/system/volumes", lambda c, w, _r, _q, _p: volumes.list_volumes(c, w)),
    ("POST", "/system/volumes", lambda c, w, r, _q, _p: volumes.create_volume(c, w, r)),
    ("GET", f"/system/volumes/{_PART}", lambda c, w, _r, _q, p: volumes.read_volume(c, w, p[0])),
    (
        "DELETE",
        f"/system/volumes/{_PART}",
        lambda c, w, _r, _q, p: volumes.delete_volume(c, w, p[0]),
    ),
    ("GET", "/system/logs", lambda c, w, _r, q, _p: system_logs(c, w, q)),
    ("GET", f"/system/logs/{_PART}", lambda c, w, _r, q, p: job_api.list_jobs(c, w, p[0], q)),
    ("DELETE", f"/system/logs/{_PART}", lambda c, w, _r, q, p: job_api.delete_jobs(c, w, p[0], q)),
    (
        "GET",
        f"/system/logs/{_PART}/{_PART}",
        lambda c, w, _r, q, p: job_api.job_log(c, w, p[0], p[1], q),
    ),
    (
        "DELETE",
        f"/system/logs/{_PART}/{_PART}",
        lambda c, w, _r, _q, p: job_api.delete_job(c, w, p[0], p[1]),
    ),
    ("GET", "/system/info", lambda c, _w, _r, _q, _p: system.info(c)),
    ("GET", "/system/config", lambda c, w, _r, _q, _p: system.config(c, w)),
    ("PUT", "/system/config", lambda c, w, r, _q, _p: system.replace_config(c, w, r)),
    ("GET", "/system/status", lambda c, w, _r, _q, _p: system.status(c, w)),
    ("GET", "/system/metrics", lambda c, w, _r, q, _p: metrics.summary(c, w, q)),
    ("GET", "/system/metrics/breakdown", lambda c, w, _r, q, _p: metrics.breakdown(c, w, q)),
    (
        "GET",
        f"/system/metrics/{_PART}",
        lambda c, w, _r, q, p: metrics.of_service(c, w, p[0], q),
    ),
    ("GET", "/system/quotas/user", lambda c, w, _r, _q, _p: quotas.own_quota(c, w)),
    (
        "GET",
        f"/system/quotas/user/{_PART}",
        lambda c, w, _r, _q, p: quotas.other_quota(c, w, p[0]),
    ),
    (
        "PUT",
        f"/system/quotas/user/{_PART}",
        lambda c, w, r, _q, p: quotas.change_quota(c, w, r, p[0]),
    ),
)
_PLAIN_PATHS = {(method, path): handler for method, path, handler in _SYSTEM if _PART not in path}
_PATTERNS = [
    (method, re.compile(path), handler) for method, path, handler in _SYSTEM if _PART in path
]
_RUN = re.compile(f"/(run|job)/{_PART}")
_AUTH = re.compile(f"/system/services/{_PART}/auth")


def _handler(method: str, path: str) -> tuple[Handler, tuple[str, ...]] | None:
    plain = _PLAIN_PATHS.get((method, path))
    if plain is not None:
        return plain, ()
    for wanted, pattern, handler in _PATTERNS:
        match = pattern.fullmatch(path) if wanted == method else None
        if match:
            return handler, match.groups()
    return None


def _page() -> Reply:
    """Return what stands in the place of OSCAR's dashboard, which is not part of this."""
    return Reply(200, bytearray(_PAGE.encode()), "text/html; charset=utf-8", is_written=True)


def _not_found() -> Reply:
    return Reply(404, bytearray(b"404 page not found"), "text/plain", is_written=True)


def _redirect(request: Request) -> Reply | None:
    """Send a path with a trailing slash to the one without, before any authentication.

    The slash may be escaped, and the path that is told is a clean one: `..` is followed.
    """
    path = request.path
    if not path.endswith("/") or path == "/" or _handler(request.method, path[:-1]) is None:
        return None
    status = 301 if request.method == "GET" else 307
    clean = quote(posixpath.normpath(path), safe="/:@!$&'()*+,;=~")
    target = clean + (f"?{request.query}" if request.query else "")
    reply = Reply().bare(status)
    if status == 301:
        reply.is_written, reply.content_type = True, "text/html; charset=utf-8"
        reply.body += f'<a href="{target}">Moved Permanently</a>.\n\n'.encode()
    reply.headers.append(("Location", target))
    return reply


def _open_path(cluster: Cluster, call: Call) -> Reply | None:
    request = call.request
    if request.method == "GET" and request.path == "/health":
        return Reply().text(200, "Ok")
    match = _RUN.fullmatch(request.path)
    if request.method != "POST" or match is None:
        return None
    moment = cluster.now()
    reply = (
        job_api.submit(cluster, match[2], request, call.bearer)
        if match[1] == "job"
        else job_api.invoke(cluster, match[2], request, call.bearer)
    )
    asked = visitor(match[1], request, call.bearer, reply.status)
    cluster.invocations.append(logged(asked, reply.status, moment))
    return reply


def route(cluster: Cluster, call: Call) -> Reply:
    """Return the answer to a request on the cluster's state."""
    try:
        return _route(cluster, call)
    except Panic:
        return Reply().bare(500)


def _route(cluster: Cluster, call: Call) -> Reply:
    request = call.request
    path = request.path
    matched = _handler(request.method, path)
    if re.fullmatch(cluster.settings.release.no_call, f"{request.method} {path}"):
        return _not_found()
    if matched is None:
        asked = _AUTH.fullmatch(path)
        if asked and request.method == "GET":
            return _auth(cluster, call, asked[1])
        if request.method == "GET" and path in _PAGES:
            return _page()
        return _open_path(cluster, call) or _redirect(request) or _not_found()
    query = request.parameters if request.query else {}
    handler, parts = matched
    if call.bearer is not None:
        return _for_user(
            cluster, call.bearer, lambda who: handler(cluster, who, request, query, parts)
        )
    if not call.is_admin:
        return _unauthorized()
    return handler(cluster, ADMINISTRATOR, request, query, parts)


def _for_user(cluster: Cluster, bearer: Bearer, handle: Callable[[Caller], Reply]) -> Reply:
    """Answer a user; behind a refusal that does not stop it, the handler runs for nobody."""
    refusal = bearer.refusal()
    if refusal is None:
        cluster.welcome(bearer.caller)
        return handle(bearer.caller)
    if bearer.stops:
        return refusal
    try:
        refusal.body += handle(bearer.caller).body
    except Panic:
        return refusal
    return refusal
