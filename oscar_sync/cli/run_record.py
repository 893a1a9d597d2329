"""What is reported of a run beside its output: metrics, a webhook, the history, and a board."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.cli.border import say
from oscar_sync.cli.output import Output, check_place, write
from oscar_sync.cli.webhook import Webhook
from oscar_sync.errors import OutputError
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport
from oscar_sync.model.run import PastRun, run_of
from oscar_sync.reconcile.once import Pass
from oscar_sync.render.metrics import MetricsRun, metrics_text

_CLEAN = (0, "", "")
"""Exit code, digest and problem of a run that found nothing."""


class RunRecord(Struct):
    """Gathers what a run finds, and tells it at its end. A failure to tell is a warning.

    ``history`` is the folder of the history, None for that of the settings. ``is_kept``: runs that
    only planned are kept too, where they found something new. ``problem`` is what was wrong.
    """

    command: str
    metrics_file: str = ""
    history: Path | None = None
    is_kept: bool = False
    on_end: Callable[[MetricsRun, PastRun | None], None] | None = None
    problem: str = ""
    plan: Plan | None = None
    report: RunReport | None = None
    started_s: float = field(default_factory=time.monotonic)
    _folder: str = ""
    _webhook: Webhook | None = None
    _kept: tuple[int, str, str] = _CLEAN
    _has_ended: bool = False
    _unkept: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be used, before anything is sent."""
        check_place(self.metrics_file)
        self._webhook = Webhook.of(self.command)

    def begin(self) -> None:
        self.plan = self.report = None
        self.problem = ""
        self.started_s = time.monotonic()

    def planned(self, planned: Pass) -> None:
        self.plan, self._folder = planned.draft.plan, planned.desired.settings.folder

    def reported(self, report: RunReport) -> None:
        self.plan, self.report = report.plan, report

    def end(self, code: int) -> int:
        seconds = time.monotonic() - self.started_s
        run = MetricsRun(self.command, time.time(), seconds, int(code), self.plan, self.report)
        if self.metrics_file:
            try:
                write(Output("metrics", self.metrics_file), metrics_text(run))
            except OutputError as error:
                say(f"warning: {error}")
        if self._webhook:
            self._webhook.call(run)
        kept = self._keep(run)
        if self.on_end:
            self.on_end(run, kept)
        return code

    def _keep(self, run: MetricsRun) -> PastRun | None:
        """Write *run* to the history, and return it; None for one that is not worth a line."""
        is_first, self._has_ended = not self._has_ended, True
        has_found = run.plan is not None and bool(run.plan.all_actions)
        found = (run.exit_code, run.plan.digest if run.plan and has_found else "", self.problem)
        has_written = run.report is not None and bool(run.report.results)
        is_new = found != self._kept
        self._kept = _CLEAN if has_written and not run.exit_code else found
        if not has_written and not (self.is_kept and is_new):
            return None
        if self.history is None and not self._folder:
            return None  # where the settings are is not known before the first plan
        kept = self._run(run)
        if is_first and not has_written and self._is_last(kept):
            return None  # a new start changes nothing of what the last one found
        self._write(kept)
        return kept

    def _is_last(self, kept: PastRun) -> bool:
        """Tell whether the history ends with *kept*, written before this one started."""
        from oscar_sync.workspace.history import history_file, read_runs

        try:
            last = read_runs(history_file(Path(self._folder), self.history))[-1:]
        except OSError:
            return False  # to write says why
        return [replace(one, at=kept.at) for one in last] == [kept]

    def _write(self, kept: PastRun) -> None:
        """Write *kept*, or say once why it cannot be; who holds the file is waited for once."""
        from oscar_sync.workspace.history import WAIT_S, add_run, history_file

        path = history_file(Path(self._folder), self.history)
        before, self._unkept = self._unkept, ""
        try:
            add_run(path, kept, 0.0 if before else WAIT_S)
        except OSError as error:
            self._unkept = f"the history {path} is not kept: {error.strerror or error}"
            is_told = self.history is not None or isinstance(error, BlockingIOError)
            if is_told and self._unkept != before:
                say(f"warning: {self._unkept}")

    def _run(self, run: MetricsRun) -> PastRun:
        from oscar_sync.workspace.git import checked_out_commit, work_tree
        from oscar_sync.workspace.git_objects import author_of

        at = f"{datetime.fromtimestamp(run.ended_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
        made = run_of(self.command, at, run.exit_code, run.plan, run.report)
        commit = made.commit or checked_out_commit(Path(self._folder))
        tree = work_tree(Path(self._folder))
        name = commit.partition("+")[0]
        who, subject = author_of(tree, name) if tree and name else ("", "")
        return replace(made, commit=commit, who=who, subject=subject, problem=self.problem)
