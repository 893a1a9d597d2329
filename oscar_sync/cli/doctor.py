"""``oscar-sync doctor``: what OSCAR left behind, and what the next release would not read."""

import os
from collections.abc import Sequence
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of, stdout_width, write
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.showing import stdout_paint
from oscar_sync.cli.tables import show_document
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import examination_exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.examine import examinations
from oscar_sync.render.doctor import findings_text
from oscar_sync.render.folding import DEFAULT_WIDTH
from oscar_sync.render.paint import plain
from oscar_sync.semantics.capabilities import named_release

FORMATS: Final = ("text", "json", "yaml")


@given.command(
    "doctor", "oscar-sync doctor", "oscar-sync doctor --before-upgrade 4.1.2 -o json=doctor.json"
)
@click.option(
    "--before-upgrade",
    metavar="VERSION",
    envvar="OSCAR_SYNC_BEFORE_UPGRADE",
    help="Also report what this release of OSCAR cannot read or create.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if anything is found.")
@given.formats(*FORMATS)
@given.common
def command(**options: Any) -> int:
    """List what OSCAR left on the clusters, why it matters, and how to remove it.

    Nothing is written. Settings come from --settings or the nearest oscar-sync.yaml, manifests
    from its folder; one that cannot be read is a warning. --only narrows to clusters, and --label
    to nothing: what other manifests want is needed to judge. Each finding has a code, a reason, and
    the command for you or for the cluster's operator. Exit 0 whatever is found, 2 with
    --detailed-exitcode; 6 if a cluster could not be read.
    """
    outputs = outputs_of(options["outputs"], FORMATS)
    asked = options["before_upgrade"]
    then = named_release(asked) if asked else None
    if asked and then is None:
        raise click.UsageError(f"--before-upgrade {asked}: write a release, like 4.1.2")

    def run() -> Exit:
        asked_for = {**options, "only": _clusters_of(options["only"]), "label": ()}
        desired = desire(request_of(asked_for, needs_manifests=False), os.environ)
        tell_findings(desired.diagnostics, options["color"])
        clusters = examinations(desired, connections_of(options), then)
        name = ".".join(map(str, then)) if then else ""
        for output in outputs:
            if output.format == "text":
                paint = plain if output.file else stdout_paint(options["color"])
                width = DEFAULT_WIDTH if output.file else stdout_width()
                write(output, findings_text(clusters, name, width=width, paint=paint))
            else:
                from oscar_sync.published.doctor import DoctorDocument

                show_document(output, DoctorDocument.of(clusters, name).data)
        return examination_exit(clusters, detailed=options["detailed_exitcode"])

    return guarded(run, outputs, options["color"])


def _clusters_of(only: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{name.rpartition('/')[0]}/" for name in only if "/" in name)
