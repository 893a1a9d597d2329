"""Services as tests write them, on the emulator and in files."""

import yaml

from tests.emulator.calling import SERVICES

STAMP = "oscar-sync.io/owner"


def service(name="alpha", **more):
    return {"name": name, "image": "ghcr.io/x/a:1", "script": "s\n", **more}


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def post(world, name="alpha", **more):
    assert world.api.post(service(name, **more)).status == 201


def put(world, **more):
    assert world.api.put({**world.live("alpha"), **more}, SERVICES).status in (200, 204)


def codes(found):
    for item in found.draft.plan.blocked:
        assert item.ways_out, item.code
        assert item.message
    return [item.code for item in found.draft.plan.blocked]


def two_clusters(world):
    """Name the emulated cluster twice, as two that do not know of each other."""
    path = world.folder / "oscar-sync.yaml"
    document = yaml.safe_load(path.read_text())
    edge = document["clusters"]["edge"]
    document["clusters"]["twin"] = {**edge, "identity": "twin.example.org"}
    path.write_text(yaml.safe_dump(document))
