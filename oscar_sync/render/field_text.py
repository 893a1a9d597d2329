"""What the tables of fields say of one field, as text and as data, and its marks in a reference."""

from collections.abc import Iterator, Sequence

from oscar_sync.model.field import Compare, Field
from oscar_sync.semantics.capabilities import shown_release
from oscar_sync.semantics.updates import EFFECTS, change_of


def shown_default(field: Field) -> str:
    """Return the default of *field* as YAML writes it, blank if that says nothing."""
    value = field.default
    if value in (None, "", [], {}):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def marks(field: Field) -> Iterator[str]:
    """Yield what is special about a field of a service, in Markdown."""
    if field.is_required:
        yield "required"
    if field.is_secret:
        yield "secret"
    if field.compare is not Compare.EXACT:
        yield f"compared as {field.compare}"
    if default := shown_default(field):
        yield f"default `{default}`"
    if any(field.since):
        yield f"since {shown_release(field.since)}"
    if mark := EFFECTS[field.change].mark:
        yield mark
    if field.choices:
        yield "one of " + ", ".join(f"`{choice}`" for choice in field.choices if choice)


def field_document(path: str, trail: Sequence[Field], *, is_setting: bool) -> dict[str, object]:
    """Return what is known of the last field of *trail*, each of which holds the next."""
    field = trail[-1]
    effect = None if is_setting else EFFECTS[change_of(trail)]
    since = max(one.since for one in trail)
    return {
        "field": path,
        "type": str(field.kind),
        "description": field.doc,
        "default": field.default,
        "required": field.is_required,
        "secret": field.is_secret,
        "choices": [choice for choice in field.choices if choice],
        "since": shown_release(since) if any(since) else None,
        "compared": None if is_setting else str(field.compare),
        "update": effect.words if effect else None,
        "source": effect.source if effect else None,
        "fields": [
            {"name": one.name, "type": str(one.kind), "description": one.doc}
            for one in field.children
        ],
    }


def field_text(path: str, trail: Sequence[Field], *, is_setting: bool) -> str:
    field = trail[-1]
    effect = None if is_setting else EFFECTS[change_of(trail)]
    since = max(one.since for one in trail)
    rows = {
        "type": ", ".join((str(field.kind), *(["required"] if field.is_required else []))),
        "default": shown_default(field),
        "one of": ", ".join(filter(None, (*field.choices, *field.keys))),
        "since": f"OSCAR {shown_release(since)}" if any(since) else "",
        "secret": "its value is never shown" if field.is_secret else "",
        "compared": "" if field.compare is Compare.EXACT else f"as {field.compare}",
        "update": effect.words if effect else "",
        "source": effect.source if effect else "",
    }
    lines = [path, f"  {field.doc}"]
    lines += [f"  {name:<8}   {text}" for name, text in rows.items() if text]
    return "\n".join([*lines, *fields_lines(field.children)]) + "\n"


def fields_lines(fields: Sequence[Field]) -> Iterator[str]:
    """Yield a line for each of *fields*, under a heading."""
    if not fields:
        return
    width = max(len(one.name) for one in fields)
    kinds = max(len(one.kind) for one in fields)
    yield "fields:"
    for one in fields:
        yield f"  {one.name:<{width}}   {one.kind:<{kinds}}   {one.doc}"
