"""Seed: files into a bucket, each object whole or not at all (safety 9)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from oscar_sync.execution.ports import Store
from oscar_sync.execution.run import Run
from oscar_sync.model.plan import Do, Step
from oscar_sync.model.report import ActionResult, Status

UPLOADS_AT_ONCE: Final = 8


def carry_out_seed(run: Run) -> ActionResult:
    """Return what became of a seed; uploads go side by side, deletions after them."""
    paths = {f"{run.material.bucket}/{item.key}": item.path for item in run.material.uploads}

    def upload(step: Step) -> None:
        bucket, _, key = step.target.partition("/")
        run.sender.on_store(
            step,
            lambda store: store.put_object(bucket, key, paths[step.target], step.size_bytes),
        )

    steps = [step for step in run.action.steps if step.do is Do.UPLOAD]
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        for future in [pool.submit(upload, step) for step in steps]:
            future.result()
    for step in run.action.steps:
        if step.do is Do.DELETE_OBJECT:
            bucket, _, key = step.target.partition("/")
            run.sender.on_store(step, _deletion(bucket, key))
    return run.result(Status.DONE)


def _deletion(bucket: str, key: str) -> Callable[[Store], None]:
    return lambda store: store.delete_object(bucket, key)
