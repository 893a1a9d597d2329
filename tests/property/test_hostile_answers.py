"""L4 under hostile answers: no object is lost, whatever shape a cluster gives its definitions.

An answer between us and the cluster is changed, never the cluster: what it holds in truth is what
is looked at afterwards (trust 3).
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import IMAGE, NAMES, removed_entries, services
from tests.property.witness import named_buckets

BUCKETS = "/system/buckets"
_ABSENT = object()
_FIELDS = st.sampled_from(
    ("input", "output", "mount", "bucket_list", "isolation_level", "annotations", "owner", "name")
)
_STRANGE = st.sampled_from(
    (
        _ABSENT, None, "red/in", {}, 0, True, [None], ["red/in"], [[]], [{}],
        [{"path": "red/in"}], [{"storage_provider": {"minio": "default"}, "path": "red/in"}],
        [{"storage_provider": "minio.default", "path": None}], {"minio.default": "red/in"},
    )
)  # fmt: skip
_HOLLOW = st.sampled_from(([], [{"storage_provider": "minio.default", "path": "other/in"}]))
"""In shape and untrue: told by one of two reads alone, since a lie of both is nobody's to see."""
_READS = st.sampled_from(("list", "get"))
_BOTH = st.sampled_from((("list",), ("get",), ("list", "get")))
_SKIPPED = st.integers(0, 4)


@dataclass(frozen=True)
class Hostile:
    """What becomes of answers: of which reads, after how many good ones."""

    change: str
    reads: tuple[str, ...] = ()
    field: str = ""
    value: Any = None
    after: int = 0

    def __call__(self, path: str, answer: bytes) -> bytes:
        """Return the answer that is passed on."""
        kind = self._kind(path, answer)
        if kind not in self.reads:
            return answer
        if self._seen(kind) <= self.after:
            return answer
        return json.dumps(self._changed(kind, json.loads(answer))).encode()

    def _kind(self, path: str, answer: bytes) -> str:
        if path == SERVICES and answer.startswith(b"["):
            return "list"
        if path.startswith(f"{SERVICES}/") and answer.startswith(b"{"):
            return "get"
        return "buckets" if path == BUCKETS and answer.startswith(b"[") else ""

    def _seen(self, kind: str) -> int:
        seen = self.__dict__.setdefault("counts", {})
        seen[kind] = seen.get(kind, 0) + 1
        return int(seen[kind])

    def _changed(self, kind: str, value: Any) -> Any:
        match self.change:
            case "field":
                return [self._one(one) for one in value] if kind == "list" else self._one(value)
            case "empty":
                return []
            case "cut":
                return value[:-1]
            case _:
                return [{**one, "metadata": self.value} for one in value]

    def _one(self, service: Any) -> Any:
        rest = {key: item for key, item in service.items() if key != self.field}
        return rest if self.value is _ABSENT else {**rest, self.field: self.value}


_HOSTILE = st.one_of(
    st.builds(Hostile, st.just("field"), _BOTH, _FIELDS, _STRANGE, _SKIPPED),
    st.builds(
        Hostile,
        st.just("field"),
        _READS.map(lambda one: (one,)),
        st.sampled_from(("input", "output", "bucket_list")),
        _HOLLOW,
        _SKIPPED,
    ),
    st.builds(Hostile, st.just("empty"), st.just(("list",)), after=_SKIPPED),
    st.builds(Hostile, st.just("cut"), st.just(("list",)), after=_SKIPPED),
    st.builds(
        Hostile,
        st.just("tags"),
        st.just(("buckets",)),
        st.just(""),
        st.sampled_from((None, [], "owner", {"from_service": 1}, {})),
        _SKIPPED,
    ),
)
_GATEWAY = st.tuples(st.sampled_from(("", "404", "404-bare")), st.integers(1, 6))


def gateway(kind: str, nth: int) -> Any:
    """Return a fault: the nth GET of a service by name is answered 404 on the way."""
    seen: list[str] = []

    def fault(method: str, path: str, _query: str) -> str:
        if method != "GET" or not path.startswith(f"{SERVICES}/"):
            return ""
        seen.append(path)
        return kind if len(seen) == nth else ""

    return fault


_PLAIN = {"name": "alpha", "image": IMAGE, "script": "s\n"}
_WRITER = {
    **_PLAIN, "name": "beta",
    "output": [{"storage_provider": "minio.default", "path": "red/out"}],
}  # fmt: skip


@example(  # nothing is hostile, and the bucket goes
    wanted=[_PLAIN, _WRITER], removed=[{"service": "beta", "erase": ["red"]}],
    hostile=Hostile(""), bare=("", 1),
)  # fmt: skip
@laws(Fraction(1, 4))  # applies twice
@given(wanted=services(min_size=2), removed=removed_entries(), hostile=_HOSTILE, bare=_GATEWAY)
def test_no_object_is_lost_under_hostile_shapes_of_answers(  # noqa: PLR0917 - drawn
    world, met, wanted, removed, hostile, bare
):
    world.reset()
    world.write(*wanted)
    world.apply()
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"x")
    before = world.objects()
    gone = {entry["service"] for entry in removed}
    left = [one for one in wanted if one["name"] not in gone] or [
        {"name": "zeta", "image": "i:1", "script": "s\n"}
    ]
    world.write(*left)
    world.write_settings(removed=removed, prune=True, max_removals=len(NAMES))
    world.oscar.rewrite, world.oscar.fault = hostile, gateway(*bare)
    world.apply()
    lives = [world.live(name) for name in world.names()]
    in_use = {bucket for live in lives for bucket in (*named_buckets(live), *mounted(live))}
    named = {bucket for entry in removed for bucket in entry["erase"]}
    lost = {bucket for bucket, _ in before.keys() - world.objects().keys()}
    met("a bucket is gone", lost)
    assert not lost & in_use, f"lost although in use: {lost & in_use}"
    assert lost <= named, f"lost although nobody named it: {lost - named}"


def mounted(live: Any) -> tuple[str, ...]:
    """Return the bucket that a service mounts."""
    path = (live.get("mount") or {}).get("path", "")
    return (path.strip("/").split("/")[0],) if path else ()
