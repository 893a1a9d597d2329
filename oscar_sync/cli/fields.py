"""Showing one thing of a cluster: a line a field, or the document that it is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.render.table import Row, Table

Fields: TypeAlias = Mapping[str, object]


def show_one(
    options: dict[str, Any],
    read: Callable[[Oscar], Fields],
    shown: Callable[[Fields], Fields] = dict,
) -> int:
    """Return the exit code after showing what *read* returns; a table has what *shown* leaves."""
    outputs = outputs_of(options["outputs"], FORMATS)

    def run(oscar: Oscar) -> None:
        document = read(oscar)
        rows = tuple(Row(field) for field in _fields(shown(document)))
        show(outputs, Table(("FIELD", "VALUE"), rows), document)

    return on_cluster(options, outputs, run)


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
