"""What happens while a plan is carried out, as it happens."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.model.action import Action
from oscar_sync.model.step import Step


class Happening(StrEnum):
    PLAN = "plan"
    STEP_START = "step_start"
    STEP_PROGRESS = "step_progress"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    VERIFY = "verify"
    RUN_SUMMARY = "run_summary"


class Event(Struct, frozen=True):
    """One happening: of which action and step, with the server's status and a sentence.

    ``sent_bytes`` is how much of an upload is at the store, of the step's ``size_bytes``.
    """

    happening: Happening
    action: Action | None = None
    step: Step | None = None
    status: int = 0
    message: str = ""
    sent_bytes: int = 0
