"""``oscar-sync settings``: each value and where it came from, secrets masked."""

import os
from typing import Any, Final

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.request import request_of
from oscar_sync.cli.tables import show_words
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire import explain_settings
from oscar_sync.render.words import safe

_FORMATS: Final = ("text", "json", "yaml")


@given.command("settings", "oscar-sync settings", "oscar-sync settings -c edge -o json")
@given.PATHS
@given.formats(*_FORMATS)
@given.common
def command(**options: Any) -> int:
    """Show each setting, its value and its source, and the log-in used for each cluster."""
    outputs = outputs_of(options["outputs"], _FORMATS)

    def run() -> Exit:
        rows = explain_settings(request_of(options), os.environ)
        widths = [max((len(row[place]) for row in rows), default=0) for place in (0, 1)]
        lines = [
            safe(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {source}".rstrip())
            for name, value, source in rows
        ]
        entries = [{"name": name, "value": value, "source": source} for name, value, source in rows]
        show_words(outputs, "\n".join(lines), entries)
        return Exit.OK

    return guarded(run, outputs, options["color"])
