"""Seed: files onto a store, each whole or not at all (safety 9)."""

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from oscar_sync.execution.ports import Files
from oscar_sync.execution.run import Run
from oscar_sync.model.plan import Do, Step
from oscar_sync.model.report import ActionResult, Status

_AHEAD: Final = 4
"""Uploads handed out ahead for each thread: of a hundred thousand, most are no task yet."""


def carry_out_seed(run: Run) -> ActionResult:
    """Return what became of a seed; uploads go side by side, deletions after them."""
    files = _files(run)
    _upload(run, files)
    for step in run.action.steps:
        if step.do is Do.DELETE_OBJECT:
            _delete(run, files, step)
    return run.result(Status.DONE)


def _delete(run: Run, files: Files | None, step: Step) -> None:
    run.sender.on_files(step, files, lambda store: store.delete(_path(run, step)))


def _upload(run: Run, files: Files | None) -> None:
    """Send every file; after the first failure no further one is begun."""
    items = {item.path: item for item in run.material.uploads}
    has_failed = threading.Event()

    def send(step: Step) -> None:
        if has_failed.is_set():
            return
        try:
            run.sender.upload(step, files, items[_path(run, step)])
        except BaseException:
            has_failed.set()
            raise

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


def _files(run: Run) -> Files | None:
    provider = run.material.provider
    if provider:
        return run.parts.files(provider, run.material.credentials)
    return run.sender.ports.store


def _path(run: Run, step: Step) -> str:
    """Return the step's path on its store: without the provider that people are shown."""
    provider = run.material.provider
    return step.target.removeprefix(f"{provider}:") if provider else step.target
