"""``oscar-sync storage rm``."""

from collections.abc import Sequence
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.asking import is_confirmed
from oscar_sync.cli.border import say
from oscar_sync.cli.deleting import deletion_of
from oscar_sync.cli.output import Output, outputs_of
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.request import connections_of
from oscar_sync.cli.storage.places import StoragePlace, place_of
from oscar_sync.cli.storage.transfer import SERVICE, opened
from oscar_sync.cli.tables import FORMATS, show_words
from oscar_sync.client.connection import Oscar
from oscar_sync.errors import StoreError, UsageError
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit
from oscar_sync.model.settings import OWN_STORE
from oscar_sync.reconcile.observe import own_store_of
from oscar_sync.render.words import size
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.semantics.stores import is_own_store
from oscar_sync.storage.buckets import BucketProvider
from oscar_sync.storage.stored import Provider, StoredFile

_NAMED: Final = 10


@given.command(
    "rm",
    "oscar-sync storage rm thumbnails/out/cat.png",
    "oscar-sync storage rm -r thumbnails/out/2025/ --yes --objects 12",
)
@click.argument("place", shell_complete=given.BUCKETS)
@click.option("-r", "--recursive", is_flag=True, help="Delete all files below the folder PLACE.")
@click.option(
    "--objects", type=given.Whole(0), metavar="NUMBER",
    help="Go on only if this many files are deleted. With -r, --yes needs it.",
)  # fmt: skip
@given.YES
@SERVICE
@given.one_cluster
@given.formats(*FORMATS)
def command(place: str, recursive: bool, objects: int | None, **options: Any) -> int:
    """Delete the file at PLACE, after a question that names what goes. Nothing brings it back.

    On the cluster's own store only in buckets of mine. A bucket that is used is never emptied as a
    whole: name a folder in it.
    """
    outputs = outputs_of(options["outputs"], FORMATS)

    def remove(oscar: Oscar) -> Exit:
        where = place_of(place)
        users = ""
        if _is_own_store(oscar, where, options["service"]):
            blocked, users = _guard(where, options)
            if blocked:
                return blocked
        provider = opened(oscar, where, options["service"])
        files = _files(provider, where, is_recursive=recursive)
        if objects is not None and objects != len(files):
            say(f"error: nothing was deleted: {where} holds {_shown(files)}, not {objects}")
            return Exit.STALE
        is_yes = options["yes"] and (objects is not None or not recursive)
        hint = f"--yes --objects {len(files)}" if recursive else "--yes"
        if users and is_yes:
            say(f"note: {users}")
        meant = f"{oscar.cluster.id} ({users})" if users else oscar.cluster.id
        question = f"{_listing(files)}\nDelete {_shown(files)} on {meant}?"
        if (refused := is_confirmed(question, is_yes=is_yes, hint=hint)) is not None:
            return refused
        if _files(provider, where, is_recursive=recursive) != files:
            say(f"error: nothing was deleted: what is at {where} changed in the meantime")
            return Exit.STALE
        return removed(provider, where, files, outputs, is_recursive=recursive)

    return on_cluster(options, outputs, remove)


def _is_own_store(oscar: Oscar, where: StoragePlace, service: str) -> bool:
    """Tell whether files go from the cluster's own store, under any name that leads to it."""
    if where.provider == OWN_STORE or not service:
        return where.provider == OWN_STORE
    form = live_service(oscar.cluster.id, service_of(oscar, service).definition).form
    own = mapping_of(oscar.api.config().get("minio_provider"))
    return is_own_store(form, where.provider, own_store_of(oscar.cluster, own))


def _guard(where: StoragePlace, options: dict[str, Any]) -> tuple[Exit | None, str]:
    """Return the exit code where nothing may go, and who uses the bucket, for the question."""
    bucket, _, key = where.path.partition("/")
    connections = connections_of(options)
    try:
        plan = deletion_of(bucket, options, connections).draft.plan
    finally:
        connections.close()
    for item in plan.blocked:
        if item.code == "still-declared":
            continue
        if item.code == "bucket-in-use" and key:
            return None, item.message
        say(f"error: blocked ({item.code}): {item.message}")
        for way in ("name a folder in it",) if item.code == "bucket-in-use" else item.ways_out:
            say(f"to continue: {way}")
        return Exit.BLOCKED, ""
    return None, ""


def _files(provider: Provider, where: StoragePlace, *, is_recursive: bool) -> list[StoredFile]:
    """Raises UsageError: nothing is there, or a folder without ``-r``."""
    if not is_recursive:
        found = list(provider.list_files(where.path))
        exact = [one for one in found if one.path.strip("/") == where.path]
        if found and (where.is_folder or not exact):
            raise UsageError(f"{where} is a folder: give -r for everything below it")
    elif isinstance(provider, BucketProvider):
        exact = list(provider.list_exactly(where.path))
    else:
        exact = list(provider.list_files(f"{where.path}/"))
    if not exact:
        raise UsageError(f"there is no file at {where}")
    return sorted(exact, key=lambda one: one.path)


def _listing(files: Sequence[StoredFile]) -> str:
    lines = [f"  {one.path} ({size(one.size_bytes)})" for one in files[:_NAMED]]
    if len(files) > _NAMED:
        lines.append(f"  and {plural(len(files) - _NAMED, 'more file')}")
    return "\n".join(lines)


def _shown(files: Sequence[StoredFile]) -> str:
    return f"{plural(len(files), 'file')} ({size(sum(one.size_bytes for one in files))})"


def removed(
    provider: Provider,
    where: StoragePlace,
    files: Sequence[StoredFile],
    outputs: Sequence[Output],
    *,
    is_recursive: bool,
) -> Exit:
    failed: dict[str, str] = {}
    if isinstance(provider, BucketProvider):
        failed.update(provider.delete_many(one.path for one in files))
    else:
        for one in files:
            try:
                provider.delete(one.path)
            except StoreError as error:
                failed[one.path] = str(error)
    try:
        left = {one.path for one in _files(provider, where, is_recursive=is_recursive)}
    except UsageError:
        left = set()
    kept = {one.path for one in files} & {*left, *failed}
    for path in sorted(kept):
        say(f"error: {path} is still there: {failed.get(path, 'the store accepted its deletion')}")
    gone = [one for one in files if one.path not in kept]
    document = {
        "deleted": [{"path": one.path, "size_bytes": one.size_bytes} for one in gone],
        "not_deleted": sorted(kept),
    }
    show_words(outputs, f"deleted {_shown(gone)}", document)
    if not kept:
        return Exit.OK
    return Exit.PARTIAL if gone else Exit.UNREACHABLE
