"""Services in normal form."""

from oscar_sync.semantics.normal_form import normal_form


def form(name="alpha", **fields):
    """Return the form of a service whose definition says *fields*."""
    return normal_form({"name": name, **fields}, is_live=False)
