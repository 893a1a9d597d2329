"""What is reported of a run beside its output: a file of metrics, and a webhook."""

import os
import time

from msgspec import Struct, field

from oscar_sync.cli.border import say
from oscar_sync.cli.output import Output, check_place, write
from oscar_sync.errors import OutputError
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport
from oscar_sync.render.metrics import MetricsRun, metrics_text

WEBHOOK = "OSCAR_SYNC_WEBHOOK"


class RunRecord(Struct):
    """Gathers what a run finds, and tells it at its end. A failure to tell is a warning."""

    command: str
    metrics_file: str = ""
    plan: Plan | None = None
    report: RunReport | None = None
    started_s: float = field(default_factory=time.monotonic)
    _last: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a file that cannot be written, before anything is sent."""
        check_place(self.metrics_file)

    def begin(self) -> None:
        self.plan = self.report = None
        self.started_s = time.monotonic()

    def planned(self, plan: Plan) -> None:
        self.plan = plan

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
        if os.environ.get(WEBHOOK):
            self._notify(run)
        return code

    def _notify(self, run: MetricsRun) -> None:
        from oscar_sync.model.secret import Secret
        from oscar_sync.render.notification import notification
        from oscar_sync.wire.webhook import post

        body = notification(run)
        digest = run.plan.digest if run.plan else ""
        told = (body or b"").replace(digest.encode(), b"")  # another edit is not another drift
        is_news = told != self._last
        self._last = told
        if body is None or not is_news:
            return
        problem = post(Secret(os.environ[WEBHOOK]), body, os.environ)
        if problem:
            self._last = b""
            say(f"warning: the webhook could not be called: {problem}")
