"""The page: one document without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.graph import Graph
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import ClusterSummary, Plan
from oscar_sync.render.cutting import Block, cut_sentence, fitting
from oscar_sync.render.drift import drift_sentence
from oscar_sync.render.findings import findings_of_input
from oscar_sync.render.graph.svg import graph_svg
from oscar_sync.render.graph.text import graph_text
from oscar_sync.render.html.entries import Entry, blocks_of, entries_of, slug, text
from oscar_sync.render.html.style import SCRIPT, STYLE
from oscar_sync.render.plan_text import summary
from oscar_sync.render.report import report_sentence
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import plural

_ROOM: Final = 5_000_000
_SMALL_ROOM: Final = 200_000
_DRAWN: Final = 300
"""So many services are drawn; a picture of more says less than the lines of `graph`."""
_HASH: Final = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
_SEARCH: Final = (
    '<label hidden>by name <input type="search" id="find" autocomplete="off"></label>',
    '<span id="told" role="status"></span>',
)
_POLICY: Final = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'"
)


def page(subject: Subject, *, has_script: bool) -> str:
    """Return *subject* as a page that says what was cut to fit; its script finds by name."""
    plan = subject.plan
    entries = entries_of(subject)
    by_cluster, cut = _clusters(subject, entries)
    parts = [
        *_filters(entries, has_search=has_script),
        *(
            f'<p class="erases">{text(item)}</p>'
            for item in [cut_sentence(cut, subject.title)]
            if item
        ),
        '<div id="services">',
        *by_cluster,
        "</div>",
        *_flow(subject),
        *_diagnostics(plan.diagnostics),
        *_notes(plan),
    ]
    return _document(subject.title, _head(subject), parts)


def page_of_input(found: Sequence[Diagnostic]) -> str:
    """Return what is wrong with the files as a page."""
    lead = f'<p class="lead">{plural(len(found), "finding")} in the files.</p>'
    return _document("oscar-sync", [lead], _diagnostics(found))


def _document(title: str, head: Sequence[str], parts: Sequence[str]) -> str:
    has_search = any('id="find"' in part for part in parts)
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{text(title)}</title>",
            f"<style>{STYLE}</style></head><body>",
            '<a class="skip" href="#main">Skip to the content</a>',
            f"<header><h1>{text(title)}</h1>",
            *head,
            '</header><main id="main">',
            *parts,
            "</main>",
            *([f"<script>{SCRIPT}</script>"] if has_search else []),
            "</body></html>\n",
        ]
    )


def _head(subject: Subject) -> list[str]:
    plan, report = subject.plan, subject.report
    if report is not None:
        sentence = report_sentence(report)
    elif subject.is_drift:
        sentence = drift_sentence(plan)
    else:
        sentence = summary(plan, subject.command)
    source = plan.source
    facts = [
        f"set {plan.set_name}" if plan.set_name else "no set",
        *([source.settings_file] if source.settings_file else []),
        f"{plural(source.files, 'file')}, {plural(source.services, 'service')}",
        *([source.narrowed] if source.narrowed else []),
        f"digest {plan.digest}",
    ]
    return [
        f'<p class="lead">{text(sentence)}</p>',
        f'<p class="dim">{text(" · ".join(facts))}</p>',
    ]


def _filters(entries: Sequence[Entry], *, has_search: bool) -> list[str]:
    """Return a box to tick for each word; a rule of style for each hides what is not ticked."""
    if not entries:
        return []
    words = dict.fromkeys(entry.word for entry in entries)
    count = {word: sum(entry.word == word for entry in entries) for word in words}
    rules = "".join(
        f"body:has(#f-{slug(word)}:not(:checked)) .k-{slug(word)} {{ display: none; }}\n"
        for word in words
    )
    boxes = [
        f'<label><input type="checkbox" id="f-{slug(word)}" checked> {text(word)} ({count[word]:,})'
        "</label>"
        for word in words
    ]
    return [
        f"<style>{rules}</style>",
        '<fieldset class="filters"><legend>Show</legend>',
        *boxes,
        *(_SEARCH if has_search else []),
        "</fieldset>",
    ]


def _clusters(subject: Subject, entries: Sequence[Entry]) -> tuple[list[str], dict[str, int]]:
    parts: list[str] = []
    cut: dict[str, int] = {}
    room = _ROOM
    for cluster in subject.plan.clusters:
        own = [entry for entry in entries if entry.cluster == cluster.id]
        shown, lost = fitting(blocks_of(own), room)
        room -= sum(len(part.encode()) for part in shown)
        for word, count in lost.items():
            cut[word] = cut.get(word, 0) + count
        touched = {entry.name for entry in own}
        calm = [
            key for key in subject.services if key.cluster == cluster.id and key.name not in touched
        ]
        parts += [*_cluster(cluster), *shown, *_calm(calm, cluster)]
    return parts, cut


def _cluster(cluster: ClusterSummary) -> list[str]:
    version = f", OSCAR {cluster.version}" if cluster.version else ""
    unstamped = f", {cluster.unstamped:,} unstamped" if cluster.unstamped else ""
    counts = f"{cluster.live:,} live, {cluster.ours:,} ours{unstamped}"
    about = f"{cluster.endpoint}{version}: {cluster.problem or counts}"
    tone = "erases" if cluster.problem else "dim"
    return [f"<h2>Cluster {text(cluster.id)}</h2>", f'<p class="{tone}">{text(about)}</p>']


def _calm(keys: Sequence[ServiceKey], cluster: ClusterSummary) -> list[str]:
    """Return the services that do not differ, folded."""
    if not keys or cluster.problem:
        return []
    blocks = [Block("services", f"<li>{text(key.name)}</li>") for key in keys]
    shown, lost = fitting(blocks, _SMALL_ROOM)
    more = [f"<li>… and {sum(lost.values()):,} more</li>"] if lost else []
    title = f"{plural(len(keys), 'service')} without a difference"
    return [f"<details><summary>{title}</summary><ul>", *shown, *more, "</ul></details>"]


def _flow(subject: Subject) -> list[str]:
    """Return the picture of how data flows, and the same in words."""
    if not subject.services:
        return []
    if len(subject.services) > _DRAWN:
        words = f"{plural(len(subject.services), 'service')}: too many to draw here; run"
        return ["<h2>Data flow</h2>", f"<p>{words} <code>oscar-sync graph</code></p>"]
    graph = subject.graph()
    label = 'role="region" tabindex="0" aria-label="Picture of the data flow"'
    return [
        "<h2>Data flow</h2>",
        f'<div class="flow scroll" {label}>{graph_svg(graph)}</div>',
        *_flow_in_words(graph),
    ]


def _flow_in_words(graph: Graph) -> list[str]:
    words = "\n".join(text(line) for line in graph_text(graph).splitlines())
    region = 'class="scroll" role="region" tabindex="0" aria-label="Data flow in words"'
    return [f"<details><summary>In words</summary><pre {region}>{words}</pre></details>"]


_TONES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "good"}


def _diagnostics(found: Sequence[Diagnostic]) -> list[str]:
    if not found:
        return []
    blocks = []
    for item in findings_of_input(found):
        place = f"{item.origin.file}:{item.origin.line}" if item.origin.line else item.origin.file
        badge = f'<span class="badge">{item.severity}</span><code>{text(item.rule)}</code>'
        words = f"{badge} {text(place)}: {text(item.message)}"
        line = f'<div class="entry {_TONES[item.severity]}">{words}</div>'
        blocks.append(Block(f"of severity {item.severity}", line))
    shown, cut = fitting(blocks, _SMALL_ROOM)
    more = cut_sentence(cut, "oscar-sync validate")
    return ["<h2>Files</h2>", *shown, *([f"<p>{text(more)}</p>"] if more else [])]


def _notes(plan: Plan) -> list[str]:
    if not plan.notes:
        return []
    blocks = [Block("notes", f"<li>{text(note)}</li>") for note in plan.notes]
    shown, cut = fitting(blocks, _SMALL_ROOM)
    more = cut_sentence(cut, "oscar-sync plan")
    lost = [f"<li>{text(more)}</li>"] if more else []
    return ["<h2>Notes</h2><ul>", *shown, *lost, "</ul>"]
