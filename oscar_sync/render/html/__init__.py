"""One self-contained page, and the same in a notebook."""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.render.markup import rendered
from oscar_sync.render.subject import Subject


def html(subject: Subject) -> str:
    from oscar_sync.render.html.page import page

    return page(subject, has_script=True)


def html_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    from oscar_sync.render.html.page import page_of_input

    return page_of_input(diagnostics)


def html_cell(subject: Subject) -> str:
    """Return *subject* as the output of a notebook's cell."""
    # The page has a frame: neither its style nor the notebook's reaches the other.
    from oscar_sync.render.html.page import page

    return rendered("cell.html", title=subject.title, page=page(subject, has_script=False))
