"""Brings an emulated cluster into a state, by plain requests."""

from typing import Any

from tests.emulator.calling import SERVICES
from tests.property.strategies import Left, Live, stamps
from tests.property.world import World


def leave(world: World, left: Left) -> None:
    """Make *left* on the cluster. What the server refuses is left out: it stands nowhere then."""
    for bucket, visibility in sorted(left.buckets.items()):
        body = {"bucket_name": bucket, "visibility": visibility}
        world.api.call("POST", "/system/buckets", body)
    for bucket in left.store_buckets:
        world.store.make_bucket(bucket)
    for live in left.services:
        _leave_service(world, live)
    for bucket in world.buckets():
        world.put(bucket, "kept/object.txt", bucket.encode())


def _leave_service(world: World, live: Live) -> None:
    name = live.body["name"]
    body: dict[str, Any] = dict(live.body)
    body["annotations"] = {**body.get("annotations", {}), **stamps(live.kind, name)}
    existing = world.buckets()
    first = {
        **body,
        "input": _without(body.get("input", []), existing),
        "output": _without(body.get("output", []), existing),
    }
    if len({entry["path"].split("/")[0] for entry in first["input"]}) < len(first["input"]):
        return
    if world.api.post(first).status != 201:
        return
    owner = {"other-owner": "somebody@example.org", "lost-owner": ""}.get(
        live.kind, "cluster_admin"
    )
    world.api.put({**body, "owner": owner}, SERVICES)


def _without(entries: list[dict[str, str]], buckets: set[str]) -> list[dict[str, str]]:
    return [
        entry
        for entry in entries
        if not entry["storage_provider"].startswith("minio")
        or entry["path"].split("/")[0] not in buckets
    ]
