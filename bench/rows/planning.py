"""Rows 3, 4, 6, 7, 27 and 28: a whole cold plan, one percent of the services changed in most."""

from bench import octodns, workload
from bench.measuring import Contender, Ratio, Result, Sample, in_turn, paired, run
from bench.setting import HERE, Setting, Stub

_ONE_IN = 100
_FEW, _NOTICED_S = 10, 0.5
_SHARING, _SHARED_BYTES = 1500, (1 << 20) - (16 << 10)  # with a definition, one ConfigMap holds it
_LIBRARIES = "import click, yaml, urllib3"


def plan_100(setting: Setting) -> Result:
    """Compare a plan of 100 services with its floor."""
    with setting.stub(100) as stub:
        samples = in_turn(_contenders(setting, stub, 100), setting.rounds * 3)
    return Result(samples, [_to_floor(samples, 5)])


def plan_1k(setting: Setting) -> Result:
    """Compare a plan of 1,000 services with its floor, and with octoDNS and 1,000 zones."""
    with setting.stub(1000) as stub:
        samples = in_turn(_contenders(setting, stub, 1000), setting.rounds * 2)
        theirs = octodns.plan(setting, zones=1000, changed=workload.every(1000, _ONE_IN))
        beside = _beside(setting, stub, theirs)
    ratios = [
        _to_floor(samples, 6),
        paired("octodns-sync", 0.12, beside["oscar-sync"], beside["octodns-sync"]),
    ]
    peer = {"octodns-sync of 1,000 zones": beside["octodns-sync"]}
    return Result({**samples, **peer}, ratios)


def plan_10k(setting: Setting) -> Result:
    """Compare a plan of 10,000 services with its floor, and count its memory."""
    with setting.stub(10_000) as stub:
        samples = in_turn(_contenders(setting, stub, 10_000), setting.rounds)
    memory = [sample.peak_mb * 1024 / 10_000 for sample in samples["oscar-sync"]]
    return Result(samples, [_to_floor(samples, 7), Ratio("1 KB a service, peak", 30, memory)])


def scaling(setting: Setting) -> Result:
    """Compare a plan of 10,000 services with one of 1,000: ten times as much is linear."""
    with setting.stub(10_000) as many, setting.stub(1_000) as few:
        contenders = {
            "10,000 services": _contenders(setting, many, 10_000)["oscar-sync"],
            "1,000 services": _contenders(setting, few, 1_000)["oscar-sync"],
        }
        samples = in_turn(contenders, setting.rounds)
    ours, theirs = samples.values()
    return Result(samples, [paired("a plan of 1,000", 9, ours, theirs)])


def feel(setting: Setting) -> Result:
    """Compare a plan of ten services with what nobody waits for, and with its libraries."""
    folder = setting.services(_FEW)
    with setting.emulator() as emulated:
        environ = {**setting.environ, **emulated.login}
        run([*setting.program, "apply", folder, "--yes", "--quiet"], environ)
        samples = in_turn(
            {
                "oscar-sync": lambda: run([*setting.program, "plan", folder], environ),
                "its libraries": lambda: run([setting.python, "-c", _LIBRARIES], environ),
                "python -c pass": lambda: run([setting.python, "-c", "pass"], environ),
            },
            setting.rounds * 3,
        )
    ours, libraries, nothing = samples.values()
    ratios = [
        Ratio("0.5 s", 1, [sample.wall_s / _NOTICED_S for sample in ours]),
        paired(_LIBRARIES, 2, ours, libraries),
    ]
    note = f"x {paired('python -c pass', 6, ours, nothing).median:.1f} of python -c pass"
    return Result(samples, ratios, [note])


def big_repository(setting: Setting) -> Result:
    """Count the memory of a plan that creates 1,500 services with one script of 1 MiB."""
    folder = setting.folder / "big"
    folder.mkdir()
    line = "echo 0123456789abcdef0123456789abcdef0123456789abcdef0123456789\n"
    (folder / "shared.sh").write_text(f"#!/bin/sh\n{line * (_SHARED_BYTES // len(line))}")
    for service in workload.services(_SHARING):
        fdl = service.fdl.replace(f"{service.name}.sh", "shared.sh")
        (folder / f"{service.name}.yaml").write_text(fdl)
    (folder / "oscar-sync.yaml").write_text(workload.SETTINGS)
    command = [*setting.program, "plan", folder]
    with setting.emulator() as emulated:
        environ = {**setting.environ, **emulated.login}
        says = f"{_SHARING} to create"
        samples = [run(command, environ, says=says) for _ in range(setting.slow_rounds)]
    return Result(
        {"oscar-sync": samples},
        [Ratio("1 MB, peak", 120, [sample.peak_mb for sample in samples])],
    )


def _beside(setting: Setting, stub: Stub, theirs: Contender) -> dict[str, list[Sample]]:
    ours = _contenders(setting, stub, 1000)["oscar-sync"]
    found: dict[str, list[Sample]] = {"oscar-sync": [], "octodns-sync": []}
    for _ in range(setting.slow_rounds):
        found["oscar-sync"].append(ours())
        found["octodns-sync"].append(theirs())
    return found


def _contenders(setting: Setting, stub: Stub, count: int) -> dict[str, Contender]:
    folder = setting.services(count, workload.every(count, _ONE_IN))
    plan = [*setting.program, "plan", str(folder)]
    floor = [setting.python, HERE / "floor.py", str(folder), str(stub.port)]
    environ = setting.login(stub)
    says = f"{count // _ONE_IN} to update"
    return {
        "oscar-sync": lambda: run(plan, environ, says=says),
        "floor": lambda: run(floor, environ, says=f"{2 * count + 1} {count}"),
    }


def _to_floor(samples: dict[str, list[Sample]], budget: float) -> Ratio:
    return paired("floor", budget, samples["oscar-sync"], samples["floor"])
