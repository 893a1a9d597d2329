"""What is mutated: examples, published files where they are, recorded answers, drawn services."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings

from tests.property import strategies

ROOT: Final = Path(__file__).parents[2]
CORPUS: Final = Path(os.environ.get("OSCAR_SYNC_CORPUS", ROOT.parent / "shared" / "corpus"))
_DRAWN: Final = 40
_LARGEST: Final = 32 << 10

SETTINGS: Final = b"""\
set: imaging
clusters:
  edge-1: {endpoint: "https://one.example.org", auth_user: "${USER}", auth_password: "${PASS}"}
  other: {endpoint: "https://two.example.org:8443/a", token: "${TOKEN:-t}", ssl_verify: false}
  oscar-cluster: edge-1
  "*": edge-1
prune: false
max_removals: 3
env_file: .env
owners: [somebody]
removed:
  - plants
  - {service: edge-1/old, erase: [old-data], because: "#42"}
  - {service: theirs, forget: true}
services:
  keeper:
    protect: true
    allow: [replace, "attach:red", "erase:volume"]
    ignore: [annotations.team, 'labels["a.b/c"]']
    wait: 5m
    seeds:
      - {from: models/, to: "minio.default:red/models", trigger: false, delete_extra: false}
"""
OVERLAY: Final = b"""\
services:
  keeper: {memory: 2Gi, environment: {variables: {A: "${A:-b}"}}, input: null}
  edge-1/second: {script: ../run.sh, labels: {team: two}}
"""
ENV_FILE: Final = b"# values\nA=b\nexport S1='one two'\nS2=\"a\\nb\"\n"


def manifests() -> tuple[bytes, ...]:
    """Return FDL files: the examples, published ones, and drawn ones as JSON (which is YAML)."""
    drawn = [
        json.dumps({"functions": {"oscar": [{"edge-1": service} for service in found]}})
        for found in drawn_services()
    ]
    files = (*sorted(ROOT.glob("examples/manifests/*/**/*.yaml")), *sorted(_published()))
    return (*_texts(files), *(text.encode() for text in drawn))


def _published() -> Iterator[Path]:
    for ending in ("yaml", "yml", "json"):
        yield from CORPUS.glob(f"*/**/*.{ending}")


def _texts(files: tuple[Path, ...]) -> list[bytes]:
    return [file.read_bytes() for file in files if file.stat().st_size < _LARGEST]


def answers() -> tuple[bytes, ...]:
    """Return bodies of answers: recorded ones, and lists of drawn services as a server has them."""
    found = [json.dumps([_as_live(body) for body in services]) for services in drawn_services()]
    for file in sorted(ROOT.glob("tests/fixtures/server/[0-9]*.json")):
        for step in json.loads(file.read_text())["steps"]:
            body = step.get("got", {}).get("json")
            if body is not None and len(text := json.dumps(body)) < _LARGEST:
                found.append(text)
    return tuple(text.encode() for text in dict.fromkeys(found))


def _as_live(service: dict[str, Any]) -> dict[str, Any]:
    return {
        **service, "owner": "cluster_admin", "token": "t" * 64, "namespace": "oscar-svc",
        "bucket_list": [], "cluster_id": "edge-1", "vo": "",
        "storage_providers": {"minio": {"default": {
            "endpoint": "http://minio", "access_key": "a", "secret_key": "s", "region": "us-east-1",
        }}},
    }  # fmt: skip


def drawn_services() -> list[list[dict[str, Any]]]:
    """Return lists of services from the strategies of the laws, the same ones every time."""
    drawn: list[list[dict[str, Any]]] = []

    @settings(
        max_examples=_DRAWN, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), deadline=None,
    )  # fmt: skip
    @given(strategies.services())
    def draw(found: list[dict[str, Any]]) -> None:
        drawn.append(found)

    draw()
    return drawn
