"""What a board shows: the values that the loop puts in, and its lines of facts."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

from msgspec import Struct

from oscar_sync.model.action import ActionKind
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.run import PastRun
from oscar_sync.model.survey import Survey
from oscar_sync.render.history import short
from oscar_sync.render.subject import Subject

_STEPS: Final = 3


class BoardStep(Struct, frozen=True):
    """What an apply does for a service."""

    kind: ActionKind
    is_verifying: bool
    has_failed: bool

    @property
    def words(self) -> str:
        """Return it as ``update, verifying``."""
        more = ", verifying" if self.is_verifying else ", failed" if self.has_failed else ""
        return f"{self.kind}{more}"


BoardSteps: TypeAlias = Mapping[ServiceKey, BoardStep]


class BoardPicture(Struct, frozen=True):
    """Everything that a board shows. ``number`` rises with each change of more than times.

    ``phase`` is what the loop does now, ``steps`` what for which service, ``failures`` why the last
    apply of what is still planned did not end well; times are of day, UTC. ``subject`` is None
    until the first plan. ``held`` is why nothing is applied now, for a pause or a window.
    ``can_sync``: whoever reads may ask for a plan.
    """

    number: int = 0
    phase: str = "starting"
    is_applying: bool = False
    steps: BoardSteps = MappingProxyType({})
    failures: Mapping[ServiceKey, str] = MappingProxyType({})
    problem: str = ""
    next_at: str = ""
    subject: Subject | None = None
    survey: Survey | None = None
    runs: Sequence[PastRun] = ()
    held: str = ""
    is_paused: bool = False
    can_sync: bool = False

    @property
    def facts(self) -> str:
        """Return what the loop may do, with which files, and when it planned and will plan."""
        mode = "applies what is planned" if self.is_applying else "read-only"
        next_at = f"next at {self.next_at} UTC" if self.next_at else ""
        return " · ".join(filter(None, (mode, *self._facts_of_plan(), next_at)))

    def _facts_of_plan(self) -> Iterator[str]:
        if self.subject is None:
            return
        if commit := self.subject.commit():
            yield f"commit {short(commit)} checked out"
        if self.subject.read_at:
            yield f"planned at {self.subject.read_at:%H:%M:%S} UTC"
        if self.survey is None:
            yield "clusters not looked at yet"
            return
        if not self.survey.is_whole:
            yield f"looking at the clusters since {self.survey.at:%H:%M:%S} UTC"
            return
        is_of_plan = self.survey.planned_at == self.subject.read_at
        yield f"looked at {self.survey.at:%H:%M:%S} UTC{'' if is_of_plan else ', before this plan'}"

    @property
    def now(self) -> str:
        """Return what goes on."""
        shown = [f"{key} ({step.words})" for key, step in self.steps.items()][:_STEPS]
        more = [f"{len(self.steps) - _STEPS} more"] if len(self.steps) > _STEPS else []
        return f"{self.phase}: {', '.join(shown + more)}" if shown else self.phase
