"""What is wrong while a watch goes on: reported once, and tried again after a growing pause."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.errors import OscarSyncError, RepositoryError
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.amounts import plural
from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.exits import Exit
from oscar_sync.model.plan import Plan
from oscar_sync.reconcile.pace import pause_s

NOT_UPDATED: Final = "repository not updated"
_OF_APPLY: Final = {
    False: ("last apply failed", "the last apply failed; what it did stays"),
    True: ("another run applies", "another run applies; nothing was sent"),
}


class WatchProblem(Struct):
    """``failures`` counts the passes in a row that failed.

    ``name`` is what is wrong in brief, ``sentence`` in full, both blank for nothing.
    """

    interval_s: float
    say: Callable[[str], None]
    failures: int = 0
    name: str = ""
    sentence: str = ""
    _told: str = ""
    _is_refused: bool = False
    _is_of_apply: bool = False

    def pause_s(self) -> float:
        return pause_s(self.failures, self.interval_s, is_refused=self._is_refused)

    def forgive(self) -> None:
        self.failures = 0

    def judge(self, plan: Plan, failure: RepositoryError | None = None) -> None:
        """Judge *plan*; after a *failure* to fetch it is that of the last accepted commit."""
        unread = [cluster for cluster in plan.clusters if cluster.problem]
        self._is_refused = any(cluster.reading is ReadingState.REFUSED for cluster in unread)
        names = [f"{cluster.id} {cluster.reading.value}" for cluster in unread]
        words = "; ".join(f"{cluster.id}: {cluster.problem}" for cluster in unread)
        sentences = [f"{words}; what was planned there stays"] if unread else []
        if failure:
            self._is_refused = self._is_refused or failure.is_refused
            names.insert(0, NOT_UPDATED)
            sentences.insert(0, f"{failure}; the last accepted commit is planned")
        if names:
            self.fail(", ".join(names), "; ".join(sentences))
        elif not self._is_of_apply:
            self._end()

    def judge_apply(self, code: Exit) -> None:
        """Judge what became of a plan that ``judge`` has seen, ``Exit.OK`` if nothing is due."""
        if code is Exit.OK:
            if self._is_of_apply:
                self._end()
        elif self._is_of_apply or not self.failures:  # else the pass counts as failed already
            name, sentence = _OF_APPLY[code is Exit.LOCKED]
            self.fail(name, sentence)
            self._is_of_apply = True

    def unusable(
        self, diagnostics: Sequence[Diagnostic], tell: Callable[[Sequence[Diagnostic]], None]
    ) -> None:
        self._is_refused = False
        away = ", ".join(one.file for one in diagnostics if one.code == ManifestCode.NO_SUCH_PATH)
        if away:
            self.fail(f"{away} is missing", f"{away} is missing; the last good plan stays")
            return
        told = "\n".join(map(str, diagnostics))
        if told != self._told:
            tell(diagnostics)
        sentence = "the files cannot be used; the last good plan stays"
        self.fail("files cannot be used", sentence, told)
        # A page has no faults above it, as the terminal has.
        errors = [one for one in diagnostics if one.severity is Severity.ERROR]
        words = [part for one in errors[:1] for part in (str(one), one.remedy) if part]
        more = [f"{plural(len(errors) - 1, 'more error')}"] if len(errors) > 1 else []
        self.sentence = "; ".join((*words, *more, "the last good plan stays"))

    def stopped(self, error: OscarSyncError) -> None:
        name = sentence = str(error)
        self._is_refused = isinstance(error, RepositoryError) and error.is_refused
        if isinstance(error, RepositoryError):
            name, sentence = NOT_UPDATED, f"{error}; the last good plan stays"
        self.fail(name, sentence)

    def fail(self, name: str, sentence: str, told: str = "") -> None:
        """Count a failure, and say *sentence* unless *told* says that it was said before."""
        self.failures += 1
        if (name, told or sentence) != (self.name, self._told):
            self.say(f"{sentence} (next try in {self.pause_s():.0f} s, then less often)")
        self.name, self.sentence, self._told = name, sentence, told or sentence
        self._is_of_apply = False

    def _end(self) -> None:
        if self.name:
            self.say(f"over: {self.name}")
        self.failures, self._is_of_apply = 0, False
        self.name = self.sentence = self._told = ""
