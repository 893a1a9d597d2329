"""What an update does with a field that differs, in words; each field says which (`Change`)."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.field import Change, Field


class Effect(Struct, frozen=True):
    """``mark`` says it in short, blank for a plain update; ``source`` is where it was found."""

    words: str
    source: str
    mark: str = ""


_AGAIN: Final = (
    "the service is deleted and created again, its data kept (`--allow replace:SERVICE`)"
)
EFFECTS: Final[Mapping[Change, Effect]] = {
    Change.UPDATE: Effect("in place", "oscar-server 4.1"),
    Change.REPLACE: Effect(
        f"replace: no PUT can change it; {_AGAIN}", "oscar-server 4.3; records 039, 044", "replace"
    ),
    Change.SWITCH: Effect(
        f"in place; where it is added or removed, replace: {_AGAIN}",
        "oscar-server 4.3; record 123",
        "replace if it is added or removed",
    ),
    Change.RESTART: Effect(
        "in place, then a restart of an exposed service; others use it from the next job on, warm "
        "instances when they are replaced",
        "oscar-server 4.8",
        "restarts an exposed service",
    ),
    Change.BUCKETS: Effect(
        "in place; a bucket that is dropped stays with its data, each new one restarts the object "
        "store; an existing bucket of another owner is blocked (`--allow attach:SERVICE=BUCKET`)",
        "oscar-server 4.4; records 041, 116, 127",
        "restarts the object store for each new bucket",
    ),
    Change.ACCESS: Effect(
        "in place, and all buckets of the service with it; blocked where more users could read a "
        "bucket that holds data (`--allow attach:SERVICE=BUCKET`)",
        "oscar-server 4.4",
        "blocked where access to data grows",
    ),
    Change.ISOLATION: Effect(
        "in place; blocked where the server would delete the bucket of a user "
        "(`--allow erase:BUCKET`)",
        "oscar-server 4.4; records 208, 209, 222",
        "blocked where a user's bucket would be deleted",
    ),
    Change.CARRIED: Effect(
        "never: the value on the cluster is sent again, and an omitted one is not compared",
        "oscar-server 3.6",
    ),
    Change.FEDERATED: Effect(
        "in place where the service has a federation; else the value on the cluster is sent again",
        "oscar-server 2.1",
    ),
    Change.RENAME: Effect(
        "another name is another service: the old one is no longer in the manifests",
        "oscar-server 4.3",
    ),
}


def change_of(fields: Iterable[Field]) -> Change:
    """Return what a difference takes of the last of *fields*, each of which holds the next.

    The innermost that says anything decides; a block that may not be added says nothing of what is
    in it.
    """
    found = [field.change for field in fields]
    own = found.pop()
    within = [change for change in found if change not in {Change.UPDATE, Change.SWITCH}]
    return own if own is not Change.UPDATE or not within else within[-1]
