"""What each release of OSCAR does in another way than the one after it: one table.

Sources: the recordings of each release, and where none tells, grycap/oscar at its tag.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from oscar_sync.emulator.binding import Struct
from oscar_sync.emulator.older_shapes import SERVICE_3_6_4, SERVICE_3_6_5, SERVICE_4_0
from oscar_sync.emulator.schema import SERVICE

__all__ = ["LINES", "Release", "release_of", "version_of"]

_NEVER: Final = "(?!)"
_SINCE_4_1: Final = (
    r"[A-Z]+ (/system/federation/[^/]+|/system/services/[^/]+/(stop|start|restart|auth))"
)
_SINCE_4_0: Final = (
    rf"{_SINCE_4_1}|PUT /system/config|[A-Z]+ /system/(volumes|metrics)(/.*)?"
    r"|[A-Z]+ /system/services/[^/]+/deployment(/logs)?"
)
_SINCE_3_7: Final = rf"{_SINCE_4_0}|[A-Z]+ /system/quotas/.*"
_SINCE_3_6_5: Final = rf"{_SINCE_3_7}|GET /system/(buckets/[^/]+|logs)"


@dataclass(frozen=True, slots=True)
class Release:
    """A line of releases; what stands here is 4.1."""

    newest: str = "4.1.2"
    shape: Struct = SERVICE
    no_call: str = _NEVER
    """The calls, method and path, that the release does not know yet."""

    # -- services
    reads_lists: bool = True
    """Ports are stored as lists; what an older release stored, numbers, cannot be read."""
    has_unique_names: bool = True
    """A name is one service's in the whole cluster, not in its namespace alone."""
    normalizes_paths: bool = True
    """Paths are stripped and get a bucket; before, one without a folder ends in a panic."""
    stops_after_errors: bool = True
    """A Secret or a tag that is refused ends the request; before, the request went on."""
    exposes_beside_knative: bool = False
    """A POST makes a Knative service for an exposed service too."""
    updates_knative_always: bool = False
    """A PUT wants the Knative service of an exposed service too, which 4.0 never made."""
    deployment: str = "dpl"
    """How the name of an exposed service's Deployment ends."""
    takes_owner: bool = False
    """The owner that an administrator's POST names is kept."""
    takes_back_creations: bool = True
    """A service that Kubernetes refuses is taken back; before, what was made of it stayed."""
    restores_definitions: bool = True
    """A refused update leaves the old definition; before, the new one, which does not run."""
    finds_before_deleting: bool = True
    """A DELETE of nothing is answered 404; before, it panicked."""
    keeps_token: bool = True
    """An update keeps the token; before, it made a new one, which the webhook does not know."""
    labels_services: bool = True
    """Services are labelled as a user's, with the name of their owner."""
    knows_volumes: bool = True
    """Services have volumes and a deployment, and the server tells whether it has them on."""

    # -- users
    refuses_reading: bool = True
    """A service that is not for a user is answered 403; before, with 200 and nothing."""
    tells_missing_definition: bool = True
    """A DELETE of what is not in a user's namespace is answered 500; before, 404."""
    namespace_limit: int = 18
    """How long a user's namespace may be; 0: all services share one."""
    lists_waiting_jobs: bool = True
    """Jobs without a pod are listed, as Suspended."""
    hides_jobs: bool = True
    """Jobs are told as the service is; before, of each service that names no users."""
    invokes_by_role: bool = True
    """`/run` and `/job` look at visibility, owner and users; before, at the group alone."""
    knows_invokers: bool = True
    """`/job` refuses a user whom the store does not know."""
    mounts_root_keys: bool = True
    """A job with the keys of a service's owner gets the root keys of the store."""
    has_user_secrets: bool = True
    """Users have Secrets with their keys in their namespaces, without which calls fail."""
    trims_users: bool = True
    """Blanks around allowed users are taken off, and blank ones left out."""

    # -- buckets
    spares_known_buckets: bool = True
    """A POST refused for a bucket that exists leaves it; before, it erased all that it names."""
    misses_deleted_buckets: bool = False
    """A DELETE says that a bucket is gone already."""
    tags_owner_names: bool = True
    """Buckets are tagged with the name of their owner."""
    longest_presign_s: int = 604_800
    has_bucket_quotas: bool = True
    """Buckets have quotas, and lists tell them and what is used."""
    deletes_buckets_by_tag: bool = True
    """The owner's tag lets a user delete a bucket; before, the user's policy did."""
    remembers_updaters: bool = False
    """An administrator's PUT lets administrators mount as a POST does; since 4.1 only a POST."""
    lets_administrators_mount: bool = True
    """An administrator's bucket counts as private for a mount, though no policy says so."""

    # -- the server
    has_flat_status: bool = False
    """`/system/status` is a flat object in camel case."""
    tells_kueue: bool = True
    """The configuration says whether Kueue is on."""
    has_kueue: bool = False
    """Quotas are those of Kueue alone: 3.7 knows no others."""
    quota_needs: str = "cpu, memory, ephemeral_storage, volumes or minio"
    """What a change of quotas names at least one of."""
    counts_unknown_services: bool = True
    """An administrator is told zeros of a service that is not there; before, 404."""
    lists_images: bool = True
    """The server has a list of image repositories that are allowed."""
    stops_refused_config: bool = True
    """A user's new configuration is refused and nothing else; before, it was taken too."""


_4_1: Final = Release()
_4_0: Final = replace(
    _4_1,
    newest="4.0.0",
    shape=SERVICE_4_0,
    no_call=_SINCE_4_1,
    reads_lists=False,
    has_unique_names=False,
    normalizes_paths=False,
    stops_after_errors=False,
    updates_knative_always=True,
    knows_invokers=False,
    has_bucket_quotas=False,
    deletes_buckets_by_tag=False,
    remembers_updaters=True,
    stops_refused_config=False,
    quota_needs="cpu, memory or volumes",
    counts_unknown_services=False,
)

_3_7: Final = replace(
    _4_0,
    newest="3.7.1",
    shape=SERVICE_3_6_5,
    no_call=_SINCE_4_0,
    keeps_token=False,
    labels_services=False,
    knows_volumes=False,
    exposes_beside_knative=True,
    deployment="dlp",
    refuses_reading=False,
    namespace_limit=63,
    hides_jobs=False,
    longest_presign_s=3_600,
    tells_missing_definition=False,
    invokes_by_role=False,
    lets_administrators_mount=False,
    has_kueue=True,
    quota_needs="cpu or memory",
    lists_images=False,
)

_3_6_5: Final = replace(
    _3_7,
    newest="3.6.5",
    no_call=_SINCE_3_7,
    mounts_root_keys=False,
    takes_owner=True,
    takes_back_creations=False,
    restores_definitions=False,
    lists_waiting_jobs=False,
    tells_kueue=False,
)

_3_6_4: Final = replace(
    _3_6_5,
    newest="3.6.4",
    shape=SERVICE_3_6_4,
    no_call=_SINCE_3_6_5,
    spares_known_buckets=False,
    tags_owner_names=False,
    trims_users=False,
    has_user_secrets=False,
    namespace_limit=0,
    finds_before_deleting=False,
    misses_deleted_buckets=True,
    has_flat_status=True,
)

LINES: Final = {"3.6.4": _3_6_4, "3.6.5": _3_6_5, "3.7": _3_7, "4.0": _4_0, "4.1": _4_1}
_VERSION: Final = re.compile(r"(3\.6\.[45])|(3\.7|4\.[01])(\.\d+)?")


def version_of(text: str) -> str | None:
    """Return the version that `/system/info` tells, a line's newest; nothing for another text."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    return LINES[match[2]].newest if match[2] and not match[3] else text


@cache
def release_of(version: str) -> Release:
    match = _VERSION.fullmatch(version)
    return LINES[match[1] or match[2]] if match else _4_1
