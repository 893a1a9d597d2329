"""Invocations, jobs and their logs (oscar-server 1.6, 1.8; records 070, 071, 073)."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.callers import Bearer, Caller, formatted
from oscar_sync.emulator.events import principal_in
from oscar_sync.emulator.invocations import invoked
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.state import Cluster, Job, Service
from oscar_sync.emulator.wire import Request

__all__ = [
    "delete_job",
    "delete_jobs",
    "invoke",
    "job_log",
    "list_jobs",
    "start_job",
    "submit",
    "submit_event",
]

_LONG_NAME = 25
_SHORTENED = 16


def start_job(
    cluster: Cluster, service: Service, event: str, name: str = "", owner: str = ""
) -> Job:
    """Start a job for an event and return it; it waits where no pod ever runs."""
    short = service.name[:_SHORTENED] if len(service.name) >= _LONG_NAME else service.name
    job = Job(
        name or f"{short}-{cluster.new_uuid()}",
        service.name,
        service.namespace,
        event,
        owner or service.definition["owner"],
        "Suspended" if cluster.settings.holds_workloads else "Pending",
        cluster.now(),
    )
    cluster.jobs.setdefault((service.namespace, service.name), {})[job.name] = job
    if not cluster.settings.holds_workloads:
        cluster.run_job(job)
    return job


def submit(cluster: Cluster, name: str, request: Request, bearer: Bearer | None = None) -> Reply:
    """Answer `POST /job/{svc}`: 201 without a name."""
    service = invoked(cluster, "job", name, request, bearer)
    if isinstance(service, Reply):
        return service
    delegated = request.headers.get("x-delegated-job-id", "")
    event = request.body.decode("utf-8", errors="replace")
    uid = bearer.caller.uid if bearer else ""
    if uid and cluster.settings.release.knows_invokers and uid not in cluster.access.users:
        text = f"MinIO user not provisioned for {uid}; submit a direct request first"
        return Reply().text(403, text)
    return submit_event(cluster, service, event, uid, delegated)


def submit_event(
    cluster: Cluster, service: Service, event: str, uid: str = "", name: str = ""
) -> Reply:
    """Start a job with the keys of whoever wrote the object, else of *uid*, else of the owner."""
    user = principal_in(event) or uid or service.definition["owner"]
    problem = _keys_problem(cluster, service, user)
    if problem:
        return Reply().text(500, problem)
    start_job(cluster, service, event, name, user)
    return Reply().bare(201)


def _keys_problem(cluster: Cluster, service: Service, user: str) -> str | None:
    """Return why a job in a user's namespace gets no keys of the store (record 228).

    The owner's jobs get the root keys, from a Secret `minio` that the installation provides.
    """
    settings = cluster.settings
    if not settings.release.has_user_secrets:
        return None
    if service.namespace in {"", settings.services_namespace} or not user.strip():
        return None
    if user == service.definition["owner"] and settings.release.mounts_root_keys:
        user, is_known = "minio", settings.has_store_secret
    else:
        is_known = user in cluster.access.users
    missing = f'secrets "{formatted(user)}" not found'
    return None if is_known else f"error ensuring credentials for user {user}: {missing}"


def invoke(cluster: Cluster, name: str, request: Request, bearer: Bearer | None = None) -> Reply:
    """Answer `POST /run/{svc}`: the function's output, 502 where no pod ever runs."""
    service = invoked(cluster, "run", name, request, bearer)
    if isinstance(service, Reply):
        return service
    if cluster.settings.holds_workloads:
        return Reply().bare(502)
    body = request.body
    return Reply(work=lambda: Reply().text(200, cluster.run_now(service, body)))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(job: Job) -> dict[str, Any]:
    told = {"status": job.status}
    if job.status != "Suspended":
        told["creation_time"] = _stamp(job.created)
    if job.started:
        told["start_time"] = _stamp(job.started)
    if job.finished:
        told["finish_time"] = _stamp(job.finished)
    return told


def _page_after(token: str) -> str | None:
    try:
        padded = token + "=" * (-len(token) % 4)
        decoded = json.loads(base64.urlsafe_b64decode(padded))
        return str(decoded["start"]).rstrip("\0")
    except (ValueError, KeyError, TypeError):
        return None


def _next_page(last: str) -> str:
    place = {"v": "meta.k8s.io/v1", "rv": 1, "start": f"{last}\0"}
    token = json.dumps(place, separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _jobs_of(cluster: Cluster, who: Caller, name: str) -> dict[str, Job] | Reply:
    # Whoever may not see a service is told that it does not exist (oscar-server 1.6).
    services = cluster.named(name)
    if not services:
        return Reply().bare(404)
    told = services[0].definition
    if not cluster.settings.release.hides_jobs:
        return _older_refusal(who, told) or _jobs(cluster, services[0])
    if not who.may_see(told["owner"], told["visibility"], told["allowed_users"]):
        return Reply().bare(200)
    return _jobs(cluster, services[0])


def _jobs(cluster: Cluster, service: Service) -> dict[str, Job]:
    return cluster.jobs.setdefault((service.namespace, service.name), {})


def _older_refusal(who: Caller, told: Document) -> Reply | None:
    users = told["allowed_users"]
    if who.is_admin or told["visibility"] == "public" or not users:
        return None
    if who.uid == told["owner"] or who.uid in users:
        return None
    return Reply().text(403, f"User {who.uid} doesn't have permision to get this service")


def list_jobs(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/logs/{svc}`: 70 jobs by name, and where to go on."""
    jobs = _jobs_of(cluster, who, name)
    if isinstance(jobs, Reply):
        return jobs
    is_told = who.is_admin or not cluster.settings.release.has_user_secrets
    lists_all = cluster.settings.release.lists_waiting_jobs
    names = sorted(
        name
        for name, job in jobs.items()
        if (is_told or job.owner == who.uid) and (lists_all or job.status != "Suspended")
    )
    if query.get("page"):
        after = _page_after(query["page"])
        if after is None:
            return Reply().text(500, "continue key is not valid: illegal base64 data")
        names = [job for job in names if job > after]
    page = names[: cluster.settings.page]
    told: dict[str, Any] = {"jobs": {job: _shown(jobs[job]) for job in page}}
    if len(names) > len(page):
        told["next_page"] = _next_page(page[-1])
    return Reply().json(200, told)


def delete_jobs(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `DELETE /system/logs/{svc}`: finished ones, or all of them."""
    jobs = _jobs_of(cluster, who, name)
    if isinstance(jobs, Reply):
        return jobs
    takes_all = query.get("all", "") in {"1", "t", "T", "TRUE", "true", "True"}
    for job in list(jobs.values()):
        if takes_all or job.status == "Succeeded":
            del jobs[job.name]
    return Reply().bare(204)


def job_log(
    cluster: Cluster, who: Caller, name: str, job_name: str, query: Mapping[str, str]
) -> Reply:
    """Answer `GET /system/logs/{svc}/{job}`: a panic where there is no pod (record 070)."""
    jobs = _jobs_of(cluster, who, name)
    if isinstance(jobs, Reply):
        return jobs
    job = jobs.get(job_name)
    if job is None or job.status == "Suspended":
        return Reply().bare(500)
    if job.log is None:
        return Reply().bare(404)
    if query.get("timestamps", "") not in {"1", "t", "T", "TRUE", "true", "True"}:
        return Reply().text(200, job.log)
    lead = f"{job.finished or job.created:%Y-%m-%dT%H:%M:%S.%f}000Z "
    lines = "".join(lead + line for line in job.log.splitlines(keepends=True))
    return Reply().text(200, lines)


def delete_job(cluster: Cluster, who: Caller, name: str, job_name: str) -> Reply:
    """Answer `DELETE /system/logs/{svc}/{job}`."""
    jobs = _jobs_of(cluster, who, name)
    if isinstance(jobs, Reply):
        return Reply().text(403, "You do not have permission to access this service")
    if job_name not in jobs:
        return Reply().bare(404)
    del jobs[job_name]
    return Reply().bare(204)
