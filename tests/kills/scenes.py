"""One scene for each kind of action: a cluster that needs it, and the command that asks for it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.emulator.calling import SERVICES
from tests.property.world import World

STAMP = "oscar-sync.io/owner"
EXPOSED = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
APPLY = ("apply", "--yes")


class Scene(NamedTuple):
    """How a cluster comes to need the action, what is called, and how many writes that sends."""

    prepare: Callable[[World], None]
    writes: int
    args: tuple[str, ...] = APPLY
    again: tuple[str, ...] = APPLY
    """What is called after a kill: without the consents that a run goes on without."""


def service(name: str = "alpha", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "ghcr.io/x/a:1", "script": "#!/bin/sh\necho\n", **more}


def minio(*paths: str) -> list[dict[str, str]]:
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def full(**more: Any) -> dict[str, Any]:
    return service(**{"input": minio("red/in"), "output": minio("red/out", "blue/out"), **more})


def create(world: World) -> None:
    world.write(full())


def attach(world: World) -> None:
    for bucket in ("red", "blue"):
        world.api.call("POST", "/system/buckets", {"bucket_name": bucket})
        world.put(bucket, "in/kept", b"x")
    world.write(full())


def chain(world: World) -> None:
    """Two services, the output of one in the input of the other."""
    world.write(full(), service("beta", input=minio("blue/out"), output=minio("green/out")))


def applied(world: World, *wanted: dict[str, Any]) -> None:
    """Apply *wanted* in this process, and put an object into each bucket."""
    world.write(*wanted)
    _, report = world.apply()
    assert all(item.status.value == "done" for item in report.results)
    for bucket in world.buckets():
        world.put(bucket, "kept/it", bucket.encode())


def update(world: World) -> None:
    applied(world, full())
    world.write(full(memory="1Gi", environment={"secrets": {"TOKEN": "one"}}))


def move(world: World) -> None:
    applied(world, full())
    world.write(service(input=minio("blue/in2"), output=minio("green/out")))


def grow(world: World) -> None:
    """An input joins, in a bucket that stands: only we can set its notification."""
    applied(world, full())
    world.write(full(input=minio("red/in", "blue/in")))


def remove(world: World) -> None:
    applied(world, full(), service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])


def prune(world: World) -> None:
    applied(world, full(), service("beta"))
    world.write(service("beta"))
    world.write_settings(prune=True)


def erase(world: World) -> None:
    applied(world, full(), service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])


def erase_shared(world: World) -> None:
    """A bucket of two removed services goes after both, and the empty ones of one go too."""
    applied(world, full(), service("beta", output=minio("red/x")), service("gamma"))
    world.write(service("gamma"))
    entry = {"service": "alpha", "erase": ["red", "blue"]}
    world.write_settings(removed=[entry, "beta"])


def erase_empty(world: World) -> None:
    world.write(full(), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["empty"]}])


def spent(world: World) -> None:
    remove(world)
    world.apply()
    world.write_settings(removed=[{"service": "alpha", "erase": ["red", "blue"]}])


def replace(world: World) -> None:
    applied(world, full())
    world.write(full(expose=EXPOSED))


def replace_volume(world: World) -> None:
    volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
    applied(world, full(volume=volume))
    world.write(full(volume={**volume, "size": "2Gi"}))


def rename(world: World) -> None:
    applied(world, full())
    world.write({**full(), "name": "omega"})
    world.write_settings(moved=[{"from": "alpha", "to": "omega"}])


def storage(world: World) -> None:
    """A bucket and a volume that are declared, and others that go."""
    world.api.call("POST", "/system/buckets", {"bucket_name": "old"})
    world.put("old", "kept/it", b"x")
    world.api.call("POST", "/system/volumes", {"name": "tmp", "size": "1Gi"})
    world.write(service(volume={"name": "disk", "mount_path": "/d"}))
    world.write_settings(
        buckets={"red": {}},
        volumes={"disk": {"size": "1Gi"}},
        removed=[{"bucket": "old", "erase": True}, {"volume": "tmp", "erase": True}],
    )


def seed(world: World, *, is_trigger: bool = False) -> None:
    for at in range(4):
        path = world.folder / "files" / f"f{at}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"content {at}")
    to = "red/in/seeds" if is_trigger else "blue/seeds"
    row = {"from": "files", "to": f"minio.default:{to}", "trigger": is_trigger}
    world.write_settings(services={"alpha": {"seeds": [row]}})


def seeded(world: World) -> None:
    world.write(full())
    seed(world)


def seed_big(world: World) -> None:
    """A file that goes in three parts, behind the note of what they are for."""
    applied(world, full())
    path = world.folder / "files" / "big"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(bytes([at]) * 2**20 for at in range(20)))
    row = {"from": "files", "to": "minio.default:blue/seeds"}
    world.write_settings(services={"alpha": {"seeds": [row]}})


def triggering(world: World) -> None:
    world.write(full())
    seed(world, is_trigger=True)


def sweeping(world: World) -> None:
    """A seed that deletes what its folder does not hold."""
    applied(world, full())
    for at in range(3):
        world.put("blue", f"seeds/extra{at}", b"x")
    seed(world)
    row = {"from": "files", "to": "minio.default:blue/seeds", "delete_extra": True}
    world.write_settings(services={"alpha": {"seeds": [row]}})


def adopt(world: World) -> None:
    world.write(full())
    world.write_settings(set=None)
    world.apply()
    world.settings.pop("set")
    world.write(full())


def forget(world: World) -> None:
    applied(world, full())


def repair(world: World) -> None:
    """Somebody took the notifications of an attached service off."""
    attach(world)
    world.apply()
    world.store.delete_bucket_notification("red")


def take_over(world: World) -> None:
    world.api.post(full(annotations={STAMP: "other/laws.example.org/alpha"}))
    world.write(full(memory="1Gi"))


def push_secrets(world: World) -> None:
    world.api.post(full(environment={"secrets": {"TOKEN": "old"}}))
    world.write(full(environment={"secrets": {"TOKEN": "new"}}))


def restart(world: World) -> None:
    applied(world, full(expose=EXPOSED))
    assert world.api.get(f"{SERVICES}/alpha").status == 200
    world.write(full(expose=EXPOSED, script="#!/bin/sh\necho two\n"))


def _allowed(*words: str) -> tuple[str, ...]:
    return (*APPLY, *(part for word in words for part in ("--allow", word)))


_TAKING = _allowed("take-over:alpha")
_PUSHING = _allowed("push-secrets:alpha")
_VOLUME = _allowed("replace:alpha", "erase:alpha/volume")

SCENES: dict[str, Scene] = {
    "create": Scene(create, 1),
    "attach": Scene(attach, 4),
    "chain": Scene(chain, 3),
    "update": Scene(update, 1),
    "move": Scene(move, 4),
    "grow": Scene(grow, 3),
    "remove": Scene(remove, 5),
    "prune": Scene(prune, 5),
    "erase": Scene(erase, 5),
    "erase-shared": Scene(erase_shared, 7),
    "erase-empty": Scene(erase_empty, 5),
    "spent": Scene(spent, 2),
    "replace": Scene(replace, 6, _allowed("replace:alpha")),
    "replace-volume": Scene(replace_volume, 6, _VOLUME, _VOLUME),
    "rename": Scene(rename, 5),
    "storage": Scene(storage, 6),
    "seed": Scene(seeded, 5),
    "seed-big": Scene(seed_big, 6),
    "seed-trigger": Scene(triggering, 5),
    "seed-sweep": Scene(sweeping, 7),
    "adopt": Scene(adopt, 1, ("adopt", "alpha", "--yes"), ("adopt", "alpha", "--yes")),
    "forget": Scene(forget, 1, ("forget", "alpha", "--yes"), ("forget", "alpha", "--yes")),
    "repair": Scene(repair, 1),
    "take-over": Scene(take_over, 1, _TAKING, _TAKING),
    "push-secrets": Scene(push_secrets, 1, _PUSHING, _PUSHING),
    "restart": Scene(restart, 2),
}
