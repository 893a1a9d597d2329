"""Rows 3, 4, 6 and 7: a whole cold plan, one percent of the services changed."""

from bench import octodns, workload
from bench.measuring import Contender, Ratio, Result, Sample, in_turn, paired, run
from bench.setting import HERE, Setting, Stub

_ONE_IN = 100


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
