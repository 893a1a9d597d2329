"""What stands first on a board: what a person has to look at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.plan import ClusterSummary
from oscar_sync.render.html.board_rows import TONES, ServiceRow, quoted

_SHOWN: Final = 8


class Alert(Struct, frozen=True):
    """A cluster or service; ``link`` leads to its page."""

    id: str
    link: str
    name: str
    state: str
    words: str


def alerts(
    clusters: Sequence[ClusterSummary], rows: Mapping[str, Sequence[ServiceRow]]
) -> tuple[list[Alert], int]:
    """Return the worst, the worst first, and how many more there are."""
    order = list(TONES)
    services = sorted(_services(clusters, rows), key=lambda one: order.index(one.state))
    every = [*_clusters(clusters), *services]
    return every[:_SHOWN], max(0, len(every) - _SHOWN)


def _clusters(clusters: Sequence[ClusterSummary]) -> Iterator[Alert]:
    for one in clusters:
        if one.problem:
            yield Alert(
                f"a-{one.id}", f"/cluster/{quoted(one.id)}", one.id, "not known", one.problem
            )


def _services(
    clusters: Sequence[ClusterSummary], rows: Mapping[str, Sequence[ServiceRow]]
) -> Iterator[Alert]:
    """Yield the services in trouble, but not each one of a cluster that cannot be read."""
    for one in clusters:
        for row in rows.get(one.id, ()):
            if row.tone == "bad" and not (one.problem and row.state == "not known"):
                yield Alert(f"a-{row.id}", row.link, f"{one.id}/{row.name}", row.state, row.words)
