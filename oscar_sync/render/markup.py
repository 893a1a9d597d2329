"""HTML and SVG by Jinja2: templates are files of this package, and escape what they show."""

import re
from functools import cache
from typing import Any, Final

from oscar_sync.render.words import safe, safe_lines


def rendered(template: str, **values: object) -> str:
    """Return *template* filled in: markup, which other templates take as it is."""
    from markupsafe import Markup

    text = _environment().get_template(template).render(values)
    markup: str = Markup(text)  # noqa: S704 - the template has escaped it
    return markup


def source_of(template: str) -> str:
    from markupsafe import Markup

    environment = _environment()
    assert environment.loader is not None  # noqa: S101 - it is made with one
    text = environment.loader.get_source(environment, template)[0]
    markup: str = Markup(text)  # noqa: S704 - a file of ours
    return markup


_LONGEST: Final = 600
_QUOTED: Final = re.compile(r"`([^`]+)`")


def _prose(text: str) -> str:
    """Return a sentence with what is in backticks as code."""
    parts = _QUOTED.split(text)  # every second one was quoted
    return rendered("prose.html", parts=parts) if len(parts) > 1 else text


def _brief(text: str) -> str:
    """Return as much of a text of a server or file as a page has room for."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@cache
def _environment() -> Any:
    """Return what reads the templates. Controls are shown as escapes wherever a value stands."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    def shown(value: object) -> object:
        return value if isinstance(value, Markup) else safe(str(value))

    environment = Environment(
        loader=PackageLoader("oscar_sync.render"),
        autoescape=True,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters["lines"] = lambda text: escape(safe_lines(text))
    environment.filters["prose"] = _prose
    environment.filters["brief"] = _brief
    environment.filters["counted"] = lambda number: f"{number:,}"
    return environment
