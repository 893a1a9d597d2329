"""``oscar-sync schema``: JSON Schemas, generated from what reads and writes the documents."""

import json
from typing import Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line
from oscar_sync.published.schemas import DOCUMENTS, document_schema
from oscar_sync.render.schemas import fdl_schema, settings_schema

_FILES: Final = {"fdl": fdl_schema, "settings": settings_schema}


@given.command("schema", "oscar-sync schema fdl > fdl.schema.json", "oscar-sync schema plan")
@click.argument("what", type=click.Choice([*_FILES, *DOCUMENTS]))
def command(what: str) -> int:
    """Print the JSON Schema of FDL files, of oscar-sync.yaml, or of a document that -o json writes.

    event is a line of -o events; diagnostics are what -o json holds where files are wrong.
    """
    schema = _FILES[what]() if what in _FILES else document_schema(what)
    show_line(json.dumps(schema, ensure_ascii=False, indent=2))
    return 0
