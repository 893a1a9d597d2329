"""`/system/federation/{name}`: the members of a service (oscar-server 1.3).

Nobody's ownership is asked for. A member that is added is not made on its cluster, since the
workers are sent by PUT.
"""

import copy
from collections.abc import Callable

from oscar_sync.emulator.backend import BackendError, delete_service, update_service
from oscar_sync.emulator.binding import Document, bound
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.origins import Origin, listed, refresh_token_problem
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.schema import FEDERATION_REQUEST
from oscar_sync.emulator.services import unreadable
from oscar_sync.emulator.state import Cluster, Service
from oscar_sync.emulator.wire import Request
from oscar_sync.emulator.workers import members_of

__all__ = ["add_members", "read_members", "remove_members", "replace_members"]

Change = Callable[[list[Document], Document], list[Document]]
_EMPTY = {"group_id": "", "topology": "", "delegation": "", "rescheduler_threshold": 0}


def read_members(cluster: Cluster, name: str) -> Reply:
    """Answer GET (record 057)."""
    service = _only_service(cluster, name)
    return service if isinstance(service, Reply) else _federation_reply(service.definition)


def add_members(cluster: Cluster, request: Request, name: str) -> Reply:
    """Answer POST: the members are appended, also twice."""
    return _changed(cluster, request, name, lambda old, asked: [*old, *asked["members"]])


def replace_members(cluster: Cluster, request: Request, name: str) -> Reply:
    """Answer PUT: the first of `update` stands for every member that is named."""
    return _changed(cluster, request, name, _replaced)


def remove_members(cluster: Cluster, request: Request, name: str) -> Reply:
    """Answer DELETE: named members go; with `delete` also this cluster's services so named."""
    return _changed(cluster, request, name, _without, may_delete=True)


def _only_service(cluster: Cluster, name: str) -> Service | Reply:
    services = cluster.named(name)
    if not services:
        return Reply().bare(404)
    return Reply().text(500, unreadable(services[0])) if services[0].is_poisoned else services[0]


def _federation_reply(definition: Document) -> Reply:
    federation = definition["federation"]
    topology = federation["topology"] if federation else ""
    members = members_of(definition) or None
    return Reply().json(200, {"topology": topology or "none", "members": members})


def _identity(member: Document) -> tuple[str, str, str]:
    return member["type"].lower(), member["cluster_id"], member["service_name"]


def _replaced(old: list[Document], asked: Document) -> list[Document]:
    for target in asked["members"] if asked["update"] else ():
        old = [asked["update"][0] if _identity(one) == _identity(target) else one for one in old]
    return old


def _without(old: list[Document], asked: Document) -> list[Document]:
    gone = {_identity(member) for member in asked["members"]}
    return [member for member in old if _identity(member) not in gone]


def _delete_named(cluster: Cluster, namespace: str, members: list[Document]) -> None:
    for member in members:
        service = cluster.services.get((namespace, member["service_name"]))
        if service is not None:
            delete_service(cluster, service.definition, namespace)


def _changed(
    cluster: Cluster, request: Request, name: str, change: Change, *, may_delete: bool = False
) -> Reply:
    try:
        asked = bound(FEDERATION_REQUEST, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"Invalid payload: {error}")
    service = _only_service(cluster, name)
    if isinstance(service, Reply):
        return service
    definition = _changed_definition(service, asked, change)
    if may_delete and asked["delete"]:
        _delete_named(cluster, service.namespace, asked["members"])
    if (service.namespace, service.name) not in cluster.services:
        missing = f'services.serving.knative.dev "{name}" not found'
        return Reply().text(500, f"Error updating service: {missing}")
    try:
        update_service(cluster, service, definition)
    except BackendError as error:
        return Reply().text(500, f"Error updating service: {error}")
    refusal = _propagated(cluster, request, service, definition)
    return refusal or _federation_reply(definition)


def _changed_definition(service: Service, asked: Document, change: Change) -> Document:
    definition = copy.deepcopy(service.definition)
    definition["clusters"].update(asked["clusters"])
    if asked["storage_providers"] is not None:
        definition["storage_providers"] = asked["storage_providers"]
    federation = definition["federation"] or {**_EMPTY, "members": []}
    federation["members"] = change(federation["members"], asked)
    definition["federation"] = federation
    return definition


def _propagated(
    cluster: Cluster, request: Request, service: Service, definition: Document
) -> Reply | None:
    """Send the workers of what is stored already, and return what is said if one fails."""
    if not members_of(definition):
        return None
    problem = refresh_token_problem(cluster, service.namespace, service.name)
    if problem:
        return Reply().text(500, problem)
    token = cluster.secrets[service.namespace, service.name]["refresh_token"].strip()
    sender = request.headers.get("authorization", "")
    origin = Origin(cluster, definition, service.namespace, sender, token)
    problems = origin.spread("PUT")
    if not problems:
        return None
    return Reply().text(200, f"Updated with federation warnings: {listed(problems)}")
