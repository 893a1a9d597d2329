"""Rows 8, 9 and 10: parts of a plan, measured inside one process that does nothing else.

Run as ``python -m bench.rows.inside ROW ROUNDS SLOW-ROUNDS FOLDER FILE``; samples go to FILE.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench import workload
from bench.measuring import Result, Sample, in_turn, paired
from bench.setting import Setting
from oscar_sync.model.form import Form, mapping_of
from oscar_sync.model.plan import Plan

_COUNT = 1000


def yaml_marks(setting: Setting) -> Result:
    """Compare our reader, with places and duplicate keys, with CSafeLoader, which has neither."""
    samples = _in_a_child(setting, "yaml", str(setting.services(_COUNT)))
    ours, theirs = samples.values()
    return Result(samples, [paired("CSafeLoader", 0.6, ours, theirs)])


def diff(setting: Setting) -> Result:
    """Compare our walk and the script's diff with DeepDiff, on pairs that all differ."""
    samples = _in_a_child(setting, "diff", str(setting.services(_COUNT)))
    ours, theirs = samples.values()
    return Result(samples, [paired("DeepDiff", 0.10, ours, theirs)])


def render(setting: Setting) -> Result:
    """Compare the text of a plan of 1,000 updates with plain writes of what differs."""
    samples = _in_a_child(setting, "render", str(setting.services(_COUNT)))
    ours, theirs = samples.values()
    return Result(samples, [paired("plain writes of the differences", 10, ours, theirs)])


def _in_a_child(setting: Setting, row: str, folder: str) -> dict[str, list[Sample]]:
    file = setting.folder / f"{row}.json"
    rounds = (str(setting.rounds), str(setting.slow_rounds))
    setting.module("bench.rows.inside", row, *rounds, folder, str(file))
    found = json.loads(file.read_text())
    return {name: [Sample(**sample) for sample in samples] for name, samples in found.items()}


def _timed(work: Callable[[], object]) -> Sample:
    gc.collect()
    cpu, start = time.process_time(), time.perf_counter()
    work()
    return Sample(time.perf_counter() - start, time.process_time() - cpu)


def _yaml(rounds: int, slow_rounds: int, folder: str) -> dict[str, list[Sample]]:
    del slow_rounds
    import yaml

    from oscar_sync.documents.places import Places
    from oscar_sync.documents.yaml_reader import read_yaml

    texts = [path.read_text() for path in sorted(Path(folder).rglob("svc-*.yaml"))]

    def ours() -> list[object]:
        return [(read_yaml(text), Places(text, "svc.yaml")) for text in texts]

    def theirs() -> list[object]:
        return [yaml.load(text, yaml.CSafeLoader) for text in texts]

    work: dict[str, Callable[[], object]] = {"oscar-sync": ours, "CSafeLoader": theirs}
    _as_the_program()
    return in_turn({name: partial(_timed, call) for name, call in work.items()}, rounds)


def _diff(rounds: int, slow_rounds: int, folder: str) -> dict[str, list[Sample]]:
    del folder
    from deepdiff import DeepDiff

    from oscar_sync.planning.compare import differences
    from oscar_sync.render.script_diff import script_diff

    before = _forms(workload.services(_COUNT))
    after = _forms(workload.services(_COUNT, range(_COUNT)))
    pairs = list(zip(before, after, strict=True))
    plain = [(mapping_of(live), mapping_of(wanted)) for live, wanted in pairs]

    def ours() -> int:
        found = 0
        for live, wanted in pairs:
            for difference in differences(live, wanted):
                found += 1
                if difference.path == ("script",):
                    script_diff(str(difference.before), str(difference.after))
        return found

    def theirs() -> list[object]:
        return [DeepDiff(live, wanted) for live, wanted in plain]

    if ours() != 2 * _COUNT:
        raise SystemExit("each pair has two differences")
    theirs_for_ours = DeepDiff(*plain[0])
    if len(theirs_for_ours.affected_paths) != 2:
        raise SystemExit(f"DeepDiff sees other differences: {theirs_for_ours}")
    _as_the_program()
    return {
        **in_turn({"oscar-sync": lambda: _timed(ours)}, rounds),
        "DeepDiff": [_timed(theirs) for _ in range(slow_rounds)],
    }


def _render(rounds: int, slow_rounds: int, folder: str) -> dict[str, list[Sample]]:
    del slow_rounds
    from oscar_sync.render.plan_text import plan_text

    plan = _plan_of_all(folder)
    if len(plan.actions) != _COUNT or len(plan_text(plan).splitlines()) < 4 * _COUNT:
        raise SystemExit("each of the services has four differences, a line each")

    def ours() -> None:
        with Path(os.devnull).open("w") as out:
            out.write(plan_text(plan))

    def theirs() -> None:
        with Path(os.devnull).open("w") as out:
            for action in plan.actions:
                out.writelines(
                    f" ! {action.key} {change.path} {change.after} {change.before}\n"
                    for change in action.changes
                )

    _as_the_program()
    return in_turn(
        {"oscar-sync": lambda: _timed(ours), "plain writes": lambda: _timed(theirs)}, rounds
    )


def _plan_of_all(folder: str) -> Plan:
    """Return the plan that brings a cluster, on which every service differs, to the files."""
    from oscar_sync.model.cluster import BasicLogin, Cluster
    from oscar_sync.model.identity import ClusterId
    from oscar_sync.model.plan_options import PlanOptions
    from oscar_sync.model.secret import Secret
    from oscar_sync.model.state import ClusterView
    from oscar_sync.planning.draft import draft_plan
    from oscar_sync.reconcile.desire import desire
    from oscar_sync.reconcile.desire.request import DesireRequest
    from oscar_sync.semantics.live import live_service

    desired = desire(DesireRequest((folder,), needs_clusters=False), {})
    name = ClusterId("bench")
    login = BasicLogin("oscar", Secret("bench"))
    # Scripts are the same: their line by line difference is row 9.
    moved = {"owner": "me", "memory": "77Mi", "cpu": "0.77", "log_level": "ERROR", "image": "a:7"}
    live = [live_service(name, raw | moved) for raw in _shown(workload.services(_COUNT))]
    view = ClusterView(
        Cluster(name, "http://127.0.0.1", name, login),
        services={service.key.name: service for service in live},
        me=frozenset({"me"}),
    )
    return draft_plan(desired, [view], PlanOptions(), None).plan


def _forms(services: Iterable[workload.Service]) -> list[Form]:
    from oscar_sync.semantics.normal_form import normal_form

    return [normal_form(raw, is_live=True) for raw in _shown(services)]


def _shown(services: Iterable[workload.Service]) -> list[dict[str, object]]:
    """Return *services* as a server would show them."""
    import yaml

    return [
        yaml.load(service.fdl, yaml.CSafeLoader)["functions"]["oscar"][0]["bench"]
        | {"script": service.script}
        for service in services
    ]


def _as_the_program() -> None:
    """Collect no garbage while something is timed: both sides gain by it."""
    gc.freeze()
    gc.disable()


def main(row: str, rounds: str, slow_rounds: str, folder: str, file: str) -> None:
    """Measure *row* and write the samples to *file*."""
    found = {"yaml": _yaml, "diff": _diff, "render": _render}[row](
        int(rounds), int(slow_rounds), folder
    )
    plain = {name: [asdict(sample) for sample in samples] for name, samples in found.items()}
    Path(file).write_text(json.dumps(plain))


if __name__ == "__main__":
    main(*sys.argv[1:])
