"""Who may read, write and delete in a bucket: what visibilities give, and that none takes away.

A service gives its visibility to each bucket that it names as input, output or mount. Measured on
the real server (issue 19, B7): attaching a bucket to a service only ever adds readers, and removing
the service takes none away. What ``/system/buckets`` then says is not who may read:

| bucket     | attached by           | OSCAR then says      | who reads         |
|------------|-----------------------|----------------------|-------------------|
| private    | public                | private              | everybody         |
| private    | restricted            | restricted           | its users         |
| public     | private or restricted | private / restricted | everybody, still  |
| restricted | private               | restricted           | unchanged         |
| restricted | public                | restricted           | everybody         |
| restricted | restricted            | restricted           | both lists        |
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.state import BucketFacts
from oscar_sync.semantics.buckets import further_inputs, in_out_buckets, needed_buckets

_ADMIN: Final = ("", "cluster_admin")

PRIVATE: Final = "private"
RESTRICTED: Final = "restricted"
PUBLIC: Final = "public"


class Access(Struct, frozen=True):
    is_public: bool = False
    users: frozenset[str] = frozenset()

    def __or__(self, other: "Access") -> "Access":
        return Access(self.is_public or other.is_public, self.users | other.users)


def access_given(visibility: str, users: Iterable[str] = ()) -> Access:
    # Any word but private and restricted makes it public (oscar-server 2.1).
    if visibility in (PRIVATE, ""):
        return Access()
    if visibility == RESTRICTED:
        return Access(users=frozenset(users))
    return Access(is_public=True)


def access_of_service(form: Form) -> Access:
    return access_given(form.visibility, form.allowed_users)


def listed_access(facts: BucketFacts) -> tuple[str, tuple[str, ...]]:
    """Return visibility and users of a bucket as OSCAR tells them, in one form."""
    # An administrator sees a blank visibility where a user sees *private* (1.4).
    users = tuple(sorted({*facts.allowed_users})) if facts.visibility == RESTRICTED else ()
    return facts.visibility or PRIVATE, users


def is_locked(visibility: str, users: Collection[str]) -> bool:
    """Tell whether a bucket is restricted to nobody (record 230)."""
    # Any other visibility then fails half-way, and takes its owner's access away: somebody has to
    # be among its users first.
    return visibility == RESTRICTED and not users


def seen_of(facts: BucketFacts) -> tuple[str, str, str, str, tuple[str, ...]]:
    """Return what a write to a bucket rests on: whose it is, what made it, and who has access."""
    return facts.owner, facts.from_service, facts.set_name, *listed_access(facts)


def hides_public(visibility: str) -> bool:
    """Tell whether a bucket that administrators see as *visibility* may be public too."""
    # GetCurrentResourceVisibility (pkg/utils/minio.go, in 3.6.4 as in 4.1.2) looks for whoever asks
    # first, who has no policy here, then for a group of the bucket, and for everybody last.
    return visibility == RESTRICTED


def seen_as(said: str, given: Access) -> str:
    """Return what OSCAR calls a bucket that it called *said*, once *given* is given too."""
    # The order in which GetCurrentResourceVisibility asks: a group of the bucket, its owner,
    # everybody. An administrator is never found as the owner, so that *said* is not private there.
    if said == RESTRICTED or given.users:
        return RESTRICTED
    return said or (PUBLIC if given.is_public else "")


def is_of_users(owner: str) -> bool:
    return owner not in _ADMIN


def given_by_post(form: Form, owner: str) -> dict[BucketName, Access]:
    """Return the access that a POST gives to buckets: an administrator's gives none.

    ``service.Owner != types.DefaultOwner`` in pkg/handlers/create.go, in 3.6.4 as in 4.1.2.
    """
    if not is_of_users(owner):
        return {}
    return dict.fromkeys(needed_buckets(form), access_of_service(form))


def given_by_put(before: Form, after: Form, owner: str) -> dict[BucketName, Access]:
    """Return the access that a PUT gives: to buckets that it adds, to all with a new visibility."""
    # It does not ask whose the service is (pkg/handlers/update.go, in 3.6.4 as in 4.1.2): one of an
    # administrator opens to everybody what the POST did not, a mount and a bucket of two inputs
    # each time. What is restricted it gives to nobody: SetPolicies (pkg/utils/minio.go) ends at the
    # policy of ``cluster_admin``, a user that the store does not have (record 135).
    given, needed = access_of_service(after), needed_buckets(after)
    if not (given.is_public or is_of_users(owner)):
        return {}
    if before.visibility != after.visibility or access_of_service(before) != given:
        return dict.fromkeys(needed, given)
    if is_of_users(owner):
        had = {*needed_buckets(before)}
    else:
        had = {*in_out_buckets(before)} - {bucket for bucket, _ in further_inputs(after)}
    return {bucket: given for bucket in needed if bucket not in had}


def given_by_create(first: Form, form: Form, owner: str) -> dict[BucketName, Access]:
    put = {} if first is form else given_by_put(first, form, owner)
    return {**given_by_post(first, owner), **put}


def given_by_puts(forms: Sequence[Form], owner: str) -> dict[BucketName, Access]:
    access: dict[BucketName, Access] = {}
    for before, after in pairwise(forms):
        for bucket, given in given_by_put(before, after, owner).items():
            access[bucket] = access.get(bucket, Access()) | given
    return access


def closed(form: Form, bucket_list: Sequence[str]) -> Form:
    """Return *form* as the PUT sends it that closes the buckets that the service names (229)."""
    # Nothing else changes: the per-user buckets of *bucket_list* stay (222, 224).
    level = "" if bucket_list else form.isolation_level
    return replace(form, isolation_level=level, visibility=PRIVATE)


def takes_back(visibility: str) -> bool:
    """Tell whether OSCAR takes back what *visibility* gave once another follows."""
    # It gives everybody access for any word that it does not know, and looks for the owner's when
    # it takes that back (UnsetPolicies in pkg/utils/minio.go at 00f53bd).
    return visibility.lower() == PUBLIC or visibility == RESTRICTED


def is_closed_by(before: Form, after: Form) -> bool:
    """Tell whether a PUT closes to everybody buckets that both definitions name (record 229)."""
    # Only a change of the service's visibility does, and only while the bucket is named.
    return access_of_service(before).is_public and not access_of_service(after).is_public


def gained(before: Access, after: Access, owners: Collection[str] = ()) -> str:
    """Return who has access *after* and not *before*, in words; blank: nobody."""
    # The *owners* have it anyway.
    if before.is_public:
        return ""
    if after.is_public:
        return "everybody"
    more = sorted(after.users - before.users - {*owners})
    if not more:
        return ""
    return f"the allowed users {', '.join(more)}" if len(more) > 1 else f"the user {more[0]}"
