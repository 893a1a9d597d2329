"""octoDNS as a yardstick: a plan from YAML to YAML, one file a zone, ten records each."""

import random
from collections.abc import Collection
from pathlib import Path

from bench.measuring import Contender, run
from bench.setting import Setting

_CONFIG = """\
providers:
  source: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/source}}
  target: {{class: octodns.provider.yaml.YamlProvider, directory: {folder}/target}}
zones:
"""
_ZONE = "  {zone}: {{sources: [source], targets: [target]}}\n"
_RECORD = """\
{name}:
  ttl: 300
  type: A
  values:
  - 192.0.2.{value}
"""


def plan(setting: Setting, *, zones: int, changed: Collection[int]) -> Contender:
    """Return a run of octodns-sync that plans *zones*, of which those at *changed* differ."""
    folder = setting.folder / "octodns"
    config = folder / "config.yaml"
    if not config.exists():
        _write(folder, config, zones, changed)
    command = [setting.peer("python"), setting.peer("octodns-sync"), "--config-file", str(config)]
    return lambda: run(command, setting.environ, says="Update")


def _write(folder: Path, config: Path, zones: int, changed: Collection[int]) -> None:
    for side in ("source", "target"):
        (folder / side).mkdir(parents=True)
    names = [f"zone-{index:05d}.example." for index in range(zones)]
    for index, name in enumerate(names):
        dice = random.Random(index)  # noqa: S311 - a fixed seed
        values = [dice.randrange(1, 200) for _ in range(10)]
        _write_zone(folder / "target" / f"{name}yaml", values)
        if index in changed:
            values[5] += 1
        _write_zone(folder / "source" / f"{name}yaml", values)
    config.write_text(
        _CONFIG.format(folder=folder) + "".join(_ZONE.format(zone=name) for name in names)
    )


def _write_zone(path: Path, values: list[int]) -> None:
    records = (
        _RECORD.format(name=f"host-{place}", value=value) for place, value in enumerate(values)
    )
    path.write_text("---\n" + "".join(records))
