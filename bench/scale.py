"""What one run costs by number of services and clusters: ``python -m bench.scale [MOST]``.

Each cluster is a stub with the answers of the emulator, on a port of its own, all in one process
that is not counted. What is measured is the process of `oscar-sync drift`: CPU seconds and
peak memory. Wall time is printed with it, and says little where other work shares the cores.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench import workload
from bench.measuring import Sample, run
from bench.setting import ROOT, Setting
from bench.stub import Cluster, Connection

MOST = 10_000
MADE = 1_000  # the emulator makes so many; the others are these under other names
ROUNDS = 3
_CLUSTER = """\
  {name}: {{endpoint: "{url}", auth_user: oscar, auth_password: bench, identity: {name}}}
"""


class Row(NamedTuple):
    """One size: services in all, clusters they are spread over, and the shard that is asked for."""

    services: int
    clusters: int
    only: str = ""


ROWS = (
    Row(100, 1),
    Row(1_000, 1),
    Row(10_000, 1),
    Row(10_000, 10),
    Row(10_000, 50),
    Row(10_000, 50, "c0/"),
)


def _renamed(text: str, index: int, cluster: str = "") -> str:
    """Return *text* of the service at index modulo a thousand as that of the one at *index*.

    *cluster* is what its stamp names instead of the one that it was made on.
    """
    if cluster:
        text = text.replace("bench/bench/svc-", f"bench/{cluster}/svc-")
    return text.replace(f"svc-{index % MADE:05d}", f"svc-{index:05d}")


async def serve(file: str, services: int, clusters: int, *, has_stores: bool) -> None:
    """Serve *clusters* stubs that share *services*; print their ports in one line.

    *has_stores*: each is its own object store, else there is none.
    """
    canned = json.loads(Path(file).read_text())  # noqa: ASYNC240 - before anything is served
    made = [json.dumps(raw) for raw in canned["services"]]
    loop = asyncio.get_running_loop()
    ports, each = [], services // clusters
    live = [
        json.loads(_renamed(made[index % MADE], index, f"c{index // each}"))
        for index in range(services)
    ]
    for index in range(clusters):
        part = {**canned, "services": live[index * each : (index + 1) * each]}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as answers:
            json.dump(part, answers)
            answers.flush()
            cluster = Cluster(answers.name, each)
        server = await loop.create_server(partial(Connection, cluster, 0), "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        if has_stores:
            cluster.name_store(f"http://127.0.0.1:{ports[-1]}")
    print(*ports, flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def stubs(setting: Setting, file: Path, row: Row, word: str = "serve") -> Iterator[list[str]]:
    """Serve the clusters of *row*, with stores if *word* is ``stores``; give their addresses."""
    words = [setting.python, "-m", "bench.scale", word, file, row.services, row.clusters]
    with subprocess.Popen(
        [str(word) for word in words], cwd=ROOT, env=setting.environ, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            ports = process.stdout.readline().split()
            yield [f"http://127.0.0.1:{int(port)}" for port in ports]
        finally:
            process.kill()


def spread(folder: Path, row: Row, urls: list[str]) -> None:
    """Write the services of *row* below *folder*, as many for each cluster, and the settings."""
    each = row.services // row.clusters
    made = list(workload.services(min(row.services, MADE)))
    for index in range(row.services):
        service, name = made[index % MADE], f"svc-{index:05d}"
        group = folder / f"group-{index // workload.PER_FOLDER:04d}"
        group.mkdir(parents=True, exist_ok=True)
        fdl = service.fdl.replace("- bench:", f"- c{index // each}:", 1)
        (group / f"{name}.yaml").write_text(_renamed(fdl, index))
        (group / f"{name}.sh").write_text(_renamed(service.script, index))
    entries = "".join(_CLUSTER.format(name=f"c{at}", url=url) for at, url in enumerate(urls))
    (folder / "oscar-sync.yaml").write_text(f"set: bench\nclusters:\n{entries}")


def measured(setting: Setting, file: Path, row: Row) -> Sample:
    """Return the run of least CPU seconds of three."""
    folder = setting.folder / f"scale-{row.services}-{row.clusters}-{row.only.strip('/')}"
    with stubs(setting, file, row) as urls:
        spread(folder, row, urls)
        only = ["--only", row.only] if row.only else []
        command = [*setting.program, "drift", *only, "."]
        rounds = [run(command, setting.environ, cwd=folder, says="No drift") for _ in range(ROUNDS)]
    return min(rounds, key=lambda sample: sample.cpu_s)


def main(most: int, folder: Path) -> None:
    """Print a row of Markdown for each size up to *most* services."""
    setting = Setting(folder, ROUNDS)
    rows = [row for row in ROWS if row.services <= most]
    print("| services | clusters | read | CPU s | ms a service | peak MB | wall s |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        sample = measured(setting, setting.canned, row)
        print(
            f"| {row.services:,} | {row.clusters} | {row.only or 'all'} | {sample.cpu_s:.2f} "
            f"| {sample.cpu_s * 1000 / row.services:.2f} | {sample.peak_mb:.0f} "
            f"| {sample.wall_s:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve" | "stores" as word, file, services, clusters]:
            has_stores = word == "stores"
            asyncio.run(serve(file, int(services), int(clusters), has_stores=has_stores))
        case words:
            most = int(words[0]) if words else MOST
            with tempfile.TemporaryDirectory() as made:
                main(most, Path(made))
