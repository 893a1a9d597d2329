"""Names that a shell completes: from the files here, without a request to a cluster.

Files with errors complete nothing: the command itself reports them.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from oscar_sync.errors import OscarSyncError
from oscar_sync.model.consent import Word
from oscar_sync.model.state import DesiredState
from oscar_sync.reconcile.desire import clusters_meant, desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.desire.selecting import label_words
from oscar_sync.semantics.buckets import in_out_buckets
from oscar_sync.semantics.volumes import named_volume

_SAFE: Final = re.compile(r"[\w./:=@%+*-]+")


def services(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return SERVICE, or CLUSTER/SERVICE where the files hold one name for two clusters."""
    del param
    found = _desired(ctx)
    return _beginning(incomplete, _services(found) if found else ())


def labels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del param
    found = _desired(ctx)
    return _beginning(incomplete, label_words(found.services) if found else ())


def buckets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the buckets that services of the files name, and those of the settings."""
    del param
    found = _desired(ctx)
    declared = [entry.which.name for entry in found.settings.buckets] if found else []
    return _beginning(incomplete, (*_buckets(found), *declared) if found else ())


def volumes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the volumes that services of the files name, and those of the settings."""
    del param
    found = _desired(ctx)
    if found is None:
        return []
    named = filter(None, (named_volume(service.form) for service in found.services))
    declared = (entry.which.name for entry in found.settings.volumes)
    return _beginning(incomplete, (*named, *declared))


def clusters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del param
    try:
        names = clusters_meant(_request(ctx), os.environ).names
    except (OscarSyncError, OSError):
        return []
    return _beginning(incomplete, names)


def overlays(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of the files in ``overlays/`` beside the settings file."""
    del param
    settings = ctx.params.get("settings")
    folder = Path(settings).parent if settings else Path()
    files = [path for path in folder.glob("overlays/*") if path.suffix in {".yaml", ".yml"}]
    return _beginning(incomplete, (path.stem for path in files))


def permissions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the words of ``--allow``, and what may follow the one that is typed."""
    del param
    word, colon, _ = incomplete.partition(":")
    if not colon:
        return _beginning(incomplete, (f"{known}:" for known in Word))
    found = _desired(ctx)
    if found is None or word not in set(Word):
        return []
    names = list(_services(found))
    buckets = _buckets(found)
    if word == Word.ERASE:
        names = [*buckets, *(f"{name}/volume" for name in names)]
    elif word == Word.ATTACH:
        names = [f"{name}={bucket}" for name in names for bucket in buckets]
    return _beginning(incomplete, (f"{word}:{name}" for name in names))


def _services(found: DesiredState) -> Iterable[str]:
    keys = [service.key for service in found.services]
    names = [key.name for key in keys]
    return (str(key) if names.count(key.name) > 1 else key.name for key in keys)


def _buckets(found: DesiredState) -> set[str]:
    return {bucket for service in found.services for bucket in in_out_buckets(service.form)}


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    # A shell runs what is on its line: a name such as `$(command)` is left to who types it.
    return sorted({name for name in names if name.startswith(incomplete) and _SAFE.fullmatch(name)})


def _desired(ctx: click.Context) -> DesiredState | None:
    try:
        return desire(_request(ctx, needs_clusters=False), os.environ)
    except (OscarSyncError, OSError):
        return None


def _request(ctx: click.Context, *, needs_clusters: bool = True) -> DesireRequest:
    return DesireRequest(
        paths=tuple(ctx.params.get("paths") or (".",)),
        settings_file=ctx.params.get("settings"),
        config=ctx.params.get("config"),
        needs_clusters=needs_clusters,
    )
