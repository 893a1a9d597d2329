"""One action as it is carried out, without a cluster: its steps, its clock and what it holds."""

from types import SimpleNamespace
from typing import Any, cast

from oscar_sync.execution.ports import ClusterPorts, Parts
from oscar_sync.execution.run import Run
from oscar_sync.execution.sender import Sender
from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.step import Do, Step

STEPS = (Step(Do.PUT, "near/alpha", member="near"), Step(Do.PUT, "alpha"), Step(Do.DELETE, "alpha"))
ACTION = Action(
    "1", ServiceKey(ClusterId("edge"), ServiceName("alpha")), ActionKind.UPDATE, "", STEPS
)


class Clock:
    """A clock that goes on with each pause."""

    now_s = 0.0

    def sleep(self, seconds):
        self.now_s += seconds


def run(api=None, *, holds=True, **material):
    clock = Clock()
    parts = Parts(
        clusters={}, holds=lambda *_: holds, key=lambda: None, on_event=lambda _: None,
        is_stopping=lambda: False, now=lambda: clock.now_s, sleep=clock.sleep,
    )  # fmt: skip
    sender = Sender(ACTION, ClusterPorts(cast("Any", api)), parts)
    held = SimpleNamespace(image_prefetch=False, **material)
    return Run(ACTION, cast("Any", held), sender, cast("Any", None), parts), clock
