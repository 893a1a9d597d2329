"""The rows of a board: how each service, bucket and volume of a plan stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import BUCKET_PREFIX, Action, Category
from oscar_sync.model.amounts import plural
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.natural import natural
from oscar_sync.model.state import BucketCount
from oscar_sync.render.history import short
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.html.entries import slug
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import headline, size
from oscar_sync.semantics.answers import SETTLED
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.use import address_of, kind_of

_CALM: Final = "in sync"
TONES: Final = {
    "deletes data": "bad",
    "blocked": "bad",
    "apply failed": "bad",
    "not known": "bad",
    "missing": "warn",
    "not ready": "bad",
    "drifted": "warn",
    "changed in the files": "edit",
    "left alone": "warn",
    _CALM: "good",
}
"""States of a service, the worst first."""


class ServiceRow(Struct, frozen=True):
    """One service, bucket or volume; ``id`` is that of its element, ``link`` leads to its page.

    ``address`` is where an exposed service answers, ``step`` what is done for it right now.
    """

    id: str
    link: str
    name: str
    state: str
    tone: str
    words: str
    commit: str
    address: str
    buckets: Sequence[str]
    running: str
    step: str

    @property
    def slug(self) -> str:
        return slug(self.state)


class ServiceRows:
    """What is known of each service: its action, what blocks it, and how it runs."""

    def __init__(self, subject: Subject, picture: BoardPicture) -> None:
        plan, survey = subject.plan, picture.survey
        self._steps, self._failures, self._survey = picture.steps, picture.failures, survey
        self._clusters = [one.id for one in plan.clusters]
        looked_at = survey.clusters if survey else ()
        self._found = {one.cluster.id: one for one in looked_at}
        self._statuses = {one.key: one for cluster in looked_at for one in cluster.services}
        self._storage = {
            ServiceKey(cluster.cluster.id, ServiceName(one.name)): one
            for cluster in looked_at
            for one in cluster.storage
        }
        self._actions = {action.key: action for action in reversed(plan.all_actions)}
        self._blocked = {item.action.key: f"{item.code}: {item.message}" for item in plan.blocked}
        self._left = {item.key: item.message for item in plan.left_alone}
        self._unread = {one.id: one.problem for one in plan.clusters if one.problem}
        self._unknown = {item.key: item.reason for item in plan.not_planned}
        ours = {key for key, one in self._statuses.items() if one.is_ours}
        more = (self._actions, self._left, self._unknown, subject.storage)
        self._keys = {*subject.services, *ours}.union(*more)

    def rows(self) -> Mapping[str, list[ServiceRow]]:
        """Return the rows of each cluster, the worst first; what is wrong with it is said above."""
        rows: dict[str, list[ServiceRow]] = {name: [] for name in self._clusters}
        for key in self._keys:
            row = self._row(key)
            is_of_cluster = row.words and row.words == self.problem(key.cluster)
            row = replace(row, words="") if is_of_cluster else row
            rows.setdefault(key.cluster, []).append(row)
        order = list(TONES)
        for some in rows.values():
            some.sort(key=lambda row: (order.index(row.state), natural(row.name)))
        return rows

    def row(self, key: ServiceKey) -> ServiceRow | None:
        """Return the row of one service, None where nothing of that name is known."""
        return self._row(key) if key in self._keys else None

    def problem(self, cluster: str) -> str:
        """Return why nothing is known of each service of a cluster, blank where something is."""
        found = self._found.get(ClusterId(cluster))
        lost = f"not looked at: {found.problem}" if found and found.problem else ""
        return self._unread.get(ClusterId(cluster)) or lost

    def _state(self, key: ServiceKey) -> tuple[str, str]:
        """Return the state in a word, and what there is to say of it."""
        if key in self._blocked:
            return "blocked", self._blocked[key]
        unknown = self._unknown.get(key) or self._unread.get(key.cluster)
        if unknown:
            return "not known", unknown
        action, runs = self._actions.get(key), self._runs(key)
        if action is not None and key in self._failures:
            return "apply failed", self._failures[key]
        if action is not None:
            words = "; ".join(filter(None, (headline(action), runs)))
            return _due(action), words
        if key in self._left:
            return "left alone", self._left[key]
        stored = self._storage.get(key)
        if stored is not None:
            return _CALM, stored.access
        return ("not ready", runs) if runs else (_CALM, self._unseen(key))

    def _unseen(self, key: ServiceKey) -> str:
        """Return why a service was not looked at, blank where it was, or nothing was."""
        status = self._statuses.get(key)
        if self._survey is None or (status is not None and status.form is not None):
            return ""
        return self.problem(key.cluster) or "not looked at yet"

    def _runs(self, key: ServiceKey) -> str:
        """Return how the service runs, blank where nothing is wrong with that."""
        status = self._statuses.get(key)
        if status is None or status.form is None or status.state in SETTLED:
            return ""
        reason = status.deployment.reason if status.deployment else ""
        return f"{status.state}: {reason}" if reason else status.state

    def _row(self, key: ServiceKey) -> ServiceRow:
        action, status = self._actions.get(key), self._statuses.get(key)
        state, words = self._state(key)
        running = self._survey.running.get(key, 0) if self._survey else 0
        commit = (status.revision if status else "") or (action.revision if action else "")
        form = status.form if status else None
        is_exposed = form is not None and kind_of(form) == "exposed"
        return ServiceRow(
            row_id(key),
            f"/service/{quoted(key.cluster)}/{quoted(key.name)}",
            key.name,
            state,
            TONES[state],
            words,
            short(commit),
            address_of(self._found[key.cluster].cluster, key.name) if is_exposed else "",
            list(self._buckets(key, form)),
            f"{running:,} running" if running else "",
            step.words if (step := self._steps.get(key)) else "",
        )

    def _buckets(self, key: ServiceKey, form: Form | None) -> Iterator[str]:
        if self._survey is None:
            return
        buckets = used_buckets(form) if form is not None else ()
        if key.name.startswith(BUCKET_PREFIX):
            buckets = (BucketName(key.name.removeprefix(BUCKET_PREFIX)),)
        for bucket in buckets:
            count = self._survey.contents.get((key.cluster, bucket))
            yield f"{bucket} {_content_of(count)}".rstrip()


def row_id(key: ServiceKey) -> str:
    """Return the id of the element that shows *key*."""
    return f"s-{key.cluster}/{key.name.replace(' ', '/')}"


def _due(action: Action) -> str:
    if action.category is Category.DELETED:
        return "deletes data"
    if action.kind.is_creation:
        return "missing"
    is_drift = action.is_drifted or action.kind.is_drift
    return "drifted" if is_drift else "changed in the files"


def quoted(name: str) -> str:
    return quote(name, safe="", errors="replace")


def _content_of(count: BucketCount | None) -> str:
    if count is None:
        return ""
    least = "at least " if count.is_at_least else ""
    return f"({least}{plural(count.objects, 'object')}, {size(count.size_bytes)})"
