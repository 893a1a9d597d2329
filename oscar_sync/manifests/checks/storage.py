"""Inputs, outputs, mounts and the providers they name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from oscar_sync.documents.paths import dotted
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.findings import WARNING
from oscar_sync.model.fdl_fields import PROVIDERS
from oscar_sync.model.origin import FieldPath
from oscar_sync.semantics.names import bucket_name_fault
from oscar_sync.semantics.paths import (
    BUCKET_OUTPUT_TYPES,
    DEFAULT_ID,
    INPUT_TYPES,
    LONGEST_FOLDER,
    OUTPUT_TYPES,
    ProviderName,
    bucket_of,
    normal_path,
    place_of,
    provider_of,
)

_bucket_fault = lru_cache(maxsize=4096)(bucket_name_fault)

_FIELDS: Final = {kind.name: kind.named_children for kind in PROVIDERS}
_NEEDED: Final = {
    "minio": ("endpoint", "access_key", "secret_key"),
    "s3": ("access_key", "secret_key"),
    "onedata": ("oneprovider_host", "token", "space"),
    "webdav": ("hostname", "login", "password"),
    "rucio": ("host", "account", "refresh_token"),
}
_MOUNT_TYPES: Final = frozenset({"minio", "s3", "webdav", "onedata", "rucio"})
_MOUNT_OPTIONS: Final = re.compile(r"[A-Za-z0-9 _.:=,/-]*")


def check(draft: ServiceDraft) -> None:
    """Note what no bucket or provider can serve (oscar-server 2.2, 6.2; 020-026, 114, 138)."""
    judged: set[ProviderName] = set()
    folders: dict[tuple[str, str], int] = {}
    for place, block in draft.blocks("input"):
        _io(draft, block, ("input", place), INPUT_TYPES, judged)
        _one_folder_each(draft, block, place, folders)
        _filters(draft, block, place)
    for place, block in draft.blocks("output"):
        _io(draft, block, ("output", place), OUTPUT_TYPES, judged)
    if draft.block("mount"):
        _mount(draft, judged)


def _io(
    draft: ServiceDraft,
    block: Mapping[str, Any],
    path: FieldPath,
    types: frozenset[str],
    judged: set[ProviderName],
) -> None:
    written = block.get("storage_provider")
    if not written:
        return
    provider = provider_of(written)
    if provider.type not in types:
        _unknown_type(draft, provider, written, (*path, "storage_provider"), types)
        return
    _defined(draft, provider, path, judged)
    if path[0] == "input" and provider.type == "minio" and provider.id != DEFAULT_ID:
        draft.say(
            ManifestCode.FOREIGN_INPUT,
            (*path, "storage_provider"),
            f"{dotted(path)}: uploads to {provider} start the service only if it is the "
            "cluster's own MinIO; the server refuses any other",
            "write minio.default",
        )
    if block.get("path"):
        _path(draft, block["path"], provider, path)


def _unknown_type(
    draft: ServiceDraft,
    provider: ProviderName,
    written: str,
    path: FieldPath,
    types: frozenset[str],
) -> None:
    kind = "input" if path[0] == "input" else "output"
    draft.say(
        ManifestCode.PROVIDER,
        path,
        f"{dotted(path)} {written}: {provider.type} is not a storage provider of an {kind}",
        f"write one of {', '.join(sorted(types))}, with .ID for one of storage_providers",
    )


def _defined(
    draft: ServiceDraft, provider: ProviderName, path: FieldPath, judged: set[ProviderName]
) -> None:
    if provider == ProviderName("minio", DEFAULT_ID) or provider in judged:
        return
    judged.add(provider)
    users = "input" if path[0] == "input" else "an output" if path[0] == "output" else "mount"
    accounts = draft.block("storage_providers").get(provider.type) or {}
    if provider.id not in accounts:
        default = "write minio.default, or " if provider.type == "minio" else ""
        draft.say(
            ManifestCode.PROVIDER,
            (*path, "storage_provider"),
            f"provider {provider} is not defined",
            f"{default}define storage_providers.{provider} with its credentials",
        )
        return
    _credentials(draft, provider, accounts[provider.id], users)


def _credentials(
    draft: ServiceDraft, provider: ProviderName, account: Mapping[str, Any], users: str
) -> None:
    blank = [name for name in _NEEDED[provider.type] if not account.get(name)]
    if not blank:
        return
    fields = _FIELDS[provider.type]
    names = f"{', '.join(blank[:-1])} and {blank[-1]}" if len(blank) > 1 else blank[0]
    are = "are" if len(blank) > 1 else "is"
    path = ("storage_providers", provider.type, provider.id)
    where = dotted(path)
    if not all(fields[name].is_secret for name in blank) or not any(account.values()):
        draft.say(
            ManifestCode.PROVIDER_CREDENTIALS,
            path,
            f"{where} is used by {users} but its {names} {are} empty",
            "fill them in, or give them by an overlay",
        )
        return
    draft.say(
        ManifestCode.PROVIDER_CREDENTIALS,
        path,
        f"{where} is used by {users} and its {names} {are} empty: "
        "what the cluster has is kept, and a new service cannot log in",
        "fill them in, or give them by an overlay",
        severity=WARNING,
    )


def _path(draft: ServiceDraft, written: str, provider: ProviderName, at: FieldPath) -> None:
    path = (*at, "path")
    normal = normal_path(written, provider, draft.name)
    if not normal:
        draft.say(ManifestCode.PATH, path, f"{dotted(path)} is empty", "write bucket/folder")
        return
    if _segments(draft, normal, path):
        return  # nobody meant its first part as a bucket
    if provider.type in BUCKET_OUTPUT_TYPES:
        _bucket(draft, bucket_of(normal), path)
        _folder(draft, place_of(normal)[1], path)


def _folder(draft: ServiceDraft, folder: str, path: FieldPath) -> None:
    size = len(folder.encode(errors="surrogatepass"))
    if size > LONGEST_FOLDER:
        message = f"{dotted(path)}: the folder has {size:,} bytes; {LONGEST_FOLDER:,} is the most"
        draft.say(ManifestCode.PATH, path, message, "write a shorter path")


def _segments(draft: ServiceDraft, normal: str, path: FieldPath) -> bool:
    """Note a path that no store takes as it is written, and tell whether it is one."""
    parts = normal.split("/")
    scheme, is_url, rest = normal.partition("://")
    if is_url and "/" not in scheme:
        message = f"{dotted(path)} {normal} is an address, not a bucket and a folder"
        draft.say(ManifestCode.PATH, path, message, f"write {rest or 'bucket/folder'}")
    elif "" in parts:
        message = f"{dotted(path)} {normal} has a doubled slash: no upload would ever match it"
        draft.say(ManifestCode.PATH, path, message, "write single slashes")
    elif "." in parts or ".." in parts:
        message = f"{dotted(path)} {normal} has a part . or .., which the store refuses"
        draft.say(ManifestCode.PATH, path, message, "write the path without them")
    else:
        return False
    return True


def _bucket(draft: ServiceDraft, name: str, path: FieldPath) -> None:
    fault = _bucket_fault(name)
    if fault:
        message = f"{dotted(path)}: the bucket's name {name} {fault}"
        remedy = "name a bucket of 3 to 63 lower-case letters, digits and hyphens"
        draft.say(ManifestCode.BUCKET_NAME, path, message, remedy)


def _one_folder_each(
    draft: ServiceDraft, block: Mapping[str, Any], place: int, folders: dict[tuple[str, str], int]
) -> None:
    provider = provider_of(block.get("storage_provider") or "")
    if provider.type != "minio" or not block.get("path"):
        return
    folder = place_of(normal_path(block["path"], provider, draft.name))
    other = folders.setdefault(folder, place)
    if other != place:
        draft.say(
            ManifestCode.TWO_INPUTS,
            ("input", place, "path"),
            f"input[{place}] is the folder {'/'.join(folder)}, as input[{other}] is",
            "delete one of them",
        )


def _filters(draft: ServiceDraft, block: Mapping[str, Any], place: int) -> None:
    for name in ("prefix", "suffix"):
        if block.get(name):
            draft.say(
                ManifestCode.INPUT_FILTER,
                ("input", place, name),
                f"input[{place}].{name} does nothing: every upload below the folder starts a job",
                "delete it, and test the file's name in the script",
            )


def _mount(draft: ServiceDraft, judged: set[ProviderName]) -> None:
    mount = draft.block("mount")
    written, path = mount.get("storage_provider", ""), mount.get("path", "")
    if not written and not path and not mount.get("options"):
        return
    if not written or not path.strip(" /"):
        missing = "path" if written else "storage_provider"
        draft.say(ManifestCode.MOUNT, ("mount",), f"mount.{missing} is missing",
                  "write storage_provider and path, or remove the mount")  # fmt: skip
        return
    provider = provider_of(written)
    if provider.type not in _MOUNT_TYPES:
        _unknown_type(draft, provider, written, ("mount", "storage_provider"), _MOUNT_TYPES)
        return
    _defined(draft, provider, ("mount",), judged)
    _segments(draft, path.strip(" /"), ("mount", "path"))
    if provider.type in BUCKET_OUTPUT_TYPES:
        _bucket(draft, bucket_of(path), ("mount", "path"))
        _folder(draft, place_of(path)[1], ("mount", "path"))
    if not _MOUNT_OPTIONS.fullmatch(mount.get("options", "")):
        draft.say(
            ManifestCode.MOUNT,
            ("mount", "options"),
            "mount.options has a character that the server refuses",
            "use letters, digits, blanks, -_.:=,/",
        )
