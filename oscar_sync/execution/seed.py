"""Seed: files onto a store, each whole or not at all (safety 9)."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from oscar_sync.execution.ports import Files
from oscar_sync.execution.run import Run, StaleServiceError
from oscar_sync.model.material import SeedMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.step import Do, Step

Item = TypeVar("Item")

_MANY: Final = 20
_IN_ONE: Final = 250
"""A request of S3 may name 1,000 objects, but a store deletes them one after another."""
_REQUESTS: Final = 8
_NAMED: Final = 10
_AHEAD: Final = 4
"""Uploads handed out ahead for each thread: of a hundred thousand, most are not a task yet."""


def carry_out_seed(run: Run, material: SeedMaterial) -> ActionResult:
    """Return what became of a seed; uploads go side by side, deletions after them."""
    files = _files(run, material)
    _upload(run, material, files)
    _delete_extra(run, material, files)
    return run.result(Status.DONE)


def _delete_extra(run: Run, material: SeedMaterial, files: Files | None) -> None:
    """Raises StaleServiceError: something was written since then: that stays, and the rest goes."""
    steps = [step for step in run.action.steps if step.do is Do.DELETE_OBJECT]
    if not steps:
        return
    if files is None:
        run.sender.on_files(steps[0], files, lambda store: store.delete(""))
        return
    planned = {item.path: item for item in material.extra}
    now = files.below(material.extra_below)
    same: list[Step] = []
    moved: list[str] = []
    for step in steps:
        path = _path(material, step)
        if now.get(path) == planned.get(path):
            same.append(step)
        elif path in now:
            moved.append(step.target)
    _delete(run, material, files, same)
    if moved:
        rest = moved[_NAMED:]
        more = f" and {len(rest):,} more" if rest else ""
        raise StaleServiceError(
            f"changed since the plan was made, and not deleted: {', '.join(moved[:_NAMED])}{more}"
        )


def _delete(run: Run, material: SeedMaterial, files: Files, steps: list[Step]) -> None:
    """Delete a few one by one, each with its own answer, and many by requests side by side."""
    if len(steps) < _MANY:
        for step in steps:
            run.sender.on_files(step, files, _deletion(_path(material, step)))
        return
    parts = [
        {_path(material, step): step for step in steps[start : start + _IN_ONE]}
        for start in range(0, len(steps), _IN_ONE)
    ]

    @_until_one_fails
    def send(part: Mapping[str, Step]) -> None:
        run.sender.on_many(part, files.delete_many)

    with ThreadPoolExecutor(_REQUESTS) as pool:
        for _ in pool.map(send, parts):
            pass


def _until_one_fails(send: Callable[[Item], None]) -> Callable[[Item], None]:
    """Return *send* for any number of threads: after the first failure it begins no further one."""
    has_failed = threading.Event()

    def send_or_skip(item: Item) -> None:
        if has_failed.is_set():
            return
        try:
            send(item)
        except BaseException:
            has_failed.set()
            raise

    return send_or_skip


def _deletion(path: str) -> Callable[[Files], None]:
    return lambda store: store.delete(path)


def _upload(run: Run, material: SeedMaterial, files: Files | None) -> None:
    items = {item.path: item for item in material.uploads}

    @_until_one_fails
    def send(step: Step) -> None:
        run.sender.upload(step, files, items[_path(material, step)])

    waiting: deque[Future[None]] = deque()
    at_once = files.uploads_at_once if files else 1
    with ThreadPoolExecutor(at_once) as pool:
        for step in run.action.steps:
            if step.do is Do.UPLOAD:
                waiting.append(pool.submit(send, step))
            if len(waiting) == _AHEAD * at_once:
                waiting.popleft().result()
        for future in waiting:
            future.result()


def _files(run: Run, material: SeedMaterial) -> Files | None:
    provider = material.provider
    if provider:
        return run.parts.files(provider, material.credentials)
    return run.sender.ports.store


def _path(material: SeedMaterial, step: Step) -> str:
    """Return the step's path on its store: without the provider that people are shown."""
    provider = material.provider
    return step.target.removeprefix(f"{provider}:") if provider else step.target
