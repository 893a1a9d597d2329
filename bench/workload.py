"""The services that are measured: 41 lines of FDL and 30 of script each, always the same ones."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

CLUSTER = "bench"
PER_FOLDER = 10
KINDS = 1000
"""So many services differ by more than their name; what lies beyond them repeats them."""
SETTINGS = """\
set: bench
clusters:
  bench:
    endpoint: "${OSCAR_ENDPOINT}"
    auth_user: "${OSCAR_USERNAME}"
    auth_password: "${OSCAR_PASSWORD}"
    identity: bench
  "*": bench
"""

_FDL = """\
functions:
  oscar:
  - bench:
      name: {name}
      image: ghcr.io/example/{kind}:{major}.{minor}
      memory: {memory}Mi
      cpu: '{cpu}'
      total_memory: 10Gi
      total_cpu: '10'
      alpine: false
      log_level: INFO
      visibility: private
      allowed_users: []
      script: {name}.sh
      synchronous:
        min_scale: 0
        max_scale: {scale}
      environment:
        variables:
          MODEL: {kind}-{major}
          THRESHOLD: '0.{minor}'
          LANGUAGE: en
          BATCH_SIZE: '{scale}'
          REGION: eu-{major}
      labels:
        team: team-{major}
        stage: production
      annotations:
        example.org/contact: team-{major}@example.org
        example.org/cost-centre: cc-{minor}
        example.org/runbook: https://example.org/runbooks/{kind}
        example.org/release: '{major}.{minor}'
      input:
      - storage_provider: minio.default
        path: {name}/in
      output:
      - storage_provider: minio.default
        path: {name}/out
        suffix:
        - json
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its name, its FDL and its script as text."""

    name: str
    fdl: str
    script: str


def name_of(index: int) -> str:
    """Return the name of the service at *index*."""
    return f"svc-{index:05d}"


def services(count: int, changed: Collection[int] = ()) -> Iterator[Service]:
    """Yield *count* services; those at *changed* want more memory and another line of script."""
    for index in range(count):
        yield _service(index, is_changed=index in changed)


def _service(index: int, *, is_changed: bool) -> Service:
    dice = random.Random(index % KINDS)  # noqa: S311 - a fixed seed: the same in every run
    name = name_of(index)
    values = {
        "name": name,
        "kind": dice.choice(("detector", "classifier", "counter", "reader")),
        "major": dice.randrange(1, 10),
        "minor": dice.randrange(10, 100),
        "memory": dice.choice((256, 512, 1024)) + (128 if is_changed else 0),
        "cpu": dice.choice(("0.5", "1.0", "2.0")),
        "scale": dice.randrange(2, 20),
    }
    return Service(name, _FDL.format(**values), _script(name, dice, is_changed=is_changed))


def _script(name: str, dice: random.Random, *, is_changed: bool) -> str:
    lines = [f"echo {line} {dice.getrandbits(48):012x}" for line in range(28)]
    if is_changed:
        lines[14] = "echo changed"
    return "\n".join(["#!/bin/sh", f"# {name}", *lines]) + "\n"


def write(folder: Path, count: int, changed: Collection[int] = ()) -> None:
    """Write the settings and *count* services below *folder*, ten to a folder."""
    for index, service in enumerate(services(count, changed)):
        group = folder / f"group-{index // PER_FOLDER:04d}"
        group.mkdir(parents=True, exist_ok=True)
        (group / f"{service.name}.yaml").write_text(service.fdl)
        (group / f"{service.name}.sh").write_text(service.script)
    (folder / "oscar-sync.yaml").write_text(SETTINGS)


def every(count: int, step: int) -> frozenset[int]:
    """Return the places of one service in *step*."""
    return frozenset(range(0, count, step))
