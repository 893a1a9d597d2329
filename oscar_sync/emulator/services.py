"""POST, PUT and DELETE of services, check by check (oscar-server 1.2.1, 1.2.2, 5)."""

from collections.abc import Mapping

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
from oscar_sync.emulator.definitions import NotValid, provider_of, read_service
from oscar_sync.emulator.provisioning import (
    BucketProblem,
    InputProblem,
    added_policy_problem,
    delete_buckets,
    dropped_policy_problem,
    isolated_problems,
    make_buckets,
    removed_policy_problem,
    used_buckets,
)
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.sigv4 import Refused
from oscar_sync.emulator.state import ADMIN, Cluster, Service
from oscar_sync.emulator.wire import Request

__all__ = ["create", "delete", "unreadable", "update"]

_EXISTS = "A service with the provided name already exists"
_WORKER = "oscar.grycap/federation-worker"


def unreadable(service: Service) -> str:
    """Return what is said of a definition that its YAML destroyed (record 075)."""
    return f'the FDL of the service "{service.name}" cannot be read'


def _members(definition: Document) -> list[Document]:
    federation = definition["federation"]
    return federation["members"] if federation else []


def _federation_refusal(definition: Document) -> Reply | None:
    members = _members(definition)
    if not members:
        return None
    if not definition["environment"]["secrets"].get("refresh_token", "").strip():
        return Reply().text(400, "refresh_token secret is required for federated services")
    problems = [
        f'cluster "{member["cluster_id"]}" not reachable'
        for member in members
        if member["type"].lower() == "oscar"
    ]
    return (
        Reply().text(401, f"federation auth failed: [{' '.join(problems)}]") if problems else None
    )


def _keep_secrets(cluster: Cluster, definition: Document, namespace: str) -> Reply | None:
    """Plant the Secret of a new service, or refuse (oscar-server 6.6)."""
    secrets = definition["environment"]["secrets"]
    if not secrets:
        return None
    key = (namespace, definition["name"])
    if key in cluster.secrets:
        return Reply().text(409, "A secret with the given name already exists")
    problem = secret_problem(cluster, definition["name"], namespace, secrets)
    if problem:
        return Reply().text(409, f"Error creating secrets for service: {problem}")
    cluster.secrets[key] = dict(secrets)
    definition["environment"]["secrets"] = dict.fromkeys(secrets, "")
    return None


def create(cluster: Cluster, request: Request) -> Reply:
    """Answer `POST /system/services`."""
    try:
        definition = read_service(request.body, cluster.store)
    except NotValid as refusal:
        return Reply().text(400, str(refusal))
    if definition["annotations"].get(_WORKER) != "true":
        definition["token"] = cluster.new_token()
    definition["owner"] = ADMIN
    definition["labels"]["owner_name"] = cluster.settings.name
    namespace = definition["namespace"] or cluster.settings.services_namespace
    refusal_now = _federation_refusal(definition) or _keep_secrets(cluster, definition, namespace)
    if refusal_now:
        return refusal_now
    if cluster.named(definition["name"]):
        return Reply().text(400, _EXISTS)
    refused = _backend_refusal(cluster, definition, namespace)
    return refused or _with_storage(cluster, definition, namespace)


def _backend_refusal(cluster: Cluster, definition: Document, namespace: str) -> Reply | None:
    try:
        create_service(cluster, definition, namespace)
    except AlreadyExists:
        if definition["volume"] and definition["volume"]["size"]:
            return Reply().text(409, "A managed volume with the provided name already exists")
        return Reply().text(409, _EXISTS)
    except VolumeMissing:
        text = "Referenced volume does not exist in the caller namespace"
        return Reply().text(400, text)
    except BackendError as error:
        delete_service(cluster, definition, namespace)
        return Reply().text(500, f"Error creating the service: {error}")
    return None


def _register(cluster: Cluster, definition: Document) -> str | None:
    """Register the webhook and restart the store; return what goes wrong."""
    problem = cluster.restart_store()
    if problem:
        return f"error registering the service's webhook: {problem}"
    cluster.store.webhooks[definition["name"]] = definition["token"]
    return None


def _with_storage(cluster: Cluster, definition: Document, namespace: str) -> Reply:
    cluster.store.webhooks[definition["name"]] = definition["token"]
    problem = cluster.restart_store()
    if problem:
        delete_service(cluster, definition, namespace)
        cluster.store.webhooks.pop(definition["name"], None)
        return Reply().text(500, f"error registering the service's webhook: {problem}")
    try:
        buckets = make_buckets(definition, cluster.store, is_update=False)
    except BucketProblem as error:
        delete_service(cluster, definition, namespace)
        if " already exists" not in str(error):
            _quietly_delete_buckets(cluster, definition)
        return Reply().text(400 if isinstance(error, InputProblem) else 500, str(error))
    for bucket in buckets:
        tags = {
            "owner": "",
            "from_service": definition["name"],
            "owner_name": cluster.settings.name,
        }
        try:
            cluster.store.set_tags(bucket, tags)
        except Refused:
            text = f"Error tagging bucket: error setting tag on bucket {bucket}"
            return Reply().text(400, text)
    return Reply().bare(201)


def _quietly_delete_buckets(cluster: Cluster, definition: Document) -> None:
    try:
        delete_buckets(definition, cluster.store)
    except BucketProblem:
        return


def update(cluster: Cluster, request: Request) -> Reply:
    """Answer `PUT /system/services`."""
    try:
        definition = read_service(request.body, cluster.store)
    except NotValid as refusal:
        return Reply().text(400, str(refusal))
    found = cluster.named(definition["name"])
    if not found:
        return Reply().bare(404)
    service = found[0]
    if service.is_poisoned:
        return Reply().text(500, f"Error updating the service: {unreadable(service)}")
    if definition["volume"] != service.definition["volume"]:
        return Reply().text(400, "volume updates are not supported after service creation")
    if definition["annotations"].get(_WORKER) != "true":
        definition["token"] = service.token
    return _apply(cluster, service, definition)


def _check_isolation(definition: Document) -> None:
    """Panic where the server takes ten characters of an administrator's blank id."""
    has_bucket = any(
        provider_of(exchange["storage_provider"])[0] == "minio" for exchange in definition["input"]
    )
    if definition["isolation_level"] == "USER" and definition["allowed_users"] and has_bucket:
        raise Panic


def _drop_isolated(cluster: Cluster, old: Document, new: Document) -> None:
    if old["isolation_level"] != "USER":
        return
    for bucket in old["bucket_list"]:
        if bucket not in new["bucket_list"] and cluster.store.has(bucket) and old["owner"] == ADMIN:
            cluster.store.erase(bucket)


def _apply(cluster: Cluster, service: Service, definition: Document) -> Reply:
    old = service.definition
    _check_isolation(definition)
    _drop_isolated(cluster, old, definition)
    try:
        buckets = make_buckets(definition, cluster.store, is_update=True)
    except BucketProblem as error:
        return Reply().text(400 if isinstance(error, InputProblem) else 500, str(error))
    reply = Reply()
    left = dict.fromkeys(used_buckets(old), True)
    for bucket in buckets:
        if bucket in left:
            left[bucket] = False
            _renew_policy(reply, bucket, old, definition)
            continue
        problem = added_policy_problem(definition["visibility"], definition["owner"])
        reply.text(500, f"Error creating the service: {problem}")
        trouble = _register(cluster, definition)
        if trouble:
            return reply.text(500, trouble)
    for is_dropped in left.values():
        if is_dropped:
            reply.text(500, f"error setting new policies: {dropped_policy_problem()}")
    return _store(cluster, service, definition, reply)


def _renew_policy(reply: Reply, bucket: str, old: Document, new: Document) -> None:
    if old["visibility"] != new["visibility"]:
        taken = removed_policy_problem(bucket, is_group=False)
        given = added_policy_problem(new["visibility"], new["owner"])
        reply.text(500, f"Error creating the service: {taken}")
        reply.text(500, f"Error creating the service: {given}")
    elif new["visibility"] == "restricted":
        problem = removed_policy_problem(bucket, is_group=True)
        reply.text(500, f"Error creating the service: {problem}")


def _store(cluster: Cluster, service: Service, definition: Document, reply: Reply) -> Reply:
    key = (service.namespace, service.name)
    secrets = definition["environment"]["secrets"]
    has_token = secrets.get("refresh_token", "").strip() or key in cluster.secrets
    if _members(definition) and not has_token:
        text = "refresh_token secret is required for federated services"
        return reply.text(400, text)
    if secrets:
        problem = secret_problem(cluster, service.name, service.namespace, secrets)
        if problem:
            verb = "updating" if key in cluster.secrets else "adding"
            return reply.text(500, f"error {verb} asociated secret: {problem}")
        cluster.secrets[key] = dict(secrets)
        definition["environment"]["secrets"] = dict.fromkeys(secrets, "")
    try:
        update_service(cluster, service, definition)
    except BackendError as error:
        return reply.text(500, f"Error updating the service: {error}")
    return reply.bare(204)


def delete(cluster: Cluster, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `DELETE /system/services/{name}`."""
    namespace = query.get("namespace", "")
    found = cluster.named(name)
    if namespace:
        found = [service for service in found if service.namespace == namespace]
        if not found:
            text = f'the service "{name}" does not have a registered ConfigMap'
            return Reply().text(500, text)
    if not found:
        return Reply().bare(404)
    service = found[0]
    if service.is_poisoned:
        return Reply().text(500, unreadable(service))
    definition = service.definition
    delete_service(cluster, definition, service.namespace)
    cluster.store.webhooks.pop(name, None)
    cluster.restart_store()
    reply = Reply()
    try:
        delete_buckets(definition, cluster.store)
    except BucketProblem as error:
        if "NoSuchBucket: The specified bucket does not exist" not in str(error):
            told = f"%!(EXTRA *errors.errorString={error})"
            reply.text(500, f"Error deleting service buckets: {told}")
    for problem in isolated_problems(definition):
        reply.text(500, problem)
    return reply.bare(204)
