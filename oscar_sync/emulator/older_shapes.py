"""The structs of a service in older releases, made from the newest one.

Sources: pkg/types/service.go and storage.go at v3.6.4, v3.6.5, v3.7.1, v4.0.0 and v4.1.2. What a
release has no field for stays in the definition, empty, so that the handlers need not ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from oscar_sync.emulator.binding import Field, ListOf, Problems, Shape, Struct, Text, Whole
from oscar_sync.emulator.schema import EXPOSE, INT32, SERVICE, replicas

__all__ = ["SERVICE_3_6_4", "SERVICE_3_6_5", "SERVICE_4_0"]

_SINCE_4_1: Final = frozenset({"federation", "kserve", "ephemeral_storage_request", "auth_type"})
_SINCE_4_0: Final = frozenset({"volume", "volume_status", "probe_mode"})
_SINCE_3_6_5: Final = frozenset({"namespace", "health_path"})


@dataclass(frozen=True, slots=True)
class OnePort:
    """A port as a number, where 4.1 has a list: the number is kept as a list."""

    number: Whole

    @property
    def go(self) -> str:
        return self.number.go

    def zero(self) -> Any:
        return []

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        """Return the port; a list is a mismatch."""
        taken = self.number.take(node, old[0] if old else 0, spot, problems)
        return [taken] if taken else []

    def show(self, value: Any) -> Any:
        return value[0] if value else 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a release has no field for: whatever is sent is passed over, and nothing is shown."""

    newer: Shape

    @property
    def go(self) -> str:
        return self.newer.go

    def zero(self) -> Any:
        return self.newer.zero()

    def take(self, node: Any, old: Any, spot: str, problems: Problems) -> Any:
        del node, spot, problems
        return old

    def show(self, value: Any) -> Any:
        return value


def _without(struct: Struct, names: frozenset[str]) -> Struct:
    return _rebuilt(struct, struct.fields, names)


def _rebuilt(struct: Struct, fields: Iterable[Field], names: frozenset[str]) -> Struct:
    changed = tuple(
        Field(part.name, Unknown(part.shape), is_shown=False) if part.name in names else part
        for part in fields
    )
    return Struct(struct.name, struct.go, changed, struct.prefix, struct.seed, struct.check)


def _within(struct: Struct, name: str, inner: Shape) -> Struct:
    fields = (
        Field(part.name, inner, omitempty=part.omitempty) if part.name == name else part
        for part in struct.fields
    )
    return _rebuilt(struct, fields, frozenset())


def _member(struct: Struct, name: str) -> Any:
    return next(part.shape for part in struct.fields if part.name == name)


def _expose_4_0() -> Struct:
    ports = {
        "api_port": Field("api_port", OnePort(Whole()), omitempty=True),
        "nodePort": Field("nodePort", OnePort(INT32)),
    }
    return _rebuilt(EXPOSE, (ports.get(part.name, part) for part in EXPOSE.fields), _SINCE_4_1)


def _service_4_0() -> Struct:
    struct = _without(_within(SERVICE, "expose", _expose_4_0()), _SINCE_4_1)
    mount = _without(_member(SERVICE, "mount"), frozenset({"options"}))
    struct = _within(struct, "mount", mount)
    for way in ("input", "output"):
        exchanges = _member(SERVICE, way)
        item = _without(exchanges.item, frozenset({"options"}))
        struct = _within(struct, way, ListOf(item, exchanges.go))
    place = [part.name for part in struct.fields].index("log_level")
    added = (
        Field("replicas", replicas("replicas"), omitempty=True),
        Field("delegation", Text()),
        Field("rescheduler_threshold", Whole()),
    )
    return _rebuilt(struct, (*struct.fields[:place], *added, *struct.fields[place:]), frozenset())


def _before(struct: Struct, names: frozenset[str]) -> Struct:
    expose = _without(_member(struct, "expose"), names)
    return _without(_within(struct, "expose", expose), names)


SERVICE_4_0: Final = _service_4_0()
"""One port, replicas at the top, no federation, kserve, options of mounts, ephemeral storage."""

SERVICE_3_6_5: Final = _before(SERVICE_4_0, _SINCE_4_0)
"""No volumes."""

SERVICE_3_6_4: Final = _before(SERVICE_3_6_5, _SINCE_3_6_5)
"""One namespace for all, and no path of an exposed service's health."""
