"""``oscar-sync schema``: JSON Schemas, generated from what reads the documents."""

import json

import click

from oscar_sync.render.schemas import fdl_schema, plan_schema


@click.command("schema")
@click.argument("what", type=click.Choice(["fdl", "settings", "plan"]))
def command(what: str) -> int:
    """Print the JSON Schema of FDL files, of oscar-sync.yaml, or of plan documents."""
    if what == "settings":
        from oscar_sync.settings.schema import settings_schema

        schema = settings_schema()
    else:
        schema = fdl_schema() if what == "fdl" else plan_schema()
    click.echo(json.dumps(schema, ensure_ascii=False, indent=2))
    return 0
