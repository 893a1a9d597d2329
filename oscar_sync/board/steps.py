"""For which services an apply sends something right now."""

from collections.abc import Mapping
from typing import Final

from oscar_sync.model.event import Event, Happening
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.step import Do

_VERIFYING: Final = ", verifying"
_MORE: Final = {Happening.STEP_FAILED: ", failed", Happening.VERIFY: _VERIFYING}

Steps = Mapping[ServiceKey, str]


def steps_after(event: Event, steps: Steps) -> Steps:
    """Return what is done for which service after *event*, as ``update, verifying``."""
    action = event.action
    # One of many objects: the next follows at once.
    is_object = event.step is not None and event.step.do in {Do.UPLOAD, Do.DELETE_OBJECT}
    if action is None or (is_object and event.happening is Happening.STEP_DONE):
        return steps
    # Nothing tells the end of a look at the result, but the next action on its cluster.
    kept = {
        key: words
        for key, words in steps.items()
        if key.cluster != action.key.cluster or not words.endswith(_VERIFYING)
    }
    kept.pop(action.key, None)
    if event.happening is Happening.STEP_DONE:
        return kept
    return {**kept, action.key: f"{action.kind}{_MORE.get(event.happening, '')}"}
