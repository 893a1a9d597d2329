"""Managed volumes: which one a service makes, and which one it only attaches (oscar-server 2.6)."""

from msgspec.structs import replace

from oscar_sync.model.form import Form


def made_volume(form: Form) -> str:
    """Return the name of the volume that a POST makes: the one with a ``size``; blank for none."""
    return form.volume.name if form.volume and form.volume.size else ""


def attached_volume(form: Form) -> str:
    """Return the name of the volume that must be there: one without ``size``; blank for none."""
    return form.volume.name if form.volume and not form.volume.size else ""


def named_volume(form: Form) -> str:
    return form.volume.name if form.volume else ""


def deleted_volume(form: Form) -> str:
    """Return the volume that a DELETE takes along, whoever else attaches it (oscar-server 5)."""
    return form.volume.name if form.volume and form.volume.lifecycle_policy == "delete" else ""


def size_of(form: Form) -> str:
    return form.volume.size if form.volume else ""


def attaching(form: Form) -> Form:
    if form.volume is None:
        return form
    return replace(form, volume=replace(form.volume, size="", lifecycle_policy=""))
