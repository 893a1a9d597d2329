"""What a plan says of the branch that it is made for: against which files, and what was due."""

from collections.abc import Iterable

from oscar_sync.model.action import Action
from oscar_sync.model.amounts import plural, several
from oscar_sync.model.plan import Plan
from oscar_sync.render.words import safe


def base_sentence(plan: Plan) -> str:
    """Return what of *plan* is of this branch, and what is not; blank if nothing was compared."""
    base = plan.base
    if base is None:
        return ""
    if base.problem:
        return safe(f"Against {base.ref}: {base.problem}; everything counts as of this branch.")
    due = [action for action in plan.all_actions if action.id in base.actions]
    own = len(plan.all_actions) - len(due)
    parts = [f"{plural(own, 'step')} of this branch"]
    if due:
        parts.append(f"{plural(len(due), 'step was', 'steps were')} due before: {_named(due)}")
    if base.gone:
        names = several([name.partition(":")[2] for name in base.gone])
        parts.append(f"no longer due with this branch: {names}")
    if base.pointers:
        parts.append(f"Git LFS files that are compared as pointers: {several(base.pointers)}")
    return safe(f"Against {base.ref}: {'; '.join(parts)}.")


def _named(actions: Iterable[Action]) -> str:
    return several([f"{action.key} {action.kind}" for action in actions])
