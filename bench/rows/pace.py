"""Rows 13 and 21: an apply at the pace of a real server, which the emulator keeps.

A row takes a minute and the server's pace hides the noise, so that it runs less often.
"""

import json
import time

from bench.measuring import Ratio, Result, Sample, paired, run
from bench.setting import Emulated, Setting

_CREATES, _RESTART_S = 20, 2.0
_UPDATES, _ALONE = 60, 10
_MOST_ROUNDS = 2


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


def _put_alone(emulated: Emulated) -> Sample:
    """Return the mean of a few PUTs one after another, of services as they stand."""
    listed = json.loads(emulated.call("GET", "/system/services"))[:_ALONE]
    start = time.perf_counter()
    for raw in listed:
        emulated.call("PUT", "/system/services", json.dumps(raw).encode())
    return Sample((time.perf_counter() - start) / len(listed), 0.0)


def _rounds(setting: Setting) -> int:
    return min(setting.rounds, _MOST_ROUNDS)
