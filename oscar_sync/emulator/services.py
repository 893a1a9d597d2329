"""POST, PUT and DELETE of services, check by check (oscar-server 1.2.1, 1.2.2, 5)."""

from collections.abc import Mapping
from dataclasses import replace

from oscar_sync.emulator.access import AccessProblem
from oscar_sync.emulator.backend import (
    AlreadyExists,
    BackendError,
    VolumeMissing,
    create_service,
    delete_service,
    secret_problem,
    update_service,
)
from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.definitions import NotBound, NotValid, read_service
from oscar_sync.emulator.membership import isolate, join_vo, rejoin_vo
from oscar_sync.emulator.origins import Origin, listed, refresh_token_problem
from oscar_sync.emulator.provisioning import (
    BucketProblem,
    InputProblem,
    delete_buckets,
    drop_isolated,
    isolated_problems,
    make_buckets,
    used_buckets,
    wanted_buckets,
)
from oscar_sync.emulator.quotas import bucket_count_problem, cap_bucket
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.sigv4 import Refused
from oscar_sync.emulator.state import ADMIN, Cluster, Service
from oscar_sync.emulator.wire import Request
from oscar_sync.emulator.workers import has_local_buckets, is_worker, keeps_token, members_of

__all__ = ["create", "delete", "stuck", "unreadable", "update"]

_TOKENLESS = "refresh_token secret is required for federated services"
_EXISTS = "A service with the provided name already exists"


def unreadable(service: Service) -> str:
    """Return what is said of a definition that its YAML destroyed (record 075)."""
    return f'the FDL of the service "{service.name}" cannot be read'


def stuck(services: list[Service]) -> str:
    """Return why nothing can be done by name, nothing if something can.

    Several namespaces have the name (oscar-server 6.4), or its YAML destroyed the definition.
    """
    if len(services) > 1:
        return f'service "{services[0].name}" found in multiple namespaces'
    return unreadable(services[0]) if services and services[0].is_poisoned else ""


def _federation_refusal(origin: Origin) -> Reply | None:
    if not members_of(origin.definition):
        return None
    if not origin.refresh_token:
        return Reply().text(400, _TOKENLESS)
    problems = origin.refused()
    return Reply().text(401, f"federation auth failed: {listed(problems)}") if problems else None


def _refresh_token(definition: Document) -> str:
    return str(definition["environment"]["secrets"].get("refresh_token", "")).strip()


def _keeps_secrets(cluster: Cluster, definition: Document, namespace: str, reply: Reply) -> bool:
    """Plant the Secret of a new service (oscar-server 6.6), and return whether POST goes on."""
    secrets = definition["environment"]["secrets"]
    if not secrets:
        return True
    name, stops = definition["name"], cluster.settings.release.stops_after_errors
    is_known = (namespace, name) in cluster.secrets
    problem = secret_problem(cluster, name, namespace, secrets)
    if is_known:
        problem = f'secrets "{name}" already exists'
        reply.text(409, "A secret with the given name already exists")
    if problem and not (is_known and stops):
        reply.text(409, f"Error creating secrets for service: {problem}")
    if problem and stops:
        return False
    if not problem:
        cluster.secrets[namespace, name] = dict(secrets)
    definition["environment"]["secrets"] = dict.fromkeys(secrets, "")
    return True


def create(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `POST /system/services`."""
    try:
        cluster.posted_as_admin = who.is_admin
        definition = read_service(request.body, cluster.store, cluster.settings.release)
    except NotValid as refusal:
        cluster.posted_as_admin &= not isinstance(refusal, NotBound)
        return Reply().text(400, str(refusal))
    if not keeps_token(definition):
        definition["token"] = cluster.new_token()
    named = definition["owner"] if cluster.settings.release.takes_owner else ""
    definition["owner"] = (named or ADMIN) if who.is_admin else who.uid
    if not who.is_admin:
        refused = join_vo(cluster, who, definition)
        if refused:
            return refused
        isolate(cluster, who, definition)
    if cluster.settings.release.labels_services:
        definition["labels"]["owner_name"] = _owner_name(cluster, who)
    namespace = definition["namespace"] or cluster.home_of(who)
    sender = request.headers.get("authorization", "")
    origin = Origin(cluster, definition, namespace, sender, _refresh_token(definition))
    reply = Reply()
    known_problem = _federation_refusal(origin)
    if known_problem or not _keeps_secrets(cluster, definition, namespace, reply):
        return known_problem or reply
    problem = bucket_count_problem(cluster, who, wanted_buckets(definition))
    if problem:
        return Reply().text(403, problem)
    if cluster.has_taken(definition["name"], namespace):
        status = 400 if cluster.settings.release.has_unique_names else 409
        return reply.text(status, _EXISTS)
    if _is_refused_by_backend(cluster, definition, namespace, reply):
        return reply
    return _with_storage(who, origin, reply)


def _expanded(origin: Origin, reply: Reply) -> Reply:
    """Make the workers of a new service, or take everything back but its buckets and webhook."""
    problems = [] if is_worker(origin.definition) else origin.spread("POST")
    if not problems:
        return reply
    failed = origin.take_back()
    delete_service(origin.cluster, origin.definition, origin.namespace)
    if failed:
        text = f"Federation failed: {listed(problems)}; rollback errors: {listed(failed)}"
    else:
        text = f"Federation failed; rollback completed: {listed(problems)}"
    return reply.text(500, text)


def _owner_name(cluster: Cluster, who: Caller) -> str:
    return cluster.settings.name if who.is_admin else who.owner_name


def _is_refused_by_backend(
    cluster: Cluster, definition: Document, namespace: str, reply: Reply
) -> bool:
    try:
        create_service(cluster, definition, namespace)
    except AlreadyExists:
        if definition["volume"] and definition["volume"]["size"]:
            reply.text(409, "A managed volume with the provided name already exists")
        else:
            reply.text(409, _EXISTS)
    except VolumeMissing:
        reply.text(400, "Referenced volume does not exist in the caller namespace")
    except BackendError as error:
        if cluster.settings.release.takes_back_creations:
            delete_service(cluster, definition, namespace)
        reply.text(500, f"Error creating the service: {error}")
    else:
        return False
    return True


def _register(cluster: Cluster, definition: Document) -> str | None:
    """Register the webhook and restart the store; return what goes wrong."""
    problem = cluster.restart_store()
    if problem:
        return f"error registering the service's webhook: {problem}"
    cluster.store.webhooks[definition["name"]] = definition["token"]
    return None


def _with_storage(who: Caller, origin: Origin, reply: Reply) -> Reply:
    cluster, definition, namespace = origin.cluster, origin.definition, origin.namespace
    cluster.store.webhooks[definition["name"]] = definition["token"]
    problem = cluster.restart_store()
    if problem:
        delete_service(cluster, definition, namespace)
        cluster.store.webhooks.pop(definition["name"], None)
        return reply.text(500, f"error registering the service's webhook: {problem}")
    try:
        buckets = _made_buckets(cluster, definition, is_update=False)
    except BucketProblem as error:
        delete_service(cluster, definition, namespace)
        spares = cluster.settings.release.spares_known_buckets
        if not (spares and " already exists" in str(error)):
            _quietly_delete_buckets(cluster, definition)
        return reply.text(400 if isinstance(error, InputProblem) else 500, str(error))
    for bucket in buckets:
        if not who.is_admin:
            _grant(reply, cluster, bucket, definition)
        named = {"owner_name": _owner_name(cluster, who)}
        tags = {
            "owner": who.uid,
            "from_service": definition["name"],
            **(named if cluster.settings.release.tags_owner_names else {}),
        }
        try:
            cluster.store.set_tags(bucket, tags)
        except Refused:
            text = f"Error tagging bucket: error setting tag on bucket {bucket}"
            reply.text(400, text)
            if cluster.settings.release.stops_after_errors:
                return reply
        cap_bucket(cluster, who, bucket)
    return _expanded(origin, reply.bare(201))


def _made_buckets(cluster: Cluster, definition: Document, *, is_update: bool) -> list[str]:
    if not has_local_buckets(definition):
        return []
    return make_buckets(definition, cluster, is_update=is_update)


def _grant(reply: Reply, cluster: Cluster, bucket: str, definition: Document) -> None:
    told = (definition["visibility"], definition["owner"], definition["allowed_users"])
    try:
        cluster.access.grant(bucket, *told)
    except AccessProblem as problem:
        reply.text(500, f"Error creating the service: {problem}")


def _quietly_delete_buckets(cluster: Cluster, definition: Document) -> None:
    try:
        delete_buckets(definition, cluster.store)
    except BucketProblem:
        return


def update(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `PUT /system/services`."""
    try:
        definition = read_service(request.body, cluster.store, cluster.settings.release)
    except NotValid as refusal:
        return Reply().text(400, str(refusal))
    if who.is_admin and cluster.settings.release.remembers_updaters:
        cluster.posted_as_admin = True
    services = cluster.named(definition["name"])
    if not services:
        return Reply().bare(404)
    service = services[0]
    if stuck(services):
        return Reply().text(500, f"Error updating the service: {stuck(services)}")
    if definition["volume"] != service.definition["volume"]:
        return Reply().text(400, "volume updates are not supported after service creation")
    if not keeps_token(definition):
        keeps = cluster.settings.release.keeps_token
        definition["token"] = service.token if keeps else cluster.new_token()
    reply = Reply()
    if not who.is_admin and not _is_let_in(cluster, who, service, definition, reply):
        return reply
    sender = request.headers.get("authorization", "")
    return _apply(who, service, Origin(cluster, definition, service.namespace, sender), reply)


def _is_let_in(
    cluster: Cluster, who: Caller, service: Service, definition: Document, reply: Reply
) -> bool:
    """Return whether a user may update a service, its owner set; what is said is written."""
    if not who.uid:
        reply.text(500, "Couldn't get UID from context\n")
    owner = service.definition["owner"]
    if owner != who.uid:
        reply.text(403, f"User {who.uid} doesn't have permision to modify this service")
        return False
    named = definition["owner"].strip() if cluster.settings.release.has_user_secrets else ""
    if named and named not in cluster.access.users:
        missing = f'secrets "{named.partition("@")[0]}" not found'
        reply.text(500, f"error ensuring credentials for user {definition['owner']}: {missing}")
        return False
    definition["owner"] = owner
    rejoin_vo(cluster, who, service.definition, definition, reply)
    return True


def _drop_isolated(cluster: Cluster, old: Document, new: Document) -> None:
    if old["isolation_level"] == "USER":
        gone = [bucket for bucket in old["bucket_list"] if bucket not in new["bucket_list"]]
        drop_isolated(old, cluster.store, gone)


def _apply(who: Caller, service: Service, origin: Origin, reply: Reply) -> Reply:
    cluster, old, definition = origin.cluster, service.definition, origin.definition
    if definition["isolation_level"] == "USER":
        isolate(cluster, who, definition)
    _drop_isolated(cluster, old, definition)
    try:
        buckets = _made_buckets(cluster, definition, is_update=True)
    except BucketProblem as error:
        return reply.text(400 if isinstance(error, InputProblem) else 500, str(error))
    # A bucket that two inputs name counts as used once, and as a new one then (record 140).
    left = dict.fromkeys(used_buckets(old) if has_local_buckets(old) else (), True)
    for bucket in buckets:
        if left.get(bucket):
            left[bucket] = False
            _renew_policy(reply, cluster, bucket, (old, definition))
            continue
        _grant(reply, cluster, bucket, definition)
        trouble = _register(cluster, definition)
        if trouble:
            return reply.text(500, trouble)
    for bucket in (bucket for bucket, is_dropped in left.items() if is_dropped):
        try:
            cluster.access.grant(bucket, "private", "", ())
        except AccessProblem as problem:
            reply.text(500, f"error setting new policies: {problem}")
    return _store(service, origin, reply)


def _renew_policy(
    reply: Reply, cluster: Cluster, bucket: str, change: tuple[Document, Document]
) -> None:
    old, new = change
    try:
        if old["visibility"] != new["visibility"]:
            cluster.access.revoke(bucket, old["visibility"], old["owner"])
        elif new["visibility"] == "restricted":
            cluster.access.change_members(bucket, new["allowed_users"])
    except AccessProblem as problem:
        reply.text(500, f"Error creating the service: {problem}")
    if old["visibility"] != new["visibility"]:
        _grant(reply, cluster, bucket, new)


def _known_token(origin: Origin) -> str | Reply:
    cluster, name = origin.cluster, origin.definition["name"]
    sent = _refresh_token(origin.definition)
    if sent or not members_of(origin.definition):
        return sent
    if (origin.namespace, name) not in cluster.secrets:
        return Reply().text(400, _TOKENLESS)
    problem = refresh_token_problem(cluster, origin.namespace, name)
    if problem:
        return Reply().text(500, problem)
    return cluster.secrets[origin.namespace, name]["refresh_token"].strip()


def _store(service: Service, origin: Origin, reply: Reply) -> Reply:
    cluster, definition = origin.cluster, origin.definition
    key = (service.namespace, service.name)
    secrets = definition["environment"]["secrets"]
    token = _known_token(origin)
    if isinstance(token, Reply):
        return reply.text(token.status, token.body.decode())
    if secrets:
        problem = secret_problem(cluster, service.name, service.namespace, secrets)
        if problem:
            verb = "updating" if key in cluster.secrets else "adding"
            reply.text(500, f"error {verb} asociated secret: {problem}")
            if cluster.settings.release.stops_after_errors:
                return reply
        else:
            cluster.secrets[key] = dict(secrets)
        definition["environment"]["secrets"] = dict.fromkeys(secrets, "")
    try:
        update_service(cluster, service, definition)
    except BackendError as error:
        return reply.text(500, f"Error updating the service: {error}")
    return _propagated(replace(origin, refresh_token=token), reply)


def _propagated(origin: Origin, reply: Reply) -> Reply:
    problems = [] if is_worker(origin.definition) else origin.spread("PUT")
    if problems:
        reply.text(200, f"Updated with federation warnings: {listed(problems)}")
    return reply.bare(204)


def delete(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `DELETE /system/services/{name}`."""
    if not (who.is_admin or who.uid):
        return Reply().text(500, "missing user identificator\n")
    namespace = query.get("namespace", "") if who.is_admin else cluster.home_of(who)
    services = cluster.named(name)
    if namespace:
        services = [service for service in services if service.namespace == namespace]
        if not services and cluster.settings.release.tells_missing_definition:
            text = f'the service "{name}" does not have a registered ConfigMap'
            return Reply().text(500, text)
    if not services:
        return Reply().bare(404 if cluster.settings.release.finds_before_deleting else 500)
    service = services[0]
    if stuck(services):
        return Reply().text(500, stuck(services))
    definition = service.definition
    if not who.is_admin and definition["owner"] != who.uid:
        return Reply().text(403, f"User {who.uid} doesn't have permision to delete this service")
    delete_service(cluster, definition, service.namespace)
    cluster.store.webhooks.pop(name, None)
    cluster.restart_store()
    reply = Reply()
    try:
        delete_buckets(definition, cluster.store)
    except BucketProblem as error:
        is_gone = "NoSuchBucket: The specified bucket does not exist" in str(error)
        if not is_gone or cluster.settings.release.misses_deleted_buckets:
            told = f"%!(EXTRA *errors.errorString={error})"
            reply.text(500, f"Error deleting service buckets: {told}")
    for problem in isolated_problems(definition, cluster.access):
        reply.text(500, problem)
    return reply.bare(204)
