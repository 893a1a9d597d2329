"""``oscar-sync validate``: reads and checks, offline."""

import os
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of, write
from oscar_sync.cli.request import request_of
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.diagnostics import validation_sentence
from oscar_sync.render.documents import json_text

VALIDATE_FORMATS: Final = ("text", *FORMATS)


@given.command(
    "validate",
    "oscar-sync validate",
    "oscar-sync validate services/ --strict -o sarif=findings.sarif",
)
@given.PATHS
@given.formats(*VALIDATE_FORMATS)
@given.common
@click.option(
    "--strict", is_flag=True, envvar="OSCAR_SYNC_STRICT", help="Treat warnings as errors."
)
def command(**options: Any) -> int:
    """Check the files in PATHS offline: no cluster is contacted, no credentials are needed."""
    outputs = outputs_of(options["outputs"], VALIDATE_FORMATS)

    def run() -> Exit:
        desired = desire(request_of(options, needs_clusters=False), os.environ)
        diagnostics = desired.diagnostics
        for output in outputs:
            match output.format:
                case "json":
                    from oscar_sync.published.diagnostics import DiagnosticsDocument

                    document = DiagnosticsDocument.of(
                        diagnostics, files=desired.file_count, services=len(desired.services)
                    )
                    write(output, json_text(document.data))
                case name if name in FORMATS:
                    write(output, FORMATS[name].write_input(diagnostics))
                case _:
                    if not output.file:
                        tell_findings(diagnostics, options["color"])
                    sentence = validation_sentence(
                        desired.file_count, len(desired.services), diagnostics
                    )
                    write(output, sentence + "\n")
        return Exit.OK

    return guarded(run, outputs, options["color"])
