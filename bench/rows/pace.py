"""Rows 13, 21 and 30: an apply at the pace of a real server, which the emulator keeps.

A row takes a minute and the server's pace hides the noise, so that it runs less often.
"""

import json
import subprocess
import time
from pathlib import Path

from bench import workload
from bench.measuring import Ratio, Result, Sample, paired, run
from bench.setting import Emulated, Setting

_CREATES, _RESTART_S = 20, 2.0
_UPDATES, _ALONE = 60, 10
_MOST_ROUNDS = 2
_UPDATED, _REMOVED, _CREATED = range(10), range(10, 15), range(15, 25)
_TWO_MORE = """\
      output:
      - storage_provider: minio.default
        path: {name}-a/out
      - storage_provider: minio.default
        path: {name}-b/out
"""


def restart_bound(setting: Setting) -> Result:
    """Compare 20 creates, each of which restarts the store, with the restarts alone."""
    folder = setting.services(_CREATES)
    command = [*setting.program, "apply", folder, "--yes", "--quiet"]
    says = f"{_CREATES} of {_CREATES} actions done"
    samples = []
    with setting.emulator("--minio-restart", f"{_RESTART_S:g}s") as emulated:
        environ = {**setting.environ, **emulated.login}
        for _ in range(_rounds(setting)):
            emulated.call("POST", "/_emulator/reset")
            samples.append(run(command, environ, says=says))
    alone_s = _CREATES * _RESTART_S
    ratio = Ratio("20 x 2 s", 1.15, [sample.wall_s / alone_s for sample in samples])
    return Result({"oscar-sync": samples}, [ratio])


def real_pace(setting: Setting) -> Result:
    """Compare 60 updates at Kubernetes' five calls a second with what their PUTs cost alone."""
    folders = setting.services(_UPDATES), setting.services(_UPDATES, range(_UPDATES))
    before, after = ([*setting.program, "apply", path, "--yes", "--quiet"] for path in folders)
    says = f"{_UPDATES} of {_UPDATES} actions done"
    samples, alone = [], []
    with setting.emulator() as emulated:
        environ = {**setting.environ, **emulated.login}
        for _ in range(_rounds(setting)):
            emulated.call("POST", "/_emulator/reset")
            emulated.call("PUT", "/_emulator/kube-qps", b"0")
            run(before, environ, says=says)
            emulated.call("PUT", "/_emulator/kube-qps", b"5")
            samples.append(run(after, environ, says=says))
            alone.append(_put_alone(emulated))
    ratio = paired("60 x one PUT alone", 1.10, samples, alone, _UPDATES)
    return Result({"oscar-sync": samples, "one PUT alone": alone}, [ratio])


def forecast(setting: Setting) -> Result:
    """Compare how long a plan says that it takes with how long it takes; once, for minutes."""
    folder = setting.folder / "forecast"
    command = [*setting.program, "apply", folder, "--yes", "--quiet"]
    with setting.emulator("--minio-restart", "6s") as emulated:
        environ = {**setting.environ, **emulated.login}
        _write(folder, [*_UPDATED, *_REMOVED])
        run(command, environ, says="15 of 15 actions done")
        _write(folder, [*_UPDATED, *_CREATED], is_after=True)
        plan = [*setting.program, "plan", folder, "--output", "json"]
        planned = json.loads(subprocess.check_output(plan, env=environ))
        sample = run(command, environ, says="25 of 25 actions done")
    said_s = planned["summary"]["seconds"]
    error = max(said_s / sample.wall_s, sample.wall_s / said_s)
    note = f"the plan says {said_s:.0f} s"
    return Result(
        {"oscar-sync": [sample]},
        [Ratio("its forecast, or the other way round", 1.25, [error])],
        [note],
    )


def _write(folder: Path, places: list[int], *, is_after: bool = False) -> None:
    """Write the services at *places*; *is_after* those to update have two buckets more."""
    folder.mkdir(exist_ok=True)
    services = list(workload.services(max(_CREATED) + 1))
    removed = [services[place].name for place in _REMOVED]
    for name in removed if is_after else ():
        (folder / f"{name}.yaml").unlink()
    for place in places:
        service, fdl = services[place], services[place].fdl
        if is_after and place in _UPDATED:
            fdl = fdl.replace("      output:\n", _TWO_MORE.format(name=service.name))
        (folder / f"{service.name}.yaml").write_text(fdl)
        (folder / f"{service.name}.sh").write_text(service.script)
    rows = f"removed: {json.dumps(removed)}\n" if is_after else ""
    (folder / "oscar-sync.yaml").write_text(workload.SETTINGS + rows)


def _put_alone(emulated: Emulated) -> Sample:
    """Return the mean of a few PUTs one after another, of services as they stand."""
    listed = json.loads(emulated.call("GET", "/system/services"))[:_ALONE]
    start = time.perf_counter()
    for raw in listed:
        emulated.call("PUT", "/system/services", json.dumps(raw).encode())
    return Sample((time.perf_counter() - start) / len(listed), 0.0)


def _rounds(setting: Setting) -> int:
    return min(setting.rounds, _MOST_ROUNDS)
