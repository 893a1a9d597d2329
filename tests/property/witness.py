"""What the laws say of a run, told from the wire and the store alone."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport
from oscar_sync.model.step import Do
from tests.emulator.calling import SERVICES
from tests.property.proxy import Seen
from tests.property.world import Objects, World

_Write = tuple[str, str]


def steps_of(plan: Plan) -> Counter[_Write]:
    """Return what the plan says it sends, each write as (kind, target)."""
    return Counter((step.do.value, step.target) for a in plan.actions for step in a.steps)


def sent_of(report: RunReport) -> Counter[_Write]:
    return Counter((sent.do.value, sent.target) for r in report.results for sent in r.sent)


def wire_writes(world: World) -> Counter[_Write]:
    """Return what went out, in the words of a plan's steps.

    A write of a bucket's notifications is ("notify", bucket): the wire does not say more.
    """
    found = Counter(_oscar_write(seen) for seen in world.oscar.writes)
    return found + Counter(write for seen in world.s3.writes for write in _store_writes(seen))


def _oscar_write(seen: Seen) -> _Write:
    if seen.method == "DELETE" and seen.path.startswith("/system/buckets/"):
        return "erase", unquote(seen.path.rpartition("/")[2])
    if seen.method in ("POST", "PUT") and seen.path == "/system/buckets":
        do = "create-bucket" if seen.method == "POST" else "set-access"
        return do, str(seen.sent["bucket_name"])
    if seen.method == "POST" and seen.path == "/system/volumes":
        return "create-volume", str(seen.sent["name"])
    if seen.method == "DELETE" and seen.path.startswith("/system/volumes/"):
        return "delete-volume", unquote(seen.path.rpartition("/")[2])
    tail = seen.path.removeprefix(SERVICES).strip("/")
    if seen.method == "DELETE" and tail:
        return "delete", unquote(tail)
    if seen.method == "POST" and tail.endswith("/restart"):
        return "restart", unquote(tail.removesuffix("/restart"))
    if seen.method in ("POST", "PUT") and seen.path == SERVICES:
        return seen.method.lower(), str(seen.sent["name"])
    return f"{seen.method} {seen.path}", ""


_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)


def _store_writes(seen: Seen) -> list[_Write]:
    """Return what one request writes: a deletion of many names each of them."""
    if seen.method != "POST" or seen.query.rstrip("=") != "delete":
        return [_store_write(seen)]
    bucket = unquote(seen.path).strip("/")
    keys = (html.unescape(key.decode()) for key in _KEY.findall(seen.body))
    return [("delete-object", f"{bucket}/{key}") for key in keys]


def _store_write(seen: Seen) -> _Write:
    path = unquote(seen.path).lstrip("/")
    bucket, _, key = path.partition("/")
    if seen.method == "PUT" and "notification" in seen.query:
        return "notify", bucket
    if seen.method == "PUT" and "tagging" in seen.query and not key:
        return "tag", bucket
    if seen.method == "PUT" and key:
        return ("marker" if key.endswith("/") else "upload"), path
    if seen.method == "DELETE" and key:
        return "delete-object", path
    return f"{seen.method} {seen.path}?{seen.query}", ""


_NOTIFYING = {Do.HOOK.value, Do.UNHOOK.value, Do.REHOOK.value}


def _coarse(steps: Counter[_Write]) -> Counter[_Write]:
    """Return *steps* as the wire can tell them apart."""
    found: Counter[_Write] = Counter()
    for (do, target), number in steps.items():
        key = ("notify", target.partition("/")[0]) if do in _NOTIFYING else (do, target)
        if do == Do.TAG_KEPT.value:  # the wire does not say which tag
            key = (Do.TAG.value, target)
        found[key] += number
    return found


def check_only_steps(world: World, plan: Plan) -> None:
    """L5: every write on the wire was a step of the plan."""
    planned = set(_coarse(steps_of(plan)))
    strange = set(wire_writes(world)) - planned
    assert not strange, f"sent, and no step of the plan: {strange}; steps: {planned}"


def check_all_steps(world: World, plan: Plan) -> None:
    """L11: where nothing failed, what was shown is what was sent, no more and no less.

    A notification that stands by now is not set twice: it woke with its service (128).
    """
    planned, wire = _coarse(steps_of(plan)), wire_writes(world)
    for kind in (planned, wire):
        for key in [key for key in kind if key[0] == "notify"]:
            kind[key] = 1
    missing = planned - wire
    assert not [key for key in missing if key[0] != "notify"], f"shown and not sent: {missing}"
    assert not wire - planned, f"sent and not shown: {wire - planned}"


def check_deletes(world: World, erased: frozenset[str] = frozenset()) -> None:
    """L4, on the wire: at each DELETE the newest reading is fresh and names no bucket.

    What no PUT can change may name buckets that the plan shows as *erased*, and only those.
    """
    exchanges = sorted(world.oscar.seen, key=lambda seen: seen.started_s)
    for delete in exchanges:
        if delete.method != "DELETE" or not delete.path.startswith(f"{SERVICES}/"):
            continue
        name = unquote(delete.path.rpartition("/")[2])
        readings = [
            (seen.ended_s, service)
            for seen in exchanges
            if seen.ended_s <= delete.started_s and seen.status == 200
            for service in _shown(seen)
            if service["name"] == name
        ]
        assert readings, f"DELETE of {name} without any reading of it"
        newest = max(readings, key=lambda reading: reading[0])[1]
        named = named_buckets(newest)
        if newest.get("interlink_node_name"):
            named -= erased
        assert not named, f"DELETE of {name} while its definition names {named}"


def _shown(seen: Seen) -> list[dict[str, Any]]:
    if seen.method != "GET" or not seen.path.startswith(SERVICES):
        return []
    is_one = seen.path.count("/") == 3
    if seen.path != SERVICES and not is_one:
        return []
    try:
        return [seen.got] if is_one else list(seen.got)
    except ValueError:  # a warning in words shows nothing
        return []


def named_buckets(service: dict[str, Any]) -> set[str]:
    """Return the buckets that a DELETE of the service would erase (safety 2)."""
    named = {
        entry["path"].split("/")[0]
        for side, kinds in (("input", ("minio",)), ("output", ("minio", "s3")))
        for entry in service.get(side) or ()
        if entry["storage_provider"].split(".")[0].lower() in kinds
    }
    if str(service.get("isolation_level", "")).upper() == "USER":
        named |= set(service.get("bucket_list") or ())
    return named


def check_nothing_lost(before: Objects, after: Objects, named: Iterable[str] = ()) -> None:
    """L4, in the store: every object is there, but for what a shown step *named*.

    A name with a slash is an object, one without a whole bucket.
    """
    gone = set(named)
    lost = [
        f"{bucket}/{key}"
        for bucket, key in sorted(before.keys() - after.keys())
        if f"{bucket}/{key}" not in gone and bucket not in gone
    ]
    assert not lost, f"gone from the store: {lost}"


def check_safe(world: World, before: Objects, plan: Plan) -> None:
    """L4 and L5 together, whatever happened."""
    named = [target for do, target in steps_of(plan) if do == Do.DELETE_OBJECT.value]
    erased = frozenset(item.bucket for action in plan.actions for item in action.erases)
    check_nothing_lost(before, world.objects(), [*named, *erased])
    check_deletes(world, erased)
    check_only_steps(world, plan)


def erased_words(allow: Iterable[str], rows: Iterable[dict[str, Any]]) -> tuple[set[str], bool]:
    """Return the buckets that consents and rows of ``removed`` name, and whether empty ones are."""
    words = [word.removeprefix("erase:") for word in allow if word.startswith("erase:")]
    words += [item for row in rows for item in row["erase"]]
    named = {word for word in words if "/" not in word and word not in ("empty", "volume")}
    return named, "empty" in words


def check_premises(world: World) -> None:
    """L6: no first write of a service goes out on a reading that another one has overtaken.

    The newest reading before it is what the plan read. How old one may be is held with a clock that
    stands still (tests/unit/execution/test_freshness.py): here only a busy machine would take time.
    """
    exchanges = sorted(world.oscar.seen, key=lambda seen: seen.started_s)
    done: set[str] = set()
    for write in exchanges:
        kind, name = _oscar_write(write)
        if not write.is_write or kind not in ("put", "delete") or name in done:
            continue
        done.add(name)
        past = [seen for seen in exchanges if seen.ended_s <= write.started_s]
        readings = _readings(past, name)
        assert readings, f"{kind} of {name} without any reading of it"
        if any(_oscar_write(seen) == ("post", name) for seen in past):
            continue
        assert readings[-1][1] == readings[0][1], f"{kind} of {name}, which has moved"


def _readings(past: Iterable[Seen], name: str) -> list[tuple[float, dict[str, Any]]]:
    found = [
        (seen.ended_s, service)
        for seen in past
        if seen.status == 200
        for service in _shown(seen)
        if service["name"] == name
    ]
    return sorted(found, key=lambda reading: reading[0])
