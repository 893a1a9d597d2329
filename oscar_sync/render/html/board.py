"""The pages of a board: how everything stands, and one service in full."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import ClusterSummary
from oscar_sync.model.run import PastRun
from oscar_sync.model.survey import Survey
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text
from oscar_sync.render.history import day_and_time, outcome_of, short, what_of
from oscar_sync.render.html.board_attention import alerts
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.html.board_rows import TONES, ServiceRow, ServiceRows, quoted
from oscar_sync.render.html.entries import blocks_of, entries_of, slug
from oscar_sync.render.markup import rendered
from oscar_sync.render.plan_text import summary
from oscar_sync.render.subject import Subject

_ROWS: Final = 400
"""The page of all clusters shows so many services of each; a cluster's own page shows all."""
_DRAWN: Final = 300
_RUNS: Final = 20
_FINDINGS: Final = 100
_SEVERITIES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "good"}


class _Cluster(Struct, frozen=True):
    id: str
    link: str
    about: str
    problem: str
    counts: str
    rows: Sequence[ServiceRow]
    cut: int
    has_commits: bool


def board_page(picture: BoardPicture, cluster: str = "") -> str:
    """Return the page of all clusters, or of one with each of its services."""
    subject = picture.subject
    known = ServiceRows(subject, picture) if subject else None
    rows = known.rows() if known else {}
    shown = [one for one in subject.plan.clusters if cluster in {"", one.id}] if subject else []
    limit = None if cluster else _ROWS
    clusters = [_cluster(one, known.problem(one.id), rows, limit) for one in shown if known]
    first, more = alerts(shown, rows)
    states = Counter(row.state for one in shown for row in rows.get(one.id, ()))
    return rendered(
        "board.html",
        picture=picture,
        title=f"oscar-sync: {cluster or _set_name(subject)}",
        one=cluster,
        lead=_lead(picture),
        alerts=first,
        more_alerts=more,
        states=[(word, slug(word), states[word]) for word in TONES if states[word]],
        clusters=clusters,
        findings=[] if cluster else list(_findings(picture.survey))[:_FINDINGS],
        is_looked_at=_is_examined(picture.survey),
        unseen=list(_unseen(picture.survey)),
        runs=[] if cluster else [_run(run) for run in reversed(picture.runs[-_RUNS:])],
        **({} if cluster else _flow(picture)),
    )


def service_page(picture: BoardPicture, key: ServiceKey) -> str:
    """Return the page of one service; blank where nothing of that name is known."""
    subject = picture.subject
    if subject is None:
        return ""
    row = ServiceRows(subject, picture).row(key)
    if row is None:
        return ""
    own = [one for one in entries_of(subject) if (one.cluster, one.name) == (key.cluster, key.name)]
    return rendered(
        "board_service.html",
        picture=picture,
        title=f"{key}",
        cluster=key.cluster,
        cluster_link=f"/cluster/{quoted(key.cluster)}",
        row=row,
        entries=[block.text_within(1 << 30) for block in blocks_of(own, len(own))],
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


def _cluster(
    one: ClusterSummary, problem: str, rows: Mapping[str, list[ServiceRow]], limit: int | None
) -> _Cluster:
    own = rows.get(one.id, [])
    counts = Counter(row.state for row in own)
    words = ", ".join(f"{counts[state]:,} {state}" for state in TONES if counts[state])
    version = f", OSCAR {one.version}" if one.version else ""
    shown = own if limit is None else own[:limit]
    return _Cluster(
        one.id,
        f"/cluster/{quoted(one.id)}",
        f"{one.endpoint}{version}",
        problem,
        words or "no services",
        shown,
        len(own) - len(shown),
        any(row.commit for row in own),
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


def _is_examined(survey: Survey | None) -> bool:
    return survey is not None and len(survey.examinations) == len(survey.clusters)


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
