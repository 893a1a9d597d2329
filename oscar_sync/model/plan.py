"""What would be done. One plan object is what is shown, saved, executed and reported."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from oscar_sync.model.action import Action, ActionKind, Category
from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.natural import natural
from oscar_sync.model.step import Do


class Blocked(Struct, frozen=True):
    action: Action
    code: str
    message: str
    ways_out: tuple[str, ...]
    consent: str = ""


class Loss(Struct, frozen=True):
    """What a plan deletes; ``is_at_least``: not everything could be counted."""

    buckets: int = 0
    volumes: int = 0
    objects: int = 0
    size_bytes: int = 0
    extra_objects: int = 0
    is_at_least: bool = False

    def __bool__(self) -> bool:
        return bool(self.buckets or self.volumes or self.extra_objects)


class NotPlanned(Struct, frozen=True):
    key: ServiceKey
    reason: str


class LeftAlone(Struct, frozen=True):
    """A removal candidate that stays since prune is off, or a half-done removal."""

    key: ServiceKey
    message: str


class ClusterSummary(Struct, frozen=True):
    """One cluster in the plan's header; ``ssl_verify``: its certificate is checked.

    ``s3_endpoint`` is the store's address as the settings say; blank: as the cluster says.
    """

    id: ClusterId
    endpoint: str
    identity: str = ""
    live: int = 0
    ours: int = 0
    unstamped: int = 0
    problem: str = ""
    reading: ReadingState = ReadingState.READ
    version: str = ""
    ssl_verify: bool = True
    s3_endpoint: str = ""


class Source(Struct, frozen=True):
    settings_file: str
    files: int
    services: int
    narrowed: str = ""


class Base(Struct, frozen=True):
    """What of a plan is not of this branch: the files at ``ref`` would plan it too.

    ``actions`` are the ids of what is wholly so, ``fields`` the paths of others that are in part;
    ``gone`` are ids that only the plan of ``ref`` has, ``pointers`` files of Git LFS, whose content
    it does not have. ``problem`` is why the files at ``ref`` could not be planned.
    """

    ref: str
    actions: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    gone: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    problem: str = ""


class Plan(Struct, frozen=True):
    """The whole plan. ``digest`` is over what would be done and sent, not over places or seconds.

    ``consents`` are those that a step of the plan uses, as they are written. ``waves`` are the
    clusters in groups, one after the other; none: all side by side.
    """

    set_name: str
    source: Source
    clusters: tuple[ClusterSummary, ...]
    actions: tuple[Action, ...]
    blocked: tuple[Blocked, ...] = ()
    not_planned: tuple[NotPlanned, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""
    consents: tuple[str, ...] = ()
    waves: tuple[tuple[ClusterId, ...], ...] = ()
    base: Base | None = None

    @property
    def has_changes(self) -> bool:
        return bool(self.actions)

    @property
    def all_actions(self) -> tuple[Action, ...]:
        """Return what is carried out, and behind it what a guard holds back."""
        return (*self.actions, *(item.action for item in self.blocked))

    @property
    def left_alone_by_name(self) -> tuple[LeftAlone, ...]:
        """Return what is left alone in the order of people; documents keep the order of places."""
        return tuple(sorted(self.left_alone, key=lambda item: natural(str(item.key))))

    def of_category(self, category: Category) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.category is category)

    def was_due(self, action: Action) -> bool:
        """Tell whether the files of the base plan *action* too; what deletes data never counts."""
        return self.base is not None and action.id in self.base.actions and not action.deletes_data

    @property
    def loss(self) -> Loss:
        erased = [item for action in self.actions for item in action.erases]
        buckets = [item for item in erased if not item.is_volume]
        steps = [step for action in self.actions for step in action.steps]
        return Loss(
            buckets=len(buckets),
            volumes=len(erased) - len(buckets),
            objects=sum(item.objects or 0 for item in buckets),
            size_bytes=sum(item.size_bytes or 0 for item in buckets),
            extra_objects=sum(step.do is Do.DELETE_OBJECT for step in steps),
            is_at_least=any(item.is_at_least or item.objects is None for item in buckets),
        )

    @property
    def seconds(self) -> float:
        """Return the predicted seconds of the whole plan, without waiting until it is ready."""
        waves = self.waves or ({action.key.cluster for action in self.actions},)
        return sum(map(self.seconds_of, waves))

    def seconds_of(self, wave: Collection[ClusterId]) -> float:
        """Return the predicted seconds of *wave*: its clusters are worked on side by side."""
        by_cluster = dict.fromkeys(wave, 0.0)
        for action in self.actions_of(wave):
            by_cluster[action.key.cluster] += action.seconds
        return max(by_cluster.values(), default=0.0)

    def actions_of(self, wave: Collection[ClusterId]) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.key.cluster in wave)

    @property
    def store_restarts(self) -> int:
        return sum(step.restarts for action in self.actions for step in action.steps)

    def counts(self) -> Mapping[ActionKind, int]:
        tally: dict[ActionKind, int] = {}
        for action in self.actions:
            tally[action.kind] = tally.get(action.kind, 0) + 1
        return tally
