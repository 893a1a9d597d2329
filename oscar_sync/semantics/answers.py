"""What a status and a text mean (oscar-server 12, 14): the answer of a write is only a hint.

Whatever it says, the read-back decides; these rules say what to expect of it and what to tell.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.state import NAMESPACE
from oscar_sync.semantics.operator import delete_secret, edit_definition, find_definition


class Outcome(StrEnum):
    APPLIED = "applied"
    APPLIED_WITH_WARNING = "applied, with a warning"
    NOT_APPLIED = "not applied"
    UNKNOWN = "unknown"
    ABSENT = "absent"


ENDED_JOBS: Final = frozenset({"Succeeded", "Failed"})
"""What the list of jobs says of those that have ended (oscar-server 1.6)."""


NO_CONTAINERS: Final = "Deployment logs are unavailable for this service."
"""In place of a log, where none is "not yet available" (oscar-server 1.2.5)."""


NOT_READY: Final = frozenset({"failed", "degraded", "pending"})
"""States of a service that is to run and does not, or not yet (oscar-server 1.2.4)."""
SETTLED: Final = frozenset({"", "ready", "stopped", "not reported"})
"""States of a service that runs as far as is known, or that somebody stopped: not ``unknown``."""


class Meaning(Struct, frozen=True):
    outcome: Outcome
    reason: str
    remedy: str = ""


class _Row(Struct, frozen=True):
    method: str
    status: int
    pattern: str
    meaning: Meaning


_APPLIED = Meaning(Outcome.APPLIED, "ok")
UNKNOWN: Final = Meaning(
    Outcome.UNKNOWN, "server-error", "read back: nothing was changed; apply again"
)
"""Its remedy is shown once the read-back has shown that."""

_ROWS: Final = (
    _Row("POST", 400, "A service with the provided name already exists", Meaning(
        Outcome.NOT_APPLIED, "name-taken",
        "the name is taken on this cluster, maybe by a service you cannot see; choose another")),
    _Row("POST", 409, "A secret with the given name already exists", Meaning(
        Outcome.NOT_APPLIED, "leftover-secret",
        "a Secret of an earlier failed create remains, which no API shows or deletes: apply once "
        "without environment.secrets, then with them, since an update replaces it; or the "
        "cluster's operator runs: {delete_secret}")),
    _Row("POST", 500, "^Federation failed.*A secret with the given name already exists", Meaning(
        Outcome.NOT_APPLIED, "leftover-secret",
        "a member has a Secret of an earlier service of that name, which no API shows: apply "
        "again; if it is still there, apply a service of the member's name without "
        "environment.secrets on that cluster and remove it, and the Secret goes with it")),
    _Row("POST", 409, "A managed volume with the provided name already exists", Meaning(
        Outcome.NOT_APPLIED, "volume-exists",
        "plan again: a volume that its service left is attached again, and one that is being "
        "deleted is waited for")),
    _Row("POST", 409, "already exists", Meaning(
        Outcome.NOT_APPLIED, "still-terminating",
        "objects of an earlier service are still being deleted; apply again; if they stay, the "
        "cluster's operator looks: kubectl -n {namespace} get configmaps,pvc,ksvc | grep {service}"
    )),
    _Row("POST", 400, "Error tagging bucket", Meaning(
        Outcome.APPLIED_WITH_WARNING, "bucket-not-tagged",
        "the service is there, and its bucket has no owner tag: oscar-sync doctor has "
        "the command that tags it")),
    _Row("POST", 500, 'the bucket "[^"]*" already exists', Meaning(
        Outcome.NOT_APPLIED, "bucket-exists",
        "plan again: the bucket is then attached, or blocked if it belongs to another user")),
    _Row("POST", 500, 'the StorageProvider "[^"]*" is not defined', Meaning(
        Outcome.NOT_APPLIED, "provider-undefined", "define it under storage_providers")),
    _Row("POST", 500, "must be private to be used as mount", Meaning(
        Outcome.NOT_APPLIED, "mount-not-private", "make the mounted bucket private")),
    _Row("POST", 500, "image .* is not allowed", Meaning(
        Outcome.NOT_APPLIED, "image-not-allowed",
        "use an image that the cluster's allowed_image_repositories names")),
    _Row("PUT", 500, "must be private to be used as mount", Meaning(
        Outcome.NOT_APPLIED, "stale-admin-flag",
        "OSCAR mounts a bucket for an administrator only if its last create was an "
        "administrator's, which it forgets with its restart: run this again with "
        "--allow wake-mount:{service}, which sends a create that is refused and makes nothing")),
    _Row("BUCKET", 400, "already exists", Meaning(
        Outcome.NOT_APPLIED, "bucket-exists", "plan again: it says whose the bucket is")),
    _Row("BUCKET", 403, "quota", Meaning(
        Outcome.NOT_APPLIED, "quota", "delete a bucket, or ask the cluster's operator for more")),
    _Row("BUCKET", 500, "bucket group .*user does not exist", Meaning(
        Outcome.UNKNOWN, "user-not-known",
        "one of allowed_users never logged in to this cluster, so nobody but the owner has access: "
        "apply again once they have")),
    _Row("BUCKET", 500, "setting MinIO policy for user/group", Meaning(
        Outcome.APPLIED_WITH_WARNING, "policy-of-administrator")),
    _Row("VOLUME", 400, "quota", Meaning(
        Outcome.NOT_APPLIED, "quota", "delete a volume, or ask the cluster's operator for more")),
    _Row("VOLUME", 400, "still attached", Meaning(
        Outcome.NOT_APPLIED, "volume-in-use", "remove the services that use it, and apply again")),
    _Row("", 500, "error creating bucket group: .*user does not exist", Meaning(
        Outcome.UNKNOWN, "user-not-known",
        "the users of allowed_users cannot reach the service's buckets, since one of them never "
        "logged in to this cluster: once they have, apply with `visibility: private`, and then "
        "with `restricted` again")),
    _Row("PUT", 500, "^error setting new policies", Meaning(
        Outcome.APPLIED_WITH_WARNING, "policy-of-a-dropped-bucket")),
    _Row("PUT", 500, "^Error creating the service", Meaning(
        Outcome.APPLIED_WITH_WARNING, "policy-of-an-added-bucket")),
    _Row("PUT", 500, "^Error updating the service", Meaning(
        Outcome.NOT_APPLIED, "backend-refused")),
    _Row("PUT", 200, "^Updated with federation warnings", Meaning(
        Outcome.APPLIED_WITH_WARNING, "federation-member-failed",
        "plan again: it shows the workers that the update did not reach, and repairs them")),
    _Row("PUT", 404, r"^\Z", Meaning(
        Outcome.ABSENT, "gone", "it was deleted in the meantime; apply again")),
    _Row("DELETE", 404, r"^\Z|^The bucket '[^']*' does not exist", Meaning(
        Outcome.ABSENT, "gone")),
    _Row("DELETE", 500, "does not have a registered ConfigMap", Meaning(Outcome.ABSENT, "gone")),
    _Row("DELETE", 500, "^Error deleting service buckets|isolated bucket", Meaning(
        Outcome.APPLIED_WITH_WARNING, "buckets-left",
        "the service is gone and buckets of it may be left: oscar-sync doctor lists them")),
    _Row("", 500, "the FDL of the service .* cannot be read", Meaning(
        Outcome.NOT_APPLIED, "poisoned-definition",
        "the cluster's operator corrects function_config.yaml: {find_definition}, then "
        "{edit_definition}")),
    _Row("", 401, "", Meaning(Outcome.NOT_APPLIED, "credentials", "check the credentials")),
    _Row("", 403, "", Meaning(Outcome.NOT_APPLIED, "not-allowed", "it belongs to someone else")),
)  # fmt: skip


def meaning_of(
    method: str, status: int, text: str, service: str = "NAME", namespace: str = NAMESPACE
) -> Meaning:
    """Return what *status* and *text* mean as the answer to *method* on *service*."""
    # The remedy names the *service*, and the *namespace* in which an operator finds it.
    for row in _ROWS:
        is_method = row.method in ("", method)
        if is_method and row.status == status and re.search(row.pattern, text):
            named = poisoned_service(text) or service
            return replace(row.meaning, remedy=_filled(row.meaning.remedy, named, namespace))
    if status in (200, 201, 204):
        return _APPLIED
    if 400 <= status < 500:
        return Meaning(Outcome.NOT_APPLIED, "refused")
    return UNKNOWN


def _filled(remedy: str, service: str, namespace: str) -> str:
    return remedy.format(
        service=service,
        namespace=namespace,
        delete_secret=delete_secret(service, namespace),
        find_definition=find_definition(service),
        edit_definition=edit_definition(service, namespace),
    )


def may_still_run(status: int) -> bool:
    """Tell whether a write of this *status* (0: no answer) may be at work on the server yet."""
    # A gateway gives up before the server does (RFC 9110, 15.6); OSCAR's own answer ends the work.
    return status in (0, 502, 503, 504)


def is_absence(text: str, content_type: str) -> bool:
    """Tell whether a 404 of these is OSCAR's own: that there is no such service."""
    # It has neither body nor type on every release (oscar-server 0; record 045); what a gateway
    # answers has at least one of them.
    return not text and not content_type


def is_unknown_path(text: str, content_type: str) -> bool:
    """Tell whether a 404 of these says that the release has no such path (054 of 3.7.1)."""
    return text.strip() == "404 page not found" and content_type.startswith("text/plain")


def is_without_quota(text: str) -> bool:
    """Tell whether a quota was not read since the user has none (118 of 4.1.2 and of 3.7.1)."""
    return re.search(r'(resourcequotas|clusterqueues\.\S+) ".*" not found$', text) is not None


def is_shared_name(text: str) -> bool:
    """Tell whether a GET by name failed since several users have such a service (211 of 4.0.0)."""
    return text.rstrip().endswith(" found in multiple namespaces")


def is_gone_bucket(status: int, text: str) -> bool:
    """Tell whether a GET by name met a bucket that does not exist, and that a policy still names.

    An administrator gets that answer for every bucket that does not exist (oscar-server 1.4).
    """
    said = re.match(r"Error listing objects in bucket '.*': NoSuchBucket: ", text)
    return status == 500 and said is not None


def is_store_restarting(status: int, text: str) -> bool:
    """Tell whether a read failed for the moment only: the server's store restarts."""
    # Each create and delete, of anybody, restarts it: for some 0.4 s it refuses connections, and a
    # look at buckets is answered 500 (oscar-releases, 4.1.2; 4 % of them under load).
    return status == 500 and _REFUSED_BY_STORE.search(text) is not None


_REFUSED_BY_STORE: Final = re.compile(
    r"connect: connection refused|connection reset by peer|Server not initialized|: EOF\b"
)
_POISONED: Final = re.compile(r'FDL of the service \\?"([^"\\]+)\\?"')


def poisoned_service(text: str) -> str:
    """Return the service whose stored definition spoils the list, blank if none is named (075)."""
    match = _POISONED.search(text)
    return match[1] if match else ""
