"""What a board shows: the values that the loop puts in, and its lines of facts."""

from collections.abc import Sequence

from msgspec import Struct

from oscar_sync.model.run import PastRun
from oscar_sync.model.survey import Survey
from oscar_sync.render.subject import Subject


class BoardPicture(Struct, frozen=True):
    """Everything that a board shows. ``number`` rises with each change of more than times.

    ``phase`` is what the loop does now, ``doing`` to what; times are of day, UTC. ``subject``
    is None until the first plan. ``held`` is why nothing is applied now, for
    a pause or a window. ``can_sync``: whoever reads may ask for a plan.
    """

    number: int = 0
    phase: str = "starting"
    is_applying: bool = False
    doing: str = ""
    problem: str = ""
    planned_at: str = ""
    next_at: str = ""
    subject: Subject | None = None
    survey: Survey | None = None
    runs: Sequence[PastRun] = ()
    held: str = ""
    is_paused: bool = False
    can_sync: bool = False

    @property
    def facts(self) -> str:
        """Return what the loop may do, and when it planned and will plan."""
        mode = "applies what is planned" if self.is_applying else "read-only"
        looked_at = f"{self.survey.at:%H:%M:%S}" if self.survey else ""
        times = [("planned", self.planned_at), ("looked", looked_at), ("next", self.next_at)]
        return " · ".join([mode, *(f"{word} {at} UTC" for word, at in times if at)])

    @property
    def now(self) -> str:
        """Return what goes on."""
        return f"{self.phase}: {self.doing}" if self.doing else self.phase
