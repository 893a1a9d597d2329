"""Paths of ``ignore``: a misspelt one would let an apply overwrite what it was to leave alone."""

from collections.abc import Iterable, Mapping
from typing import Final

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.paths import dotted, path_from
from oscar_sync.documents.suggestion import closest
from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.form import Form
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import DesiredService
from oscar_sync.settings.codes import SettingsCode

_REMEDY: Final = (
    'write a path as a plan prints it, such as memory, input[0].path or labels["a.b/c"]'
)
_SECRETS: Final = ("environment", "secrets")
_LISTS: Final = (Kind.TEXTS, Kind.PORTS, Kind.BLOCKS)
_MAPS: Final = (Kind.TEXT_MAP, Kind.BLOCK_MAP)


def ignore_fault(text: str) -> tuple[str, str]:
    """Return why *text* is not a field that others may change, and what to do, or blanks."""
    path = path_from(text)
    if not path:
        return f"`{text}` is not the path of a field", _REMEDY
    if path[:2] == _SECRETS:
        remedy = "leave the secret blank in the manifest: the cluster then keeps its value"
        return f"{text} cannot be ignored: the cluster does not return secrets", remedy
    return _fault(BY_NAME, path, ()), _REMEDY


def _fault(fields: Mapping[str, Field], path: FieldPath, above: FieldPath) -> str:
    part, below = path[0], path[1:]
    field = fields.get(part) if isinstance(part, str) else None
    if field is not None:
        return _fault_below(field, below, (*above, part))
    nearest = closest(str(part), fields)
    hint = f"; did you mean {dotted((*above, nearest))}?" if nearest else ""
    return f"no field of a service is called {dotted((*above, part))}{hint}"


def _fault_below(field: Field, path: FieldPath, above: FieldPath) -> str:
    if not path:
        return ""
    part, below = path[0], path[1:]
    if field.kind is Kind.BLOCK:
        return _fault(field.named_children, path, above)
    if field.kind in _LISTS and not isinstance(part, int):
        return f"{dotted(above)} is a list: name an entry, as in {dotted((*above, 0, *path))}"
    if field.kind in _MAPS and isinstance(part, int):
        return f"{dotted(above)} is not a list"
    if field.kind not in (*_LISTS, *_MAPS):
        return f"{dotted(above)} has no fields"
    if below and field.children:
        return _fault(field.named_children, below, (*above, part))
    if field.kind is Kind.TEXT_MAP and below:
        return f"a name with dots is written as {dotted((*above, '.'.join(map(str, path))))}"
    return f"{dotted((*above, part))} has no fields" if below else ""


def check_ignored(
    settings: Settings, services: Iterable[DesiredService], text: str, findings: Findings
) -> None:
    """Warn of a label, annotation or variable that is named like one of the manifest's.

    Others may add one that no manifest has: only one that is much like another is doubted.
    """
    wanted = tuple(services)
    for entry in settings.services:
        forms = [one.form for one in wanted if entry.which.matches(one.key)]
        for ignored in entry.ignore:
            if meant := _name_like(ignored, forms):
                findings.add(
                    SettingsCode.IGNORED_NAME, entry.origin, f"services.{entry.which}.ignore",
                    f"no manifest of {entry.which} has {ignored}; did you mean {meant}?",
                    "correct the path, or delete it", text,
                )  # fmt: skip


def _name_like(ignored: str, forms: Iterable[Form]) -> str:
    """Return the path of a name of the manifest that *ignored* is like and is not, or blank."""
    *above, name = path_from(ignored) or ("",)
    names = {key for form in forms for key in _names_at(form, above)}
    nearest = "" if name in names else closest(str(name), sorted(names))
    return dotted((*above, nearest)) if nearest else ""


def _names_at(form: Form, path: list[str | int]) -> Iterable[str]:
    match path:
        case ["labels"]:
            return form.labels
        case ["annotations"]:
            return form.annotations
        case ["environment", "variables"]:
            return form.environment.variables
        case _:
            return ()
