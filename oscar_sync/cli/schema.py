"""``oscar-sync schema``: JSON Schemas, generated from what reads the documents."""

import json

import click

from oscar_sync.cli.output import show_line
from oscar_sync.render.schemas import doctor_schema, fdl_schema, plan_schema, settings_schema


@click.command("schema")
@click.argument("what", type=click.Choice(["fdl", "settings", "plan", "doctor"]))
def command(what: str) -> int:
    """Print the JSON Schema of FDL files, of oscar-sync.yaml, of plans, or of doctor's findings."""
    schemas = {
        "fdl": fdl_schema,
        "settings": settings_schema,
        "plan": plan_schema,
        "doctor": doctor_schema,
    }
    show_line(json.dumps(schemas[what](), ensure_ascii=False, indent=2))
    return 0
