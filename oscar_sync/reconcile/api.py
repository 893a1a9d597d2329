"""The same plan, apply and drift from Python and notebooks.

>>> import oscar_sync
>>> planned = oscar_sync.plan("services/", cluster="https://oscar.example.org")  # doctest: +SKIP
>>> planned                                                                    # doctest: +SKIP
>>> oscar_sync.apply(planned)                                                  # doctest: +SKIP
"""

import os
from collections.abc import Mapping
from os import PathLike

from msgspec import Struct

from oscar_sync.errors import UsageError
from oscar_sync.model.arguments import checks_arguments
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import apply_exit, drift_exit, plan_exit
from oscar_sync.model.plan import Plan
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import RunReport
from oscar_sync.model.state import DesiredState
from oscar_sync.published.plan import PlanDocument
from oscar_sync.published.report import ReportDocument
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.once import ApplyOptions, Pass, apply_once, locked, plan_once
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.drift import drift_text
from oscar_sync.render.html import html_cell
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_text

FilePath = str | PathLike[str]
# A Sequence would take one text, whose letters then are names.
Names = list[str] | tuple[str, ...]
Paths = list[str] | list[PathLike[str]] | list[FilePath] | tuple[FilePath, ...]


class PlanResult(Struct, frozen=True):
    """A plan: what would be done. Shows itself as text; ``document`` is its JSON form."""

    planned: Pass
    connections: Connections

    @property
    def plan(self) -> Plan:
        """Return the plan itself."""
        return self.planned.draft.plan

    @property
    def document(self) -> PlanDocument:
        """Return the plan document (``oscar-sync schema plan``); its ``data`` is JSON-shaped."""
        return PlanDocument.of(self.plan)

    @property
    def digest(self) -> str:
        """Return the plan's digest, 32 hex digits."""
        return self.plan.digest

    @property
    def exit_code(self) -> Exit:
        """Return what ``oscar-sync plan --detailed-exitcode`` would exit with."""
        return plan_exit(self.plan, detailed=True)

    def __str__(self) -> str:
        """Return the plan as text."""
        return plan_text(self.plan)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_cell(subject_of(self.planned, "plan"))


class ApplyResult(Struct, frozen=True):
    """What became of a plan."""

    report: RunReport
    planned: Pass

    @property
    def document(self) -> ReportDocument:
        """Return the report document (``oscar-sync schema report``)."""
        return ReportDocument.of_report(self.report)

    @property
    def exit_code(self) -> Exit:
        """Return what ``oscar-sync apply`` would exit with."""
        return apply_exit(self.report)

    def __str__(self) -> str:
        """Return the report as text."""
        return report_text(self.report)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_cell(subject_of(self.planned, "apply", self.report))


class DriftResult(Struct, frozen=True):
    """What someone else changed on the clusters."""

    planned: Pass

    @property
    def plan(self) -> Plan:
        """Return the plan that would correct it."""
        return self.planned.draft.plan

    @property
    def exit_code(self) -> Exit:
        """Return what ``oscar-sync drift`` would exit with."""
        return drift_exit(self.plan)

    def __str__(self) -> str:
        """Return what moved as text."""
        return drift_text(self.plan)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_cell(subject_of(self.planned, "drift"))


@checks_arguments
def plan(
    path: FilePath = ".",
    *,
    cluster: str | Names = (),
    only: Names = (),
    labels: Names = (),
    overlay: Names = (),
    allow: Names = (),
    allow_outside: Paths = (),
    secret_env: Names = (),
    endpoints_allowed: Names = (),
    environ: Mapping[str, str] | None = None,
) -> PlanResult:
    """Return the plan for the FDL files at *path*; nothing is sent.

    *cluster* is a cluster's id or URL (or several), as for ``--cluster``; *only* and *labels* are
    as for ``--only`` and ``--label``; *allow* holds consents
    as ``--allow`` takes them. *allow_outside* names paths outside the settings' folder that files
    may name, *secret_env* the variables that secrets may take, *endpoints_allowed* the origins that
    credentials may be sent to, as the options of these names. *environ* replaces the process
    environment.

    Raises:
        InputError: the files or settings are wrong; it holds every finding.
        TypeError: an argument has a wrong type; it is named.
        UsageError: the arguments do not fit.
    """
    request = DesireRequest(
        paths=(os.fspath(path),),
        clusters=_clusters(cluster),
        only=tuple(only),
        labels=tuple(labels),
        overlays=tuple(overlay),
        allow=tuple(allow),
        allow_outside=tuple(os.fspath(one) for one in allow_outside),
        secret_env=tuple(secret_env),
        endpoints_allowed=tuple(endpoints_allowed),
    )
    desired, connections = _desired(request, environ)
    return PlanResult(plan_once(desired, PlanOptions(), connections), connections)


@checks_arguments
def apply(plan_result: PlanResult, *, parallelism: int = 2) -> ApplyResult:
    """Return what became of *plan_result* after carrying it out; blocked steps are not sent.

    *plan_result* is what :func:`plan` returned: ``apply(plan("services/"))``.

    Raises:
        TypeError: an argument has a wrong type.
        UsageError: *parallelism* is less than 1.
        LockedError: another run on this machine works on one of the clusters.
    """
    if parallelism < 1:
        raise UsageError(f"apply: parallelism must be 1 or more, not {parallelism}")
    stack, _ = locked(plan_result.planned, plan_result.connections.environ)
    with stack:
        options = ApplyOptions(parallelism)
        return ApplyResult(
            apply_once(plan_result.planned, options, plan_result.connections), plan_result.planned
        )


@checks_arguments
def drift(
    path: FilePath = ".",
    *,
    cluster: str | Names = (),
    only: Names = (),
    labels: Names = (),
    overlay: Names = (),
    allow_outside: Paths = (),
    secret_env: Names = (),
    endpoints_allowed: Names = (),
    environ: Mapping[str, str] | None = None,
) -> DriftResult:
    """Return what someone else changed on the clusters; edits of the files are not in it.

    The arguments are those of :func:`plan`.

    Raises:
        InputError: the files or settings are wrong.
        TypeError: an argument has a wrong type; it is named.
        UsageError: the arguments do not fit.
    """
    request = DesireRequest(
        paths=(os.fspath(path),),
        clusters=_clusters(cluster),
        only=tuple(only),
        labels=tuple(labels),
        overlays=tuple(overlay),
        allow_outside=tuple(os.fspath(one) for one in allow_outside),
        secret_env=tuple(secret_env),
        endpoints_allowed=tuple(endpoints_allowed),
    )
    desired, connections = _desired(request, environ)
    options = PlanOptions(scope=Scope.DRIFT, checks_all_hooks=True)
    return DriftResult(plan_once(desired, options, connections))


def _clusters(cluster: str | Names) -> tuple[str, ...]:
    return (cluster,) if isinstance(cluster, str) else tuple(cluster)


def _desired(
    request: DesireRequest, environ: Mapping[str, str] | None
) -> tuple[DesiredState, Connections]:
    variables = os.environ if environ is None else environ
    return desire(request, variables), Connections(variables)
