"""Replace: a removal and a creation in one action, each with its own steps (safety 2).

Cut short anywhere, the next run goes on: the detached service says that it is being replaced, and
once it is gone the creation takes its buckets up.
"""

from msgspec.structs import replace

from oscar_sync.execution.create import carry_out_create
from oscar_sync.execution.remove import take_away
from oscar_sync.execution.run import Run
from oscar_sync.model.material import Material, ReplaceMaterial
from oscar_sync.model.report import ActionResult
from oscar_sync.model.step import Do, Step


def carry_out_replace(run: Run, material: ReplaceMaterial) -> ActionResult:
    before, steps = material.before, run.action.steps
    cut = next(
        place for place, step in enumerate(steps, 1) if step.do is Do.DELETE and not step.member
    )
    take_away(_part(run, before, steps[:cut]), before)
    result = carry_out_create(_part(run, material, steps[cut:]), material)
    return replace(result, action=run.action)


def _part(run: Run, material: Material, steps: tuple[Step, ...]) -> Run:
    """Return *run* with a part of its steps; what is sent and said stays with the whole."""
    return replace(run, action=replace(run.action, steps=steps), material=material)
