"""What each release of OSCAR does in another way than the one after it: one table.

Sources: the recordings of each release, and where none tells, grycap/oscar at its tag.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from oscar_sync.emulator.binding import Struct
from oscar_sync.emulator.older_shapes import SERVICE_4_0
from oscar_sync.emulator.schema import SERVICE

__all__ = ["LINES", "Release", "release_of", "version_of"]

_NEVER: Final = "(?!)"


@dataclass(frozen=True, slots=True)
class Release:
    """A line of releases; what stands here is 4.1."""

    newest: str = "4.1.2"
    shape: Struct = SERVICE
    no_path: str = _NEVER
    """The paths that the release does not know yet."""

    # -- services
    reads_lists: bool = True
    """Ports are stored as lists; what an older release stored, numbers, cannot be read."""
    has_unique_names: bool = True
    """A name is one service's in the whole cluster, not in its namespace alone."""
    normalizes_paths: bool = True
    """Paths are stripped and get a bucket; before, one without a folder ends in a panic."""
    stops_at_known_secret: bool = True
    """A POST with secrets of a name that has some ends with 409; before, it went on."""
    updates_exposed: bool = True
    """An exposed service can be updated; 4.0 looks for a Knative service that it never made."""

    # -- users
    invokes_by_role: bool = True
    """`/run` and `/job` look at visibility, owner and users; before, at the group alone."""
    knows_invokers: bool = True
    """`/job` refuses a user whom the store does not know."""
    mounts_root_keys: bool = True
    """A job with the keys of a service's owner gets the root keys of the store."""

    # -- buckets
    has_bucket_quotas: bool = True
    """Buckets have quotas, and lists tell them and what is used."""
    deletes_buckets_by_tag: bool = True
    """The owner's tag lets a user delete a bucket; before, the user's policy did."""

    # -- the server
    stops_refused_config: bool = True
    """A user's new configuration is refused and nothing else; before, it was taken too."""


_4_1: Final = Release()
_4_0: Final = replace(
    _4_1,
    newest="4.0.0",
    shape=SERVICE_4_0,
    no_path=r"/system/federation/[^/]+|/system/services/[^/]+/(stop|start|restart|auth)",
    reads_lists=False,
    has_unique_names=False,
    normalizes_paths=False,
    stops_at_known_secret=False,
    updates_exposed=False,
    knows_invokers=False,
    has_bucket_quotas=False,
    deletes_buckets_by_tag=False,
    stops_refused_config=False,
)

LINES: Final = {"4.0": _4_0, "4.1": _4_1}
_VERSION: Final = re.compile(r"(4\.[01])(\.\d+)?")


def version_of(text: str) -> str | None:
    """Return the version that `/system/info` tells, a line's newest; nothing for another text."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    return text if found[2] else LINES[found[1]].newest


def release_of(version: str) -> Release:
    """Return what the line of a version does."""
    found = _VERSION.fullmatch(version)
    return LINES[found[1]] if found else _4_1
