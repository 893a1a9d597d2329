"""Who may invoke a service, by `/run` and by `/job`.

Sources: pkg/handlers/run.go, job.go and logs.go at v3.7.1, v4.0.0 and v4.1.2; records 217, 227,
228.
"""

import hmac
from collections.abc import Mapping

from oscar_sync.emulator.callers import Bearer, formatted
from oscar_sync.emulator.jwt_text import TokenProblem, issuer_of
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.services import stuck
from oscar_sync.emulator.state import Cluster, Service
from oscar_sync.emulator.wire import Request

__all__ = ["TOKEN_LENGTH", "invoked", "is_open", "token_of"]

TOKEN_LENGTH = 64
_SEVERAL = "More than one service authorize, use the owner query to select the service"


def token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else ""


def invoked(
    cluster: Cluster, verb: str, name: str, request: Request, bearer: Bearer | None
) -> Service | Reply:
    """Return the service that the request may invoke by *verb*, else the refusal.

    Raises:
        Panic: a job for a token that its issuer refuses.
    """
    services = cluster.named(name)
    if not cluster.settings.release.invokes_by_role:
        if not services:
            return Reply().bare(404)
        if stuck(services):
            return Reply().text(500, stuck(services))
    token = token_of(request)
    if bearer is not None:
        return _of_user(cluster, verb, services, bearer, request.parameters)
    if not token:
        return Reply().bare(401)
    if len(token) != TOKEN_LENGTH:
        return _without_issuers(token)
    for service in services:
        if hmac.compare_digest(service.token.encode(), token.encode()):
            return service
    return Reply().bare(401)


def _without_issuers(token: str) -> Reply:
    try:
        return Reply().text(400, f"Error getting oidc manager for issuer '{issuer_of(token)}'")
    except TokenProblem as problem:
        return Reply().text(502, f"{problem}Error getting oidc manager for issuer ''")


def _of_user(
    cluster: Cluster, verb: str, services: list[Service], bearer: Bearer, query: Mapping[str, str]
) -> Service | Reply:
    if bearer.is_malformed:
        told = f"{bearer.text}Error getting oidc manager for issuer ''"
        return Reply().text(502, told)
    if bearer.status and not bearer.stops:
        text = f"Error getting oidc manager for issuer '{bearer.issuer}'"
        return Reply().text(400, text)
    if verb == "job" and not bearer.caller.uid:
        raise Panic
    if not cluster.settings.release.invokes_by_role:
        return _of_member(services[0], bearer)
    if verb == "run":
        selected = None if bearer.stops else _selected(services, bearer.caller.uid, query)
        return selected or Reply().bare(404)
    selected = _selected(services, formatted(bearer.caller.uid), query)
    if isinstance(selected, Service) and bearer.stops:
        return Reply().bare(401)
    return selected or Reply().bare(404)


def _of_member(service: Service, bearer: Bearer) -> Service | Reply:
    """Return the service to whoever is in its group: so it was before 4.0."""
    if bearer.stops:
        return Reply().bare(401)
    group = service.definition["vo"]
    if group not in bearer.caller.groups:
        return Reply().text(401, f"this user isn't enrrolled on the vo: {group}")
    return service


def _selected(
    services: list[Service], uid: str, query: Mapping[str, str]
) -> Service | Reply | None:
    known = [service for service in services if is_open(service, uid)]
    if len(known) < 2:
        return known[0] if known else None
    owner = query.get("owner", "").strip()
    if not owner:
        return Reply().text(400, _SEVERAL)
    return next((service for service in known if service.definition["owner"] == owner), None)


def is_open(service: Service, uid: str) -> bool:
    """Return whether a user may invoke a service: its owner may, whatever its visibility says."""
    told = service.definition
    is_member = told["visibility"] == "restricted" and uid in told["allowed_users"]
    return told["visibility"] == "public" or uid == told["owner"] or is_member
