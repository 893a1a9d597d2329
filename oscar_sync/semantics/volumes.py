"""Managed volumes: which one a service makes, and which one it only attaches (oscar-server 2.6)."""

from oscar_sync.model.field import Form, Value


def made_volume(form: Form) -> str:
    """Return the name of the volume that a POST makes: the one with a ``size``; blank for none."""
    return _named(form, has_size=True)


def attached_volume(form: Form) -> str:
    """Return the name of the volume that must be there: one without ``size``; blank for none."""
    return _named(form, has_size=False)


def named_volume(form: Form) -> str:
    """Return the name of the volume that the service has, made or attached; blank for none."""
    return made_volume(form) or attached_volume(form)


def deleted_volume(form: Form) -> str:
    """Return the volume that a DELETE takes along, whoever else attaches it (oscar-server 5)."""
    volume = form.get("volume")
    if not isinstance(volume, dict) or volume.get("lifecycle_policy") != "delete":
        return ""
    return str(volume["name"])


def size_of(form: Form) -> str:
    """Return the size of the volume that the service makes, blank for none."""
    volume = form.get("volume")
    return str(volume["size"]) if isinstance(volume, dict) else ""


def attaching(form: Form) -> dict[str, Value]:
    """Return *form* so that it attaches the volume that it names, and makes none."""
    volume = form.get("volume")
    if not isinstance(volume, dict):
        return {**form}
    return {**form, "volume": {**volume, "size": "", "lifecycle_policy": ""}}


def _named(form: Form, *, has_size: bool) -> str:
    volume = form.get("volume")
    if not isinstance(volume, dict) or bool(volume["size"]) is not has_size:
        return ""
    return str(volume["name"])
