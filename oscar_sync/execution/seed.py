"""Seed: files onto a store, each whole or not at all (safety 9)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from oscar_sync.execution.ports import Files
from oscar_sync.execution.run import Run
from oscar_sync.model.plan import Do, Step
from oscar_sync.model.report import ActionResult, Status

UPLOADS_AT_ONCE: Final = 8


def carry_out_seed(run: Run) -> ActionResult:
    """Return what became of a seed; uploads go side by side, deletions after them."""
    files = _files(run)
    sources = {item.path: item.source for item in run.material.uploads}

    def upload(step: Step) -> None:
        path = _path(run, step)
        run.sender.on_files(
            step, files, lambda store: store.upload(sources[path], path, step.size_bytes)
        )

    def delete(step: Step) -> None:
        run.sender.on_files(step, files, lambda store: store.delete(_path(run, step)))

    steps = [step for step in run.action.steps if step.do is Do.UPLOAD]
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        for future in [pool.submit(upload, step) for step in steps]:
            future.result()
    for step in run.action.steps:
        if step.do is Do.DELETE_OBJECT:
            delete(step)
    return run.result(Status.DONE)


def _files(run: Run) -> Files | None:
    provider = run.material.provider
    if provider:
        return run.parts.files(provider, run.material.credentials)
    return run.sender.ports.store


def _path(run: Run, step: Step) -> str:
    """Return the step's path on its store: without the provider that people are shown."""
    provider = run.material.provider
    return step.target.removeprefix(f"{provider}:") if provider else step.target
