"""Showing rows as a table, JSON or YAML, wherever ``-o`` sends them."""

import sys
from collections.abc import Iterator, Mapping, Sequence

from oscar_sync.cli.output import Output, stdout_width, write
from oscar_sync.render.documents import json_text, yaml_text
from oscar_sync.render.table import Row, Table, table_text

Document = Mapping[str, object] | Sequence[object]


def show(outputs: Sequence[Output], table: Table, document: Document) -> None:
    """Write *table*, or *document* as JSON or YAML; a table is cut for a terminal alone."""
    for output in outputs:
        if output.format == "table":
            width = stdout_width() if sys.stdout.isatty() and not output.file else None
            write(output, table_text(table, width))
        else:
            show_document(output, document)


def show_fields(
    outputs: Sequence[Output],
    document: Mapping[str, object],
    shown: Mapping[str, object] | None = None,
) -> None:
    """Write one thing: as a table with a line a field (of *shown* if given), or as *document*."""
    rows = tuple(Row((name, text)) for name, text in _fields(shown or document))
    show(outputs, Table(("FIELD", "VALUE"), rows), document)


def _fields(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case Mapping() if value:
            for key, item in value.items():
                yield from _fields(item, f"{place}.{key}" if place else str(key))
        case list() if any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, 1):
                yield from _fields(item, f"{place}[{number}]")
        case list():
            yield place, ", ".join(map(_text, value)) or "-"
        case _:
            yield place, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value in (None, "", {}) else str(value)


def show_document(output: Output, document: Document) -> None:
    write(output, json_text(document) if output.format == "json" else yaml_text(document))
