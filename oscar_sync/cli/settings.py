"""``oscar-sync settings``: each value and where it came from, secrets masked."""

import json
import os
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of, write
from oscar_sync.cli.request import request_of
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire import explain_settings
from oscar_sync.render.words import safe


@given.command("settings", "oscar-sync settings", "oscar-sync settings -c edge -o json")
@given.PATHS
@given.formats("text", "json")
@given.common
def command(**options: Any) -> int:
    """Show each setting, its value and its source, and the log-in used for each cluster."""
    outputs = outputs_of(options["outputs"], ("text", "json"))

    def run() -> Exit:
        rows = explain_settings(request_of(options), os.environ)
        for output in outputs:
            if output.format == "json":
                entries = [
                    {"name": name, "value": value, "source": source} for name, value, source in rows
                ]
                write(output, json.dumps(entries, ensure_ascii=False, indent=2) + "\n")
            else:
                widths = [max((len(row[place]) for row in rows), default=0) for place in (0, 1)]
                lines = [
                    f"{name:<{widths[0]}}  {value:<{widths[1]}}  {source}"
                    for name, value, source in rows
                ]
                write(output, "".join(f"{safe(line.rstrip())}\n" for line in lines))
        return Exit.OK

    return guarded(run, outputs, options["color"])
