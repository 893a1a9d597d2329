"""What a client meets at OSCAR 4.0 instead of 4.1 (oscar-server 11)."""

import re
from dataclasses import dataclass
from typing import Any, Final

from oscar_sync.emulator.binding import (
    Field,
    ListOf,
    Problems,
    Shape,
    Struct,
    Text,
    Whole,
)
from oscar_sync.emulator.schema import EXPOSE, INT32, SERVICE

__all__ = [
    "VERSION",
    "Release",
    "has_path",
    "names_are_unique",
    "release_of",
    "service_shape",
    "version_of",
]

VERSION: Final = re.compile(r"4\.[01](\.\d+)?")
_NEWEST: Final = {"4.0": "4.0.0", "4.1": "4.1.2"}
_NEW_FIELDS: Final = frozenset({"federation", "kserve", "ephemeral_storage_request", "auth_type"})
_NEW_PATHS: Final = re.compile(
    r"/system/federation/[^/]+"
    r"|/system/services/[^/]+/(stop|start|restart|auth)"
)


@dataclass(frozen=True, slots=True)
class OnePort:
    """A port as 4.0 writes it, a number, where 4.1 has a list: the number is kept as a list."""

    number: Whole

    @property
    def go(self) -> str:
        """Return the name of the Go type."""
        return self.number.go

    def zero(self) -> Any:
        """Return no port."""
        return []

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the port; a list is a mismatch."""
        taken = self.number.take(node, old[0] if old else 0, spot, problems)
        return [taken] if taken else []

    def show(self, value: Any) -> Any:
        """Return the port, 0 for none."""
        return value[0] if value else 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """What 4.0 has no field for: whatever is sent is passed over."""

    newer: Shape

    @property
    def go(self) -> str:
        """Return the name of the Go type."""
        return self.newer.go

    def zero(self) -> Any:
        """Return the value of a field that nobody set."""
        return self.newer.zero()

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return what was there before."""
        del node, spot, problems
        return old

    def show(self, value: Any) -> Any:
        """Return the value, which is empty and so is left out."""
        return value


def _older(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields of a 4.1 struct as 4.0 has them."""
    changed = {
        "api_port": Field("api_port", OnePort(Whole()), omitempty=True),
        "nodePort": Field("nodePort", OnePort(INT32)),
    }
    return tuple(
        Field(part.name, Unknown(part.shape), omitempty=True)
        if part.name in _NEW_FIELDS
        else changed.get(part.name, part)
        for part in fields
    )


def _service() -> Struct:
    replica = Struct(
        "Replica",
        "types.Replica",
        (
            *(Field(name, Text()) for name in ("type", "cluster_id", "service_name", "url")),
            Field("priority", Whole()),
        ),
        "replicas",
    )
    expose = Struct(EXPOSE.name, EXPOSE.go, _older(EXPOSE.fields), EXPOSE.prefix)
    fields = (
        Field("expose", expose) if part.name == "expose" else part
        for part in _older(SERVICE.fields)
    )
    more = (
        Field("replicas", ListOf(replica, "types.ReplicaList"), omitempty=True),
        Field("delegation", Text(), omitempty=True),
        Field("rescheduler_threshold", Whole(), omitempty=True),
    )
    return Struct(SERVICE.name, SERVICE.go, (*fields, *more))


_SERVICE_4_0: Final = _service()


@dataclass(frozen=True, slots=True)
class Release:
    """What a release does in another way than the one before it."""

    invokes_by_role: bool = True
    """`/run` and `/job` look at visibility, owner and users; before 4.0 at the group alone."""
    knows_invokers: bool = True
    """`/job` refuses a user whom the store does not know."""
    mounts_root_keys: bool = True
    """A job with the keys of a service's owner gets the root keys of the store."""
    has_bucket_quotas: bool = True
    """Buckets have quotas, and lists tell them and what is used."""


_RELEASES: Final = {"4.0": Release(knows_invokers=False, has_bucket_quotas=False), "4.1": Release()}


def release_of(version: str) -> Release:
    """Return what the line of a version does."""
    return next(row for line, row in _RELEASES.items() if version.startswith(line))


def version_of(text: str) -> str:
    """Return the version that `/system/info` tells: the newest of a line that is named alone."""
    return _NEWEST.get(text, text)


def service_shape(version: str) -> Struct:
    """Return the struct of a release's services."""
    return _SERVICE_4_0 if version.startswith("4.0") else SERVICE


def names_are_unique(version: str) -> bool:
    """Return whether a name is one service's in the whole cluster, not in its namespace alone."""
    return not version.startswith("4.0")


def has_path(version: str, path: str) -> bool:
    """Return whether a release knows the path."""
    return not (version.startswith("4.0") and _NEW_PATHS.fullmatch(path))
