"""Rows 5 and 19: a plan anew after one save among 1,000 services, and what a watch costs idle.

Row 5 runs as ``python -m bench.rows.watching ROUNDS FOLDER FILE PROGRAM...``; samples go to FILE.
"""

import contextlib
import gc
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import workload
from bench.measuring import BrokenRunError, Ratio, Result, Sample, cpu_s, in_turn, paired, run
from bench.setting import ROOT, Setting
from oscar_sync.model.material import CreateMaterial
from oscar_sync.reconcile.watch import QUIET_S

_COUNT = 1000
_AFTER_QUIET_S = 0.150
_IDLE_S = 10.0
_SAVED = "group-0003/svc-00033.sh"
_END = "Digest"


def replan(setting: Setting) -> Result:
    """Compare a plan after one save, all else kept in memory, with a cold plan."""
    folder = setting.saved(setting.services(_COUNT, workload.every(_COUNT, 100)))
    file = setting.folder / "replan.json"
    with setting.stub(_COUNT) as stub:
        command = [setting.python, "-m", "bench.rows.watching", setting.rounds * 2, folder, file]
        run([*command, *setting.program], setting.login(stub), cwd=ROOT)
    found = json.loads(file.read_text())
    samples = {name: [Sample(**one) for one in each] for name, each in found.items()}
    warm, cold = samples.values()
    return Result(samples, [paired("a cold plan of 1,000", 0.2, warm, cold)])


def watch(setting: Setting) -> Result:
    """Measure from a save to the plan's last line, and the CPU of a watch that waits."""
    folder = setting.saved(setting.services(_COUNT, workload.every(_COUNT, 100)))
    with setting.stub(_COUNT) as stub, watched(setting, folder, setting.login(stub)) as process:
        _saved(process, folder / _SAVED)  # the first one after the start is not counted
        saved = [_saved(process, folder / _SAVED) for _ in range(setting.rounds * 2)]
        percents = idle_percents(process.pid, setting)
    waits = [sample.wall_s / _AFTER_QUIET_S for sample in saved]
    ratios = [Ratio(f"{_AFTER_QUIET_S * 1000:.0f} ms after the quiet period", 1.0, waits)]
    return Result({"save to plan": saved}, [*ratios, Ratio("1 % of a core, idle", 0.5, percents)])


@contextlib.contextmanager
def watched(
    setting: Setting, folder: Path, environ: Mapping[str, str]
) -> Iterator["subprocess.Popen[str]"]:
    """Run a watch of *folder*, which has planned once."""
    command = [*setting.program, "watch", folder, "--interval", "3600"]
    with subprocess.Popen(
        [str(word) for word in command], env=dict(environ), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            _read_plan(process)
            yield process
        finally:
            process.kill()


def _read_plan(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        if _END in line:
            return
    raise BrokenRunError(f"the watch left with {process.wait()}")


def _saved(process: "subprocess.Popen[str]", file: Path) -> Sample:
    time.sleep(1)
    text = file.read_text() + "echo saved\n"
    start = time.perf_counter()
    file.write_text(text)
    _read_plan(process)
    return Sample(time.perf_counter() - start - QUIET_S, 0.0)


def idle_percents(pid: int, setting: Setting) -> list[float]:
    """Return the CPU that a process takes while nothing happens, in percent of one core."""
    found = []
    for _ in range(min(3, setting.rounds)):
        before, start = cpu_s(pid), time.perf_counter()
        time.sleep(_IDLE_S)
        found.append((cpu_s(pid) - before) / (time.perf_counter() - start) * 100)
    return found


def _replans(rounds: int, folder: str, program: Sequence[str]) -> dict[str, list[Sample]]:
    from oscar_sync.model.news import Seen, entries_of, news_of
    from oscar_sync.model.plan_options import PlanOptions
    from oscar_sync.reconcile.connect import Connections
    from oscar_sync.reconcile.desire import desire
    from oscar_sync.reconcile.desire.request import DesireRequest
    from oscar_sync.reconcile.memory import WatchMemory
    from oscar_sync.reconcile.once import plan_once
    from oscar_sync.render.news import news_text

    environ = dict(os.environ)
    connections, memory = Connections(environ), WatchMemory()
    request, file = DesireRequest((folder,)), Path(folder) / _SAVED
    numbers = itertools.count()
    shown: dict[str, Seen] = {}

    def plan() -> None:
        desired = desire(request, environ, memory)
        draft = plan_once(desired, PlanOptions(), connections, memory).draft
        made = draft.plan
        forms = {
            name: item.form
            for name, item in draft.materials.items()
            if isinstance(item, CreateMaterial)
        }
        entries = entries_of(made, forms, shown)
        news = news_of(shown, entries)
        if shown and not news:
            raise BrokenRunError("the save changed nothing")
        news_text(news, made)
        shown.clear()
        shown.update(entries)

    def warm() -> Sample:
        file.write_text(f"{file.read_text()}echo {next(numbers)}\n")
        cpu, start = time.process_time(), time.perf_counter()
        plan()
        return Sample(time.perf_counter() - start, time.process_time() - cpu)

    plan()
    gc.collect()
    gc.freeze()  # as a watch does after its first plan
    cold = [*program, "plan", folder]
    contenders = {"replan": warm, "plan-1k": lambda: run(cold, environ, says="to update")}
    return in_turn(contenders, rounds)


if __name__ == "__main__":
    measured = _replans(int(sys.argv[1]), sys.argv[2], sys.argv[4:])
    Path(sys.argv[3]).write_text(
        json.dumps({name: [asdict(one) for one in each] for name, each in measured.items()})
    )
