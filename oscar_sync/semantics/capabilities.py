"""What releases of OSCAR do otherwise than the newest, and what is done about it: one table.

Sources: oscar-releases (measured on servers built from their tags), oscar-server 11; recordings of
3.6.4, 3.6.5, 3.7.1, 4.0.0 and 4.1.2. What fields a release has is said at the fields themselves
(``since`` in `model.fdl_fields`).
"""

import re
from typing import Final, TypeAlias

from msgspec import Struct

Release: TypeAlias = tuple[int, int, int]

NEWEST: Final[Release] = (4, 1, 2)
"""The newest release that was tried."""

_FIRST: Final[Release] = (0, 0, 0)
_PATTERN: Final = r"v?(\d+)\.(\d+)(?:\.(\d+))?"


class Trait(Struct, frozen=True):
    """Something that releases from ``since`` on do, up to the first that no longer does, ``until``.

    ``fact`` says what the server does, ``answer`` what oscar-sync does about it, in Markdown.
    """

    fact: str
    answer: str
    source: str
    since: Release = _FIRST
    until: Release | None = None

    def holds(self, release: Release) -> bool:
        return release >= self.since and (self.until is None or release < self.until)


READ_ONLY: Final = Trait(
    "answers and lists do not show what a write did, or a write loses something",
    "each step is blocked (`release-too-old`)",
    "oscar-releases, *What changed when*",
    until=(3, 6, 4),
)
CAPITAL_VARIABLES: Final = Trait(
    "environment variables are under `environment.Variables`",
    "both spellings are read",
    "oscar-server 11",
    until=(3, 4, 0),
)
SECRETS_IN_CLEAR: Final = Trait(
    "values of `environment.secrets` stay in the definition in clear, and reach no job",
    "they are never sent",
    "oscar-releases, 3.4",
    since=(3, 4, 0),
    until=(3, 6, 0),
)
NO_LIST_OF_BUCKETS: Final = Trait(
    "there is no list of buckets, or one that does not show who owns them",
    "buckets are listed on the object store, with the keys that the cluster shows",
    "oscar-releases, 3.6.0 and 3.6.4",
    until=(3, 6, 4),
)
NEW_BUCKETS_ONLY: Final = Trait(
    "a POST refuses buckets that exist",
    "existing buckets are attached by a PUT",
    "oscar-server 6.2; record 024",
    since=(3, 6, 0),
)
FAILED_POST_ERASES: Final = Trait(
    "a POST that names a bucket that exists deletes it, with all its objects",
    "no POST ever names a bucket: a PUT that follows does",
    "record 024 of 3.6.4",
    since=(3, 6, 4),
    until=(3, 6, 5),
)
NO_BUCKET_BY_NAME: Final = Trait(
    "there is no `GET /system/buckets/NAME`",
    "its 404 proves nothing: a request for a link to the bucket tells whether it is there",
    "oscar-releases, 3.6.5",
    until=(3, 6, 5),
)
OPEN_TO_USERS: Final = Trait(
    "every user with a token may run any service and start its jobs, a private one too",
    "said in each plan and by `doctor` under a token",
    "records 217, 227 and 228 of 3.6.5 and 3.7.1",
    since=(3, 6, 5),
    until=(4, 0, 0),
)
EMPTY_IS_HIDDEN: Final = Trait(
    "a GET by name of a service that a user may not see answers 200 without a body, not 403",
    "treated as a service that exists and is hidden (`name-hidden`)",
    "records 203, 205 and 218 of 3.6.5 and 3.7.1",
    since=(3, 6, 0),
    until=(4, 0, 0),
)
DELETED_BY_POLICY: Final = Trait(
    "a user may delete each bucket that is public or named by a policy of theirs, also one that "
    "another user has made again under its name",
    "said in each plan and by `doctor` under a token; only a bucket whose tag names the user is "
    "deleted (`not-my-bucket`)",
    "record 226; the server's handler at these tags",
    until=(4, 1, 0),
)
NULL_FOR_NO_SERVICE: Final = Trait(
    "a list without a service is `null`",
    "read as an empty list",
    "oscar-server 11",
    until=(3, 6, 0),
)
NO_VISIBILITY: Final = Trait(
    "services have no visibility: an upgrade makes it blank, which hides them from every user with "
    "a token, the owner included",
    "a blank visibility is a difference, which an update with Basic credentials repairs",
    "oscar-releases, *Upgrades, measured*",
    until=(3, 6, 0),
)
WORD_IS_BUCKET: Final = Trait(
    "a path of one word is a bucket; since 4.1 it is a folder in a bucket called as the service",
    "`doctor --before-upgrade` names the services (OSY427)",
    "oscar-releases, *Upgrades, measured*",
    until=(3, 6, 0),
)
HASHED_SECRET: Final = Trait(
    "the Secret of a service is called `NAME-HASH`; newer releases look for `NAME`",
    "the next plan sends the secrets; `doctor --before-upgrade` has a command for the old one",
    "oscar-releases, *Upgrades, measured*",
    since=(3, 4, 0),
    until=(3, 6, 0),
)
OLD_DEPLOYMENT_NAME: Final = Trait(
    "the Deployment of an exposed service is called `NAME-dlp`; 4.0 and newer look for `NAME-dpl`: "
    "no update of it works, and its DELETE leaves the Deployment running",
    "`doctor --before-upgrade` says to remove them before, and apply them after",
    "oscar-releases, *Upgrades, measured*",
    until=(4, 0, 0),
)
TOKEN_CHANGES: Final = Trait(
    "each PUT makes a new token, and uploads are answered 401 from then on",
    "an update, `adopt` or `forget` of a service with MinIO inputs is two PUTs: one without the "
    "inputs, then one with them, which registers the new token",
    "oscar-releases, 3.6.0; oscar-server 11; record 035 of 3.7.1",
    since=(3, 6, 0),
    until=(4, 0, 0),
)
NOT_SEEN_TO_CLOSE: Final = Trait(
    "it was not measured whether an update to `private` closes the service's buckets",
    "`close_access` is blocked (`cannot-close`)",
    "record 229 of 3.6.5, the oldest",
    until=(3, 6, 5),
)
NO_MOUNT_UNDER_BASIC: Final = Trait(
    "with Basic credentials each PUT of a service with a mount, and each POST on a bucket that "
    "exists, answers 500 *must be private*",
    "blocked (`unsupported-by-server`)",
    "oscar-releases, 3.7.0; record 056",
    since=(3, 6, 4),
    until=(4, 0, 0),
)
NO_DEPLOYMENT: Final = Trait(
    "the state of a service and what its containers write cannot be asked for",
    "`status` says *not reported*, and nothing waits for readiness",
    "record 066 of 3.7.1",
    until=(4, 0, 0),
)
NOT_TOLD: Final = "not reported"
"""The state of a service where the release does not tell it: it is not known to be unavailable."""

STATE_NOT_TOLD: Final = "this release of OSCAR does not report the state of a service (4.0.0 does)"
LOGS_NOT_TOLD: Final = (
    "this release of OSCAR does not show what the containers of a service write (4.0.0 does)"
)

NAMESAKES: Final = Trait(
    "two users may each have a service of one name",
    "nothing is written to such a name (`name-not-unique`)",
    "oscar-server 6.4; oscar-releases, 3.6.5; record 211",
    since=(3, 6, 5),
    until=(4, 1, 0),
)
PATH_WITHOUT_FOLDER_FAILS: Final = Trait(
    "an input or output whose path is one word ends the request, half done",
    "`path: x` is sent as `SERVICE/x`, which 4.1 makes of it",
    "oscar-releases, 3.6.0 and 4.0.0; record 020 of 3.6.5 and 4.0.0",
    since=(3, 6, 0),
    until=(4, 1, 0),
)
EXPOSED_TAKES_NO_PUT: Final = Trait(
    "each PUT of an exposed service answers 500, and nothing is changed",
    "its update is a replace (`--allow replace:SERVICE`)",
    "oscar-releases, 4.0.0",
    since=(4, 0, 0),
    until=(4, 1, 0),
)
NO_RESTART: Final = Trait(
    "services cannot be stopped, started or restarted",
    "the plan says where running containers keep the old script or secrets",
    "record 065 of 4.0.0",
    until=(4, 1, 0),
)
NUMBER_PORTS: Final = Trait(
    "a port is a number: a service has one port",
    "sent as a number; several ports are blocked (`unsupported-by-server`)",
    "oscar-server 11; record 062 of 4.0.0",
    until=(4, 1, 0),
)
STATUS_MAY_END_IT: Final = Trait(
    "`GET /system/status` ends the server where the cluster has no metrics-server",
    "`Client.get_cluster_status` warns before it asks",
    "oscar-releases, 3.3",
    until=(3, 6, 5),
)
NO_QUOTAS: Final = Trait(
    "quotas of users cannot be asked for",
    "`quota` says so",
    "oscar-server 11",
    until=(3, 7, 0),
)
NO_VOLUMES: Final = Trait(
    "there are no managed volumes and no metrics",
    "`volume` and `metrics` say so; a declared volume is blocked (`unsupported-by-server`)",
    "oscar-server 11; record 054 of 3.7.1",
    until=(4, 0, 0),
)
NO_FEDERATION: Final = Trait(
    "the members of a federation cannot be asked for",
    "`federation get` says so",
    "oscar-server 11",
    until=(4, 1, 0),
)

_ROUTES: Final = {
    "quotas": NO_QUOTAS,
    "volumes": NO_VOLUMES,
    "metrics": NO_VOLUMES,
    "federation": NO_FEDERATION,
}
"""What stands behind ``/system/`` in a path, and until when a release has nothing there."""

TABLE: Final = (
    READ_ONLY,
    CAPITAL_VARIABLES,
    NULL_FOR_NO_SERVICE,
    SECRETS_IN_CLEAR,
    HASHED_SECRET,
    NO_VISIBILITY,
    WORD_IS_BUCKET,
    NO_LIST_OF_BUCKETS,
    STATUS_MAY_END_IT,
    NEW_BUCKETS_ONLY,
    FAILED_POST_ERASES,
    NO_BUCKET_BY_NAME,
    TOKEN_CHANGES,
    NOT_SEEN_TO_CLOSE,
    NO_MOUNT_UNDER_BASIC,
    NO_QUOTAS,
    NO_DEPLOYMENT,
    NO_VOLUMES,
    OPEN_TO_USERS,
    EMPTY_IS_HIDDEN,
    DELETED_BY_POLICY,
    OLD_DEPLOYMENT_NAME,
    PATH_WITHOUT_FOLDER_FAILS,
    EXPOSED_TAKES_NO_PUT,
    NO_RESTART,
    NUMBER_PORTS,
    NO_FEDERATION,
    NAMESAKES,
)
"""What oscar-sync knows of releases, from what the oldest do to what the newest do."""


def named_release(text: str) -> Release | None:
    """Return the release that somebody or a server names (``4.1``, ``v4.1.2``), None if none."""
    # What stands behind the numbers (``-rc1``, ``+build``) tells builds of one release apart.
    match = re.fullmatch(_PATTERN + r"([-+].*)?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def release_of(version: str) -> Release:
    """Return the release that ``/system/info`` names; ``devel`` and blank count as the newest."""
    return named_release(version) or NEWEST


def shown_release(release: Release) -> str:
    return ".".join(map(str, release))


def since_words(kind: str) -> str:
    """Return since when there is ``/system/KIND``, blank where all that are written have it."""
    since = _ROUTES[kind].until if kind in _ROUTES else None
    return f": it is there since {shown_release(since)}, unless turned off" if since else ""


def why_read_only(release: Release) -> str:
    """Return what a write to a release that is only read would meet (oscar-releases)."""
    if CAPITAL_VARIABLES.holds(release):
        return (
            "it answers 200 to updates that it does not carry out, and a create whose output has a "
            "bucket of its own fails"
        )
    if SECRETS_IN_CLEAR.holds(release):
        return (
            "it keeps the values of secrets in the definition, in clear, and gives them to no job"
        )
    return (
        "its answers do not show what was done: a create that was done is answered 500, and a GET "
        "by name is empty"
    )


class Observed(Struct, frozen=True):
    """What a server without a version of its own shows; None where it could not be seen."""

    has_buckets: bool | None = None
    has_bucket_names: bool | None = None
    has_bucket_by_name: bool | None = None
    has_deployment: bool | None = None
    has_port_lists: bool | None = None


_FACTS: Final[tuple[tuple[str, Release, str], ...]] = (
    ("has_buckets", (3, 6, 0), "`GET /system/buckets`"),
    ("has_bucket_names", (3, 6, 4), "buckets with `bucket_name`"),
    ("has_bucket_by_name", (3, 6, 5), "`GET /system/buckets/NAME`"),
    ("has_deployment", (4, 0, 0), "`/system/volumes` or `/deployment`"),
    ("has_port_lists", (4, 1, 0), "lists of ports or `/system/federation`"),
)
_OLDEST: Final[Release] = (3, 3, 0)


def observed_release(observed: Observed) -> tuple[Release, str]:
    """Return the release that *observed* shows, and how its facts contradict each other."""
    # Of contradicting facts the oldest release counts.
    release, missing = _OLDEST, ""
    for name, since, words in _FACTS:
        has_it = getattr(observed, name)
        if has_it and missing:
            return release, f"it has {words} and not {missing}, as no release does"
        if has_it:
            release = since
        elif has_it is False and not missing:
            missing = words
    return release, ""
