"""``oscar-sync explain``: what a field of a service or of the settings is, from their tables."""

from collections.abc import Iterator, Sequence
from typing import Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of, write
from oscar_sync.cli.tables import show_document
from oscar_sync.documents.paths import path_from
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.exits import Exit
from oscar_sync.model.fdl_fields import REMOVED_KEYS, SERVER_OWNED, SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.render.field_text import field_document, field_text

FORMATS: Final = ("text", "json", "yaml")
_ROOTS: Final = {
    "service": Field("service", Kind.BLOCK, "A service of an FDL file.", children=SERVICE),
    "settings": Field("settings", Kind.BLOCK, "The settings, oscar-sync.yaml.", children=SETTINGS),
}


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del ctx, param
    return [path for path in _every_path() if path.startswith(incomplete)]


@given.command(
    "explain", "oscar-sync explain expose.api_port", "oscar-sync explain settings.services.seeds"
)
@click.argument("field", default="service", shell_complete=_completed)
@given.formats(*FORMATS)
def command(field: str, outputs: tuple[str, ...]) -> int:
    """Show a field's type, default, first release, and what an update of it does.

    FIELD is a dotted path: of a service, as in `input.path`, or of oscar-sync.yaml, as in
    `settings.removed.erase`. Alone, `service` and `settings` list their fields.
    """
    wanted = outputs_of(outputs, FORMATS)

    def run() -> Exit:
        path, trail = _found(field)
        is_setting = trail[0] is _ROOTS["settings"]
        of = trail[1:] or trail
        for output in wanted:
            if output.format == "text":
                write(output, field_text(path, of, is_setting=is_setting))
            else:
                show_document(output, field_document(path, of, is_setting=is_setting))
        return Exit.OK

    return guarded(run, wanted, "auto")


def _found(text: str) -> tuple[str, Sequence[Field]]:
    """Return the path of a field as the tables have it, and the fields that lead there.

    Raises:
        UsageError: there is none; it says why, or names the nearest.
    """
    path = path_from(text.replace("[]", ""))
    steps = [step for step in path or () if isinstance(step, str)]
    if not steps:
        raise _unknown(text, "", [text])
    root = steps.pop(0) if steps and steps[0] in _ROOTS else "service"
    trail = [_ROOTS[root]]
    for step in steps:
        field = trail[-1]
        below = field.named_children.get(step)
        if below is not None:
            trail.append(below)
        elif field.kind not in {Kind.BLOCK_MAP, Kind.TEXT_MAP}:  # their keys are anybody's
            raise _unknown(text, root, steps)
    return ".".join(one.name for one in trail[root == "service" and len(trail) > 1 :]), trail


def _unknown(text: str, root: str, steps: Sequence[str]) -> UsageError:
    first = steps[0]
    if root == "service" and first in REMOVED_KEYS:
        return UsageError(f"{first}: newer servers ignore it, since {REMOVED_KEYS[first]}")
    if root == "service" and first in SERVER_OWNED:
        return UsageError(f"{first}: the server sets it; a manifest's value is never sent")
    paths = list(_every_path())
    meant = f"settings.{text}"
    hint = f"did you mean {meant}?" if meant in paths else did_you_mean(text, paths)
    known = hint or "`oscar-sync explain` lists the fields of a service, `explain settings` others"
    return UsageError(f"there is no field {text}; {known}")


def _every_path() -> Iterator[str]:
    yield from _ROOTS
    yield from _paths(SERVICE, "")
    yield from _paths(SETTINGS, "settings.")


def _paths(fields: Sequence[Field], prefix: str) -> Iterator[str]:
    for field in fields:
        yield f"{prefix}{field.name}"
        yield from _paths(field.children, f"{prefix}{field.name}.")
