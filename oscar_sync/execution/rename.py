"""Rename: a service takes buckets and notifications over from another one, which then goes.

Cut short anywhere, the next run goes on (docs/decisions/0036).
"""

from msgspec.structs import replace

from oscar_sync.execution.create import send_create
from oscar_sync.execution.remove import take_away
from oscar_sync.execution.restart import send_restarts
from oscar_sync.execution.run import Run
from oscar_sync.execution.sender import Sender
from oscar_sync.execution.update import send_update
from oscar_sync.execution.wait import wait_for_jobs, wait_until_ready
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceKey, ServiceName
from oscar_sync.model.material import (
    CreateMaterial,
    HookMaterial,
    Material,
    RenameMaterial,
    UpdateMaterial,
)
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.hooks import wanted_hooks


def carry_out_rename(run: Run, material: RenameMaterial) -> ActionResult:
    old = material.before.live.key
    made = replace(material.first, wait_s=material.wait_s)
    is_of_old = {step: step.target == old.name and step.do is not Do.REHOOK
                 for step in run.action.steps}  # fmt: skip
    first = _part(run, run.action.key, made, tuple(one for one in is_of_old if not is_of_old[one]))
    last = _part(run, old, material.before, tuple(one for one in is_of_old if is_of_old[one]))
    last.check_precondition(material.before.live)
    _bring(first, made)
    wait_until_ready(first)
    first.send_store_steps()
    for step in first.action.steps:
        if step.do is Do.REHOOK:
            _take_over(first, step, old.name, made.form)
    send_restarts(first)
    first.check_hooks(wanted_hooks(made.form))
    first.look_for_woken_hooks(made.form)
    wait_for_jobs(last, material.wait_s)
    take_away(last, material.before)
    return run.result(Status.DONE)


def _part(run: Run, key: ServiceKey, material: Material, steps: tuple[Step, ...]) -> Run:
    """Return *run* with a part of its steps; what is sent and said stays with the whole."""
    action = replace(run.action, key=key, steps=steps)
    sender = Sender(action, run.sender.ports, run.sender.parts, run.sender.sent)
    return replace(run, action=action, material=material, sender=sender)


def _bring(run: Run, material: CreateMaterial | UpdateMaterial | HookMaterial) -> None:
    if isinstance(material, CreateMaterial):
        send_create(run, material)
    elif isinstance(material, UpdateMaterial):
        send_update(run, material)
    else:
        run.check_precondition(material.live)


def _take_over(run: Run, step: Step, old: ServiceName, form: Form) -> None:
    prefixes = [prefix for bucket, prefix in wanted_hooks(form) if bucket == step.target]
    run.sender.on_store(
        step, lambda store: store.replace_hooks(step.target, old, run.name, prefixes)
    )
