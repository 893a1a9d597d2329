"""What changed since the last plan, and how things stand, for people who watch."""

from collections.abc import Sequence

from msgspec import Struct

from oscar_sync.model.action import Category
from oscar_sync.model.amounts import plural
from oscar_sync.model.news import Entry, News, action_of
from oscar_sync.model.plan import Blocked, ClusterSummary, Plan
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.plan_text import Page, summary
from oscar_sync.render.words import SYMBOLS, headline, key_width, lost, safe, to_do


def news_text(
    news: News,
    plan: Plan,
    notes: Sequence[str] = (),
    *,
    paint: Paint = plain,
) -> str:
    """Return what is new, changed and gone as a plan shows it, and the plan's closing line.

    *notes* are those of the plan that were not there before.
    """
    entries = (*news.new, *news.changed, *news.gone)
    keys = key_width(action_of(entry).key for entry in entries)
    page = Page(paint, verbose=False, key_width=keys)
    page.section("NEW", len(news.new), [_lines(page, item) for item in news.new])
    page.section("CHANGED", len(news.changed), [_lines(page, item) for item in news.changed])
    page.section("NO LONGER", len(news.gone), [[_gone(page, item, keys)] for item in news.gone])
    page.section("NOTES", len(notes), [[f"   {safe(note)}"] for note in notes])
    page.line("")
    page.line(summary(plan, "watch"))
    return page.text()


def _lines(page: Page, entry: Entry) -> Sequence[str]:
    if isinstance(entry, Blocked):
        return page.blocked(entry)
    return page.drifted(entry) if entry.category is Category.DRIFTED else page.action(entry)


def _gone(page: Page, entry: Entry, width: int) -> str:
    action = action_of(entry)
    symbol = "x" if isinstance(entry, Blocked) else SYMBOLS[action.kind]
    return page.mark(symbol, safe(f"{action.key!s:<{width}} {headline(action)}"))


class WatchState(Struct, frozen=True):
    """How a watch stands: times of day as text, *doing* what is under way, blank for nothing."""

    plan: Plan | None = None
    planned_at: str = ""
    doing: str = ""
    trouble: str = ""
    next_at: str = ""
    keys: str = ""


def standing_line(standing: WatchState, columns: int) -> str:
    """Return one line of at most *columns* characters; what matters least is left out first."""
    parts = [part for part in _parts(standing) if part[1]]
    while len(parts) > 1 and _length(parts) > columns:
        parts.remove(max(parts))
    line = safe("   ".join(text for _, text in sorted(parts)))
    return line if len(line) <= columns else line[: max(0, columns - 1)] + "…"


def _parts(standing: WatchState) -> list[tuple[int, str]]:
    """Return what the line says, each with its place: the first matters most."""
    plan = standing.plan
    clusters = ", ".join(map(_cluster, plan.clusters)) if plan else ""
    if standing.doing:
        return [(0, standing.doing), (1, clusters)]
    trouble = "" if standing.trouble in clusters else standing.trouble
    return [
        (0, trouble or (counts(plan) if plan else "")),
        (1, clusters),
        (2, f"planned {standing.planned_at}" if standing.planned_at else ""),
        (3, f"next {standing.next_at}" if standing.next_at else ""),
        (4, standing.keys),
    ]


def _cluster(cluster: ClusterSummary) -> str:
    return f"{cluster.id} {cluster.reading.value if cluster.problem else 'ok'}"


def counts(plan: Plan) -> str:
    parts = [*filter(None, [lost(plan.loss)]), *to_do(plan)]
    if plan.blocked:
        parts.append(f"{len(plan.blocked)} blocked")
    if plan.not_planned:
        parts.append(f"{plural(len(plan.not_planned), 'service')} not planned")
    return ", ".join(parts) or "nothing to do"


def _length(parts: Sequence[tuple[int, str]]) -> int:
    return sum(len(text) + 3 for _, text in parts) - 3
