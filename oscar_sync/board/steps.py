"""For which services an apply sends something right now."""

from oscar_sync.model.event import Event, Happening
from oscar_sync.model.step import Do
from oscar_sync.render.html.board_picture import BoardStep, BoardSteps


def steps_after(event: Event, steps: BoardSteps) -> BoardSteps:
    """Return what is done for which service after *event*."""
    action = event.action
    # One of many objects: the next follows at once.
    is_object = event.step is not None and event.step.do in {Do.UPLOAD, Do.DELETE_OBJECT}
    if action is None or (is_object and event.happening is Happening.STEP_DONE):
        return steps
    # Nothing tells the end of a look at the result, but the next action on its cluster.
    kept = {
        key: step
        for key, step in steps.items()
        if key.cluster != action.key.cluster or not step.is_verifying
    }
    kept.pop(action.key, None)
    if event.happening is Happening.STEP_DONE:
        return kept
    step = BoardStep(
        action.kind,
        is_verifying=event.happening is Happening.VERIFY,
        has_failed=event.happening is Happening.STEP_FAILED,
    )
    return {**kept, action.key: step}
