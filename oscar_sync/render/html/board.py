"""The pages of a board: how everything stands, and one service in full."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceKey, ServiceName
from oscar_sync.model.natural import natural
from oscar_sync.model.plan import Action, Category, ClusterSummary
from oscar_sync.model.run import PastRun
from oscar_sync.model.state import BucketCount
from oscar_sync.model.survey import Survey
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text
from oscar_sync.render.history import day_and_time, outcome_of, short, what_of
from oscar_sync.render.html.entries import blocks_of, entries_of, slug
from oscar_sync.render.markup import rendered
from oscar_sync.render.plan_text import summary
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import headline, size
from oscar_sync.semantics.answers import SETTLED
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.use import address_of, kind_of

_ROWS: Final = 400
"""The page of all clusters shows so many services of each; a cluster's own page shows all."""
_DRAWN: Final = 300
_RUNS: Final = 20
_FINDINGS: Final = 100
_CALM: Final = "in sync"
_TONES: Final = {
    "deletes data": "bad",
    "blocked": "bad",
    "not known": "bad",
    "missing": "warn",
    "not ready": "bad",
    "drifted": "warn",
    "changed in the files": "edit",
    "left alone": "warn",
    _CALM: "good",
}
"""States of a service, the worst first."""
_SEVERITIES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "good"}


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


class _Row(Struct, frozen=True):
    """One service, bucket or volume; ``id`` is that of its element, ``link`` leads to its page.

    ``address`` is where an exposed service answers.
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

    @property
    def slug(self) -> str:
        return slug(self.state)


class _Cluster(Struct, frozen=True):
    id: str
    link: str
    about: str
    problem: str
    counts: str
    rows: Sequence[_Row]
    cut: int


def board_page(picture: BoardPicture, cluster: str = "") -> str:
    """Return the page of all clusters, or of one with each of its services."""
    subject = picture.subject
    rows = _ServiceRows(subject, picture.survey).rows() if subject else {}
    shown = [one for one in subject.plan.clusters if cluster in {"", one.id}] if subject else []
    clusters = [_cluster(one, rows, _ROWS if not cluster else None) for one in shown]
    states = Counter(row.state for one in shown for row in rows.get(one.id, ()))
    return rendered(
        "board.html",
        picture=picture,
        title=f"oscar-sync: {cluster or _set_name(subject)}",
        one=cluster,
        lead=_lead(picture),
        states=[(word, slug(word), states[word]) for word in _TONES if states[word]],
        clusters=clusters,
        findings=[] if cluster else list(_findings(picture.survey))[:_FINDINGS],
        is_looked_at=picture.survey is not None,
        unseen=list(_unseen(picture.survey)),
        runs=[] if cluster else [_run(run) for run in reversed(picture.runs[-_RUNS:])],
        **({} if cluster else _flow(picture)),
    )


def service_page(picture: BoardPicture, key: ServiceKey) -> str:
    """Return the page of one service; blank where nothing of that name is known."""
    subject = picture.subject
    if subject is None:
        return ""
    row = _ServiceRows(subject, picture.survey).row(key)
    if row is None:
        return ""
    own = [one for one in entries_of(subject) if (one.cluster, one.name) == (key.cluster, key.name)]
    return rendered(
        "board_service.html",
        picture=picture,
        title=f"{key}",
        cluster=key.cluster,
        cluster_link=f"/cluster/{_quoted(key.cluster)}",
        row=row,
        entries=[block.text_within(1 << 30) for block in blocks_of(own)],
        runs=[
            _run(run)
            for run in reversed(picture.runs)
            if any((one.cluster, one.service) == (key.cluster, key.name) for one in run.services)
        ][:_RUNS],
    )


def login_page(problem: str = "") -> str:
    return rendered("board_login.html", problem=problem)


def _set_name(subject: Subject | None) -> str:
    return (subject.plan.set_name if subject else "") or "board"


def _lead(picture: BoardPicture) -> str:
    if picture.subject is None:
        return "No plan was made yet."
    return summary(picture.subject.plan, "watch")


# -- services


class _ServiceRows:
    """What is known of each service: its action, what blocks it, and how it runs."""

    def __init__(self, subject: Subject, survey: Survey | None) -> None:
        plan = subject.plan
        self._survey = survey
        self._clusters = [one.id for one in plan.clusters]
        looked_at = survey.clusters if survey else ()
        self._found = {one.cluster.id: one.cluster for one in looked_at}
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
        more = (self._actions, self._left, self._unknown, self._storage)
        self._keys = {*subject.services, *ours}.union(*more)

    def rows(self) -> Mapping[str, list[_Row]]:
        """Return the rows of each cluster, the worst first."""
        rows: dict[str, list[_Row]] = {name: [] for name in self._clusters}
        for key in self._keys:
            rows.setdefault(key.cluster, []).append(self._row(key))
        order = list(_TONES)
        for some in rows.values():
            some.sort(key=lambda row: (order.index(row.state), natural(row.name)))
        return rows

    def row(self, key: ServiceKey) -> _Row | None:
        """Return the row of one service, None where nothing of that name is known."""
        return self._row(key) if key in self._keys else None

    def _state(self, key: ServiceKey) -> tuple[str, str]:
        """Return the state in a word, and what there is to say of it."""
        if key in self._blocked:
            return "blocked", self._blocked[key]
        unknown = self._unknown.get(key) or self._unread.get(key.cluster)
        if unknown:
            return "not known", unknown
        action, runs = self._actions.get(key), self._runs(key)
        if action is not None:
            words = "; ".join(filter(None, (headline(action), runs)))
            return _due(action), words
        if key in self._left:
            return "left alone", self._left[key]
        stored = self._storage.get(key)
        if stored is not None:
            return _CALM, stored.access
        return ("not ready", runs) if runs else (_CALM, "")

    def _runs(self, key: ServiceKey) -> str:
        """Return how the service runs, blank where nothing is wrong with that."""
        status = self._statuses.get(key)
        if status is None or status.form is None or status.state in SETTLED:
            return ""
        reason = status.deployment.reason if status.deployment else ""
        return f"{status.state}: {reason}" if reason else status.state

    def _row(self, key: ServiceKey) -> _Row:
        action, status = self._actions.get(key), self._statuses.get(key)
        state, words = self._state(key)
        running = self._survey.running.get(key, 0) if self._survey else 0
        commit = (status.revision if status else "") or (action.revision if action else "")
        form = status.form if status else None
        is_exposed = form is not None and kind_of(form) == "exposed"
        return _Row(
            f"s-{key.cluster}/{key.name.replace(' ', '/')}",
            f"/service/{_quoted(key.cluster)}/{_quoted(key.name)}",
            key.name,
            state,
            _TONES[state],
            words,
            short(commit),
            address_of(self._found[key.cluster], key.name) if is_exposed else "",
            list(self._buckets(key, form)),
            f"{running:,} running" if running else "",
        )

    def _buckets(self, key: ServiceKey, form: Form | None) -> Iterator[str]:
        if self._survey is None:
            return
        for bucket in used_buckets(form) if form is not None else ():
            count = self._survey.contents.get((key.cluster, bucket))
            yield f"{bucket} {_content_of(count)}".rstrip()


def _due(action: Action) -> str:
    if action.category is Category.DELETED:
        return "deletes data"
    if action.kind.is_creation:
        return "missing"
    is_drift = action.is_drifted or action.kind.is_drift
    return "drifted" if is_drift else "changed in the files"


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="replace")


def _content_of(count: BucketCount | None) -> str:
    if count is None:
        return ""
    least = "at least " if count.is_at_least else ""
    return f"({least}{plural(count.objects, 'object')}, {size(count.size_bytes)})"


def _cluster(one: ClusterSummary, rows: Mapping[str, list[_Row]], limit: int | None) -> _Cluster:
    own = rows.get(one.id, [])
    counts = Counter(row.state for row in own)
    words = ", ".join(f"{counts[state]:,} {state}" for state in _TONES if counts[state])
    version = f", OSCAR {one.version}" if one.version else ""
    shown = own if limit is None else own[:limit]
    return _Cluster(
        one.id,
        f"/cluster/{_quoted(one.id)}",
        f"{one.endpoint}{version}",
        one.problem,
        words or "no services",
        shown,
        len(own) - len(shown),
    )


# -- the rest of the page


class _Finding(Struct, frozen=True):
    id: str
    tone: str
    word: str
    code: str
    place: str
    message: str
    why: str
    remedies: Sequence[tuple[str, str]]


def _findings(survey: Survey | None) -> Iterator[_Finding]:
    for one in survey.examinations if survey else ():
        for finding in one.findings:
            yield _Finding(
                f"f-{one.cluster.id}/{finding.code}/{slug(finding.name)}",
                _SEVERITIES[finding.severity],
                str(finding.severity),
                finding.code,
                f"{finding.subject} {one.cluster.id}/{finding.name}",
                finding.message,
                finding.why,
                [(remedy.what, remedy.do) for remedy in finding.remedies],
            )


def _unseen(survey: Survey | None) -> Iterator[str]:
    """Yield what doctor could not look at."""
    for one in survey.examinations if survey else ():
        for words in (one.problem, *one.notes):
            if words:
                yield f"{one.cluster.id}: {words}"


class _Line(Struct, frozen=True):
    at: str
    command: str
    tone: str
    outcome: str
    commit: str
    who: str
    what: str


def _run(run: PastRun) -> _Line:
    return _Line(
        day_and_time(run),
        run.command,
        "bad" if run.exit_code else "good",
        outcome_of(run),
        short(run.commit),
        run.who,
        "; ".join(what_of(run)) or run.subject,
    )


def _flow(picture: BoardPicture) -> dict[str, object]:
    subject, survey = picture.subject, picture.survey
    if subject is None or not subject.services:
        return {"flow": "", "too_many": ""}
    if len(subject.services) > _DRAWN:
        return {"flow": "", "too_many": plural(len(subject.services), "service")}
    graph = subject.graph()
    running = {f"service:{key}": count for key, count in survey.running.items()} if survey else {}
    return {
        "flow": graph_svg(graph, running, has_style=False),
        "flow_in_words": graph_text(graph),
        "too_many": "",
    }
