"""The runs that a history holds, as a document."""

from collections.abc import Sequence
from typing import Literal, Self

from oscar_sync.model.run import PastRun
from oscar_sync.published.base import DOCUMENT_VERSION, OrNone, Published, Text, where_given


class RunServiceEntry(Published):
    """One service of a run: what was done to it, and what became of that."""

    cluster: Text
    service: Text
    kind: Text
    status: Text


class RunEntry(Published):
    """One run; ``who`` is the author of ``commit``."""

    at: Text
    command: Text
    exit_code: int
    set_name: OrNone = where_given()
    digest: OrNone = where_given()
    commit: OrNone = where_given()
    who: OrNone = where_given()
    subject: OrNone = where_given()
    services: tuple[RunServiceEntry, ...] = ()
    problem: OrNone = where_given()
    left_out: int = 0


class HistoryDocument(Published):
    """The last runs, the newest last."""

    format_version: Literal["1.0"]
    runs: tuple[RunEntry, ...]

    @classmethod
    def of(cls, runs: Sequence[PastRun]) -> Self:
        """Return the document of *runs*."""
        return cls(format_version=DOCUMENT_VERSION, runs=tuple(map(RunEntry.model_validate, runs)))
