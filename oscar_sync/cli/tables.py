"""Showing rows as a table, JSON or YAML, wherever ``-o`` sends them."""

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from oscar_sync.cli.output import Output, stdout_width, write
from oscar_sync.render.documents import json_text, yaml_text
from oscar_sync.render.table import Table, table_text

FORMATS: Final = ("table", "json", "yaml")
Document = Mapping[str, object] | Sequence[object]


def show(outputs: Sequence[Output], table: Table, document: Document) -> None:
    """Write *table*, or *document* as JSON or YAML; a table is cut for a terminal alone."""
    for output in outputs:
        if output.format == "table":
            width = stdout_width() if sys.stdout.isatty() and not output.file else None
            write(output, table_text(table, width))
        else:
            show_document(output, document)


def show_words(outputs: Sequence[Output], words: str, document: Document) -> None:
    """Write *words* in place of a table, or *document* as JSON or YAML."""
    for output in outputs:
        if output.format in ("table", "text"):
            write(output, f"{words}\n")
        else:
            show_document(output, document)


def show_document(output: Output, document: Document) -> None:
    write(output, json_text(document) if output.format == "json" else yaml_text(document))
