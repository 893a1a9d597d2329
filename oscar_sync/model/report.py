"""What was done, and the exit code that follows from it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from oscar_sync.model.action import Action
from oscar_sync.model.plan import Blocked, Plan
from oscar_sync.model.step import Do


class Status(StrEnum):
    DONE = "done"
    FAILED = "failed"
    STALE = "stale"
    SKIPPED = "skipped"
    NOT_VERIFIED = "not verified"
    INTERRUPTED = "interrupted"


LOST: Final = "lost"
"""The code of a result: a bucket that was to be kept is gone."""


class StepSent(Struct, frozen=True):
    """One write as it went out: what, on what, with which answer (0: none came)."""

    do: Do
    target: str
    status: int = 0


class ActionResult(Struct, frozen=True):
    """What became of one action; ``log`` are the last lines of a service that is not ready."""

    action: Action
    status: Status
    message: str = ""
    code: str = ""
    sent: tuple[StepSent, ...] = ()
    warnings: tuple[str, ...] = ()
    log: tuple[str, ...] = ()


class RunReport(Struct, frozen=True):
    """The results of a plan; ``revision`` is the commit that its writes were marked with."""

    plan: Plan
    results: tuple[ActionResult, ...] = ()
    is_interrupted: bool = False
    is_terminated: bool = False
    verified_except: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    revision: str = ""

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        return self.plan.blocked
