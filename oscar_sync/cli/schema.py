"""``oscar-sync schema``: JSON Schemas, generated from what reads the documents."""

import json

import click

from oscar_sync.render.schemas import fdl_schema, plan_schema, settings_schema


@click.command("schema")
@click.argument("what", type=click.Choice(["fdl", "settings", "plan"]))
def command(what: str) -> int:
    """Print the JSON Schema of FDL files, of oscar-sync.yaml, or of plan documents."""
    schema = {"fdl": fdl_schema, "settings": settings_schema, "plan": plan_schema}[what]()
    click.echo(json.dumps(schema, ensure_ascii=False, indent=2))
    return 0
