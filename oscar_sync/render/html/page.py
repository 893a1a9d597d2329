"""The page: one document without anything from elsewhere."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.natural import natural
from oscar_sync.model.plan import ClusterSummary
from oscar_sync.render.base_text import base_sentence
from oscar_sync.render.cutting import DocumentBlock, cut_sentence, fitting
from oscar_sync.render.drift import drift_sentence
from oscar_sync.render.findings import findings_of_input
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text
from oscar_sync.render.history import short
from oscar_sync.render.html.entries import Entry, blocks_of, entries_of, loss_lines, slug
from oscar_sync.render.markup import rendered, source_of
from oscar_sync.render.plan_text import summary
from oscar_sync.render.report import report_sentence
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import safe, wave_lines

_ROOM: Final = 5_000_000
_SMALL_ROOM: Final = 200_000
_PICTURE_ROOM: Final = 2_000_000
_DRAWN: Final = 1000
"""So many services are drawn; a picture of more says less than the lines of `graph`."""


class _Filter(Struct, frozen=True):
    """A box to tick: a rule of style hides what is not ticked."""

    word: str
    slug: str
    count: int


class _Cluster(Struct, frozen=True):
    """A cluster with the entries that it shows; ``calm`` services do not differ.

    What was ``due`` before the branch is folded.
    """

    id: str
    about: str
    problem: str
    entries: Sequence[str]
    due: Sequence[str]
    calm: Sequence[str]
    calm_title: str
    calm_cut: int


def page(subject: Subject, *, has_script: bool) -> str:
    plan = subject.plan
    entries = entries_of(subject)
    clusters, cut = _clusters(subject, entries)
    losses, losses_cut = fitting(
        [] if subject.is_drift else [DocumentBlock("losses", line) for line in loss_lines(subject)],
        _SMALL_ROOM,
    )
    notes, notes_cut = fitting(
        [DocumentBlock("notes", safe(note)) for note in plan.notes], _SMALL_ROOM
    )
    return _document(
        subject.title,
        _lead(subject),
        about=_about(subject),
        facts=_facts(subject),
        losses=losses,
        losses_cut=cut_sentence(losses_cut, subject.title),
        filters=_filters(entries),
        cut=cut_sentence(cut, subject.title),
        clusters=clusters,
        notes=notes,
        notes_cut=cut_sentence(notes_cut, "oscar-sync plan"),
        script=source_of("page.js") if has_script and entries else "",
        **_flow(subject),
        **_findings(plan.diagnostics),
    )


def page_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    lead = f"{plural(len(diagnostics), 'finding')} in the files."
    return _document("oscar-sync", lead, **_findings(diagnostics))


_Parts = dict[str, object]
_BLANK: Final[_Parts] = dict.fromkeys(
    (
        "about", "facts", "losses", "losses_cut", "filters", "cut", "clusters", "too_many_to_draw",
        "flow", "flow_in_words", "findings", "findings_cut", "notes", "notes_cut", "script",
    ),
    "",
)  # fmt: skip


def _document(title: str, lead: str, **parts: object) -> str:
    digest = base64.b64encode(hashlib.sha256(source_of("page.js").encode()).digest()).decode()
    return rendered(
        "page.html",
        title=title,
        lead=lead,
        script_digest=digest,
        style=source_of("page.css"),
        **{**_BLANK, **parts},
    )


def _lead(subject: Subject) -> str:
    if subject.report is not None:
        return report_sentence(subject.report)
    if subject.is_drift:
        return drift_sentence(subject.plan)
    return summary(subject.plan, subject.command)


def _about(subject: Subject) -> Iterator[str]:
    """Yield what changes how the plan is read: whose steps they are, and their order."""
    if subject.plan.base:
        yield base_sentence(subject.plan)
    if waves := wave_lines(subject.plan):
        yield f"Waves: {'; '.join(waves)}."


def _facts(subject: Subject) -> list[str]:
    plan, source = subject.plan, subject.plan.source
    return [
        *([f"clusters read {subject.read_at:%Y-%m-%d %H:%M} UTC"] if subject.read_at else []),
        *_commit(subject),
        f"set {plan.set_name}" if plan.set_name else "no set",
        *([source.settings_file] if source.settings_file else []),
        f"{plural(source.files, 'file')}, {plural(source.services, 'service')}",
        *([source.narrowed] if source.narrowed else []),
        f"digest {plan.digest}",
    ]


def _commit(subject: Subject) -> Iterator[str]:
    applied = subject.report.revision if subject.report is not None else ""
    if commit := applied or subject.commit():
        yield f"commit {short(commit)}"


def _filters(entries: Sequence[Entry]) -> list[_Filter]:
    counts = Counter(entry.word for entry in entries)
    return [_Filter(word, slug(word), count) for word, count in counts.items()]


def _clusters(subject: Subject, entries: Sequence[Entry]) -> tuple[list[_Cluster], dict[str, int]]:
    clusters: list[_Cluster] = []
    cut: dict[str, int] = {}
    room = _ROOM
    words = [*dict.fromkeys(entry.word for entry in entries)]
    for cluster in subject.plan.clusters:
        own = [entry for entry in entries if entry.cluster == cluster.id]
        own.sort(key=lambda entry: (words.index(entry.word), natural(entry.name)))
        parts = []
        for was_due in (False, True):
            part = [entry for entry in own if entry.was_due is was_due]
            shown, lost = fitting(blocks_of(part, len(entries)), room)
            room -= sum(len(text.encode()) for text in shown)
            parts.append(shown)
            for word, count in lost.items():
                cut[word] = cut.get(word, 0) + count
        touched = {entry.name for entry in own}
        keys = [key for key in subject.services if key.cluster == cluster.id]
        calm = [key.name for key in keys if key.name not in touched and not cluster.problem]
        calm.sort(key=natural)
        clusters.append(_cluster(cluster, parts[0], parts[1], calm))
    return clusters, cut


def _cluster(
    cluster: ClusterSummary, entries: Sequence[str], due: Sequence[str], calm: Sequence[str]
) -> _Cluster:
    version = f", OSCAR {cluster.version}" if cluster.version else ""
    unmanaged = f", {cluster.unstamped:,} unmanaged" if cluster.unstamped else ""
    counts = f"{plural(cluster.live, 'service')}, {cluster.ours:,} managed{unmanaged}"
    shown, lost = fitting([DocumentBlock("services", safe(name)) for name in calm], _SMALL_ROOM)
    return _Cluster(
        cluster.id,
        f"{cluster.endpoint}{version}: {cluster.problem or counts}",
        cluster.problem,
        entries,
        due,
        shown,
        f"{plural(len(calm), 'service')} without a difference",
        sum(lost.values()),
    )


def _flow(subject: Subject) -> _Parts:
    if not subject.services:
        return {}
    if len(subject.services) <= _DRAWN:
        graph = subject.graph()
        drawn = graph_svg(graph)
        if len(drawn) <= _PICTURE_ROOM:
            return {"flow": drawn, "flow_in_words": graph_text(graph)}
    return {"too_many_to_draw": plural(len(subject.services), "service")}


_TONES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "good"}


def _findings(diagnostics: Sequence[Diagnostic]) -> _Parts:
    blocks = [
        DocumentBlock(
            f"of severity {item.severity}",
            rendered(
                "finding.html",
                finding=item,
                tone=_TONES[item.severity],
                place=f"{item.origin.file}:{item.origin.line}"
                if item.origin.line
                else item.origin.file,
            ),
        )
        for item in findings_of_input(diagnostics)
    ]
    shown, cut = fitting(blocks, _SMALL_ROOM)
    return {"findings": shown, "findings_cut": cut_sentence(cut, "oscar-sync validate")}
