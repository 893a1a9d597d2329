"""``oscar-sync storage ls``."""

from collections.abc import Sequence
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.bucket.listing import show_buckets
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.cli.storage.transfer import SERVICE, opened
from oscar_sync.cli.tables import FORMATS, show
from oscar_sync.client.connection import Oscar
from oscar_sync.model.amounts import plural
from oscar_sync.render.table import Row, Table
from oscar_sync.render.words import size
from oscar_sync.storage.stored import StoredFile


@given.command("ls", "oscar-sync storage ls", "oscar-sync storage ls thumbnails/out/")
@click.argument("place", required=False, shell_complete=given.BUCKETS)
@SERVICE
@given.one_cluster
@given.formats(*FORMATS)
def command(place: str | None, service: str, **options: Any) -> int:
    """List the object at PLACE, or all objects below the folder PLACE.

    Without PLACE, list the buckets that I can see, or with --service the folders that it uses.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def ls(oscar: Oscar) -> None:
        if place is not None:
            total = _show_files(oscar, place_of(place), service, outputs)
            if not options["quiet"]:
                say(total)
        elif service:
            _show_folders(oscar, service, outputs)
        else:
            show_buckets(oscar, outputs)

    return on_cluster(options, outputs, ls)


def _show_files(oscar: Oscar, place: StoragePlace, service: str, outputs: Sequence[Output]) -> str:
    files = list(opened(oscar, place, service).list_files(place.path))
    rows = tuple(Row((size(one.size_bytes), _time(one), one.path)) for one in files)
    show(outputs, Table(("SIZE", "WRITTEN", "PATH"), rows), [_document(one) for one in files])
    total = size(sum(one.size_bytes for one in files))
    return f"{plural(len(files), 'file')}, {total}" if files else f"there is nothing at {place}"


def _time(one: StoredFile) -> str:
    return f"{one.last_write:%Y-%m-%dT%H:%M:%SZ}" if one.last_write else "-"


def _document(one: StoredFile) -> dict[str, object]:
    return {
        "path": one.path,
        "size_bytes": one.size_bytes,
        "last_write": _time(one) if one.last_write else None,
        "checksum": one.checksum or None,
    }


def _show_folders(oscar: Oscar, service: str, outputs: Sequence[Output]) -> None:
    definition = service_of(oscar, service).definition
    used = [
        {"use": use, "place": f"{entry.get('storage_provider')}:{entry.get('path')}"}
        for use in ("input", "output", "mount")
        for entry in _entries(definition.get(use))
    ]
    rows = tuple(Row((entry["use"], entry["place"])) for entry in used)
    show(outputs, Table(("USE", "PLACE"), rows), used)


def _entries(value: object) -> list[dict[str, object]]:
    listed = value if isinstance(value, list) else [value]
    return [entry for entry in listed if isinstance(entry, dict) and entry.get("path")]
