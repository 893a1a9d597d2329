"""What a document is about: a plan, what moved, or what became of a plan."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from oscar_sync.model.graph import Graph
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport


class Subject(Struct, frozen=True):
    """The outcome of *command*: ``drift`` tells what moved, others the plan or the report.

    ``services`` are those of the files, sorted; ``graph`` is drawn, and ``commit`` looked up, only
    for who asks: it is that of the files, as a mark says it, blank without git. ``read_at`` is when
    the clusters were read.
    ``storage`` are the buckets and volumes that the settings declare.
    """

    command: str
    plan: Plan
    services: tuple[ServiceKey, ...] = ()
    graph: Callable[[], Graph] = Graph
    report: RunReport | None = None
    read_at: datetime | None = None
    commit: Callable[[], str] = str
    storage: tuple[ServiceKey, ...] = ()

    @property
    def is_drift(self) -> bool:
        return self.command == "drift"

    @property
    def title(self) -> str:
        return f"oscar-sync {self.command}"
