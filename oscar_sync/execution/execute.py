"""Carry out a plan: clusters side by side, restarts of the store one at a time (safety 6)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.errors import ClusterError, StoreError
from oscar_sync.execution.batch import carry_out_batch
from oscar_sync.execution.bucket import carry_out_bucket
from oscar_sync.execution.create import carry_out_create
from oscar_sync.execution.erase import carry_out_erase
from oscar_sync.execution.freshness import Newest
from oscar_sync.execution.hook import carry_out_hook
from oscar_sync.execution.ports import Parts
from oscar_sync.execution.remove import carry_out_remove
from oscar_sync.execution.rename import carry_out_rename
from oscar_sync.execution.replace import carry_out_replace
from oscar_sync.execution.restart import owed_restart
from oscar_sync.execution.run import FailedError, NotVerifiedError, Run, StaleServiceError
from oscar_sync.execution.seed import carry_out_seed
from oscar_sync.execution.sender import ReachError, Sender, StopError
from oscar_sync.execution.stamp import carry_out_stamp
from oscar_sync.execution.update import carry_out_update
from oscar_sync.execution.volume import carry_out_volume
from oscar_sync.execution.waves import unfinished
from oscar_sync.model.action import Action
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.masks import Masks
from oscar_sync.model.material import (
    BucketMaterial,
    CreateMaterial,
    EraseMaterial,
    HookMaterial,
    Material,
    RemoveMaterial,
    RenameMaterial,
    ReplaceMaterial,
    SeedMaterial,
    StampMaterial,
    UpdateMaterial,
    VolumeMaterial,
)
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.semantics.echoes import as_written


def execute(plan: Plan, materials: Mapping[str, Material], parts: Parts) -> RunReport:
    """Return what became of each action of *plan*; a failure is a result, not an exception."""
    # Blocked actions are not sent, and neither is what depends on one that failed, nor what is in a
    # wave behind one that is not whole.
    by_cluster: dict[ClusterId, list[Action]] = {}
    for action in plan.actions:
        by_cluster.setdefault(action.key.cluster, []).append(action)
    lines: list[_Line] = []
    why = ""
    for number, wave in enumerate(plan.waves or (tuple(by_cluster),), 1):
        work = {name: by_cluster[name] for name in wave if name in by_cluster}
        new = [_Line(name, materials, parts) for name in work]
        if why or (lines and parts.is_stopping()):
            for line, actions in zip(new, work.values(), strict=True):
                line.leave_out(actions, why)
        elif new:
            with ThreadPoolExecutor(len(new)) as pool:
                list(pool.map(_Line.carry_out, new, work.values()))
        lines += new
        if not why and any(name in by_cluster for later in plan.waves[number:] for name in later):
            results = [result for line in new for result in line.in_order()]
            why = unfinished(plan, number, results, parts)
    return RunReport(
        plan,
        tuple(result for line in lines for result in line.in_order()),
        is_interrupted=bool(lines) and parts.is_stopping(),
        verified_except=tuple(sorted({word for line in lines for word in line.unverified})),
    )


class _Line:
    def __init__(self, name: ClusterId, materials: Mapping[str, Material], parts: Parts) -> None:
        self._ports = parts.clusters[name]
        self._materials = materials
        self._parts = parts
        self._results: dict[str, ActionResult] = {}
        self._order: list[Action] = []
        self._newest: Newest | None = None
        self.unverified: set[str] = set()

    def carry_out(self, actions: Sequence[Action]) -> "_Line":
        """Carry out *actions*: plain updates together where the first of them stands."""
        self._order = list(actions)
        together = [
            (self._run(action), material)
            for action in actions
            if action.is_plain_update
            and isinstance(material := self._materials[action.id], UpdateMaterial)
        ]
        for action in actions:
            if action.id in self._results:
                continue
            if together and action is together[0][0].action:
                carry_out_batch(together, self._parts.parallelism, self._settle, self._note)
            else:
                run = self._run(action)
                self._note(self._settle(run, _One(self, run)))
        return self

    def leave_out(self, actions: Sequence[Action], why: str) -> None:
        """Note of *actions* that their wave is not begun: *why*, or since the user wants to end."""
        self._order = list(actions)
        for action in actions:
            run = self._run(action)
            if why:
                self._note(run.result(Status.SKIPPED, why, "wave"))
            else:
                self._note(run.result(Status.INTERRUPTED, "stopped before it was done", "stopped"))

    def in_order(self) -> list[ActionResult]:
        return [self._results[action.id] for action in self._order if action.id in self._results]

    def _note(self, result: ActionResult) -> None:
        self._results[result.action.id] = _in_words(result, self._materials[result.action.id].masks)

    def _run(self, action: Action) -> Run:
        material = self._materials[action.id]
        if self._newest is None:
            cluster = material.cluster
            self._newest = Newest(cluster.id, cluster.endpoint, self._ports.api, self._parts.now)
        sender = Sender(action, self._ports, _masking(self._parts, material.masks))
        return Run(action, material, sender, self._newest, self._parts)

    def failed_before(self, names: Iterable[str]) -> str:
        planned = {action.id for action in self._order}
        for name in names:
            result = self._results.get(name)
            if name in planned and (result is None or result.status is not Status.DONE):
                return name
        return ""

    def _settle(self, run: Run, carry_out: Callable[[], ActionResult]) -> ActionResult:
        """Return the result of *carry_out*; whatever ends it early becomes a result too."""
        try:
            result = carry_out()
        except StaleServiceError as error:
            result = run.result(Status.STALE, str(error), "stale")
        except NotVerifiedError as error:
            result = run.result(Status.NOT_VERIFIED, str(error), error.code)
        except FailedError as error:
            result = run.result(Status.FAILED, str(error), error.code)
        except StopError:
            result = run.result(Status.INTERRUPTED, "stopped before it was done", "stopped")
        except (ReachError, StoreError) as error:
            result = run.result(Status.FAILED, str(error), "store")
        except ClusterError as error:
            result = run.result(Status.FAILED, str(error), "unreachable")
        finally:
            self.unverified |= run.unverified
        owed = owed_restart(run) if result.status is not Status.DONE else ""
        return replace(result, message=f"{result.message}{owed}") if owed else result


def _in_words(result: ActionResult, masks: Masks) -> ActionResult:
    """Return *result* without what variables put in: a server may say it again (trust 4.1)."""
    warnings, log = (
        tuple(as_written(line, masks) for line in lines) for lines in (result.warnings, result.log)
    )
    message = as_written(result.message, masks)
    return replace(result, message=message, warnings=warnings, log=log)


def _masking(parts: Parts, masks: Masks) -> Parts:
    tell = parts.on_event
    return replace(
        parts, on_event=lambda event: tell(replace(event, message=as_written(event.message, masks)))
    )


class _One(Struct, frozen=True):
    line: _Line
    run: Run

    def __call__(self) -> ActionResult:
        failed = self.line.failed_before(self.run.action.depends_on)
        if failed:
            return self.run.result(Status.SKIPPED, f"it depends on {failed}", "depends")
        return by_kind(self.run)


def by_kind(run: Run) -> ActionResult:
    match run.material:
        case ReplaceMaterial() | RenameMaterial():
            return _of_removal_and_creation(run, run.material)
        case CreateMaterial():
            return carry_out_create(run, run.material)
        case UpdateMaterial():
            return carry_out_update(run, run.material)
        case RemoveMaterial():
            return carry_out_remove(run, run.material)
        case HookMaterial():
            return carry_out_hook(run, run.material)
        case SeedMaterial():
            return carry_out_seed(run, run.material)
        case StampMaterial():
            return carry_out_stamp(run, run.material)
        case EraseMaterial():
            return carry_out_erase(run)
        case BucketMaterial() | VolumeMaterial():
            return _of_storage(run, run.material)
        case _:
            assert_never(run.material)


def _of_removal_and_creation(run: Run, material: ReplaceMaterial | RenameMaterial) -> ActionResult:
    if isinstance(material, ReplaceMaterial):
        return carry_out_replace(run, material)
    return carry_out_rename(run, material)


def _of_storage(run: Run, material: BucketMaterial | VolumeMaterial) -> ActionResult:
    if isinstance(material, BucketMaterial):
        return carry_out_bucket(run, material)
    return carry_out_volume(run, material)
