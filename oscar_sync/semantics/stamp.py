"""The stamp: state that is kept on the cluster, as annotations of the service (safety 3)."""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.field import Compare, Value
from oscar_sync.model.form import Form, mapping_of, plain
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.federation import WORKER
from oscar_sync.semantics.normal_form import (
    CARRIED_LABELS,
    INJECTED_VARIABLES,
    STAMP_PREFIX,
    normal_form,
)
from oscar_sync.semantics.quantities import canonical_quantity

OWNER: Final = f"{STAMP_PREFIX}owner"
APPLIED: Final = f"{STAMP_PREFIX}applied"
SECRETS: Final = f"{STAMP_PREFIX}secrets"
HOOKS: Final = f"{STAMP_PREFIX}hooks"
DETACHED: Final = f"{STAMP_PREFIX}detached"
REVISION: Final = f"{STAMP_PREFIX}revision"
"""Which commit the service was written from: shown, and never compared."""
STAMP_KEYS: Final = frozenset({OWNER, APPLIED, SECRETS, HOOKS, DETACHED})

SET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

_MARKS: Final = (STAMP_PREFIX, WORKER)
_VERSION: Final = "v1"
_SHORT: Final = 64
_REVISION: Final = re.compile(r"[0-9a-f]{40}(\+changes)?")
_NOT_HASHED: Final = frozenset({"name", "cluster_id", "clusters"})


class Owner(Struct, frozen=True):
    set_name: str
    identity: str
    service: str


def owner_stamp(set_name: str, identity: str, service: str) -> str:
    return f"{set_name}/{identity}/{service}"


def owner_of(annotations: Mapping[str, str]) -> Owner | None:
    set_name, _, rest = annotations.get(OWNER, "").partition("/")
    identity, _, service = rest.rpartition("/")
    if not (set_name and identity and service):
        return None
    return Owner(set_name, identity, service)


def is_copied(owner: Owner, service: str, others: Collection[str]) -> bool:
    """Tell whether a mark of one's own set was made for another service than *service*."""
    # Federation copies the origin's annotations to its workers, and so does a POST of what a GET
    # showed. *others* are the identities of the run's other clusters: a mark that names none of
    # them is this cluster's, under a name that it had before (trust 2.1).
    return owner.service != service or owner.identity in others


def marks_of(annotations: Mapping[str, str]) -> dict[str, str]:
    """Return those *annotations* that say whose a service is and what is under way with it."""
    # They are not part of the normal form, and a write rests on them all the same (trust 2.2).
    return {
        key: text for key, text in annotations.items() if key.startswith(_MARKS) and key != REVISION
    }


def revision_of(live: LiveService) -> str:
    """Return the commit that *live* was last written from, blank where its mark does not say it."""
    # Federation copies the origin's annotations, and anybody may write any.
    owner, text = owner_of(live.annotations), live.annotations.get(REVISION, "")
    is_copy = WORKER in live.annotations or owner is None or owner.service != live.key.name
    return text if not is_copy and _REVISION.fullmatch(text) else ""


def applied_stamp(form: Form, owner: str = "") -> str:
    """Return the value of the applied annotation: a short hash of each top-level field."""
    hashes = field_hashes(form, owner)
    return " ".join([_VERSION, *(f"{name}={short}" for name, short in sorted(hashes.items()))])


def applied_of(annotations: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return the hash of each field as last applied, None where nothing says it."""
    version, _, rest = annotations.get(APPLIED, "").partition(" ")
    if version != _VERSION:
        return None
    return dict(pair.split("=", 1) for pair in rest.split() if "=" in pair)


def is_as_applied(annotations: Mapping[str, str], form: Form, owner: str) -> bool:
    applied = applied_of(annotations) or {}
    now = field_hashes(form, owner)
    return all(now.get(name) == short for name, short in applied.items())


def field_hashes(form: Form, owner: str = "") -> dict[str, str]:
    """Return a hash (8 hex digits) of each top-level field, without secrets."""
    # What the server puts in by itself is left out: injected labels and variables, and the *owner*
    # among the users (oscar-server 3.1, 3.2).
    return {
        name: short
        for name, value in mapping_of(form).items()
        if (short := field_hash(name, value, owner)) is not None
    }


def field_hash(name: str, value: Value, owner: str = "") -> str | None:
    """Return the hash of one top-level field, None where the stamp does not speak of it."""
    if name in _NOT_HASHED or value is None:
        return None
    kept = comparable(name, value, owner)
    if (
        isinstance(kept, bool | int | str)
        and len(str(kept)) < _SHORT  # pragma: no mutate - the hash is the same without the cache
    ):
        return _short_hash(kept)
    return _hash(kept)[:8]


@lru_cache(maxsize=4096)  # most fields of most services hold one of a few values
def _short_hash(value: bool | int | str) -> str:  # noqa: FBT001 - a value, not a switch
    return _hash(value)[:8]


def comparable(name: str, value: Value, owner: str = "") -> Value:
    if name == "labels" and isinstance(value, dict):
        return {key: text for key, text in value.items() if key not in CARRIED_LABELS}
    if name == "environment" and isinstance(value, dict):
        variables = value.get("variables")
        named = variables if isinstance(variables, dict) else {}
        return {key: text for key, text in named.items() if key not in INJECTED_VARIABLES}
    if name == "allowed_users" and isinstance(value, list):
        return [user for user in value if user != owner]
    field = BY_NAME.get(name)
    if field is not None and field.compare is Compare.QUANTITY:
        return canonical_quantity(str(value))
    return value


def live_fingerprint(
    form: Form,
    owner: str,
    bucket_list: Iterable[str],
    annotations: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a hash (16 hex digits) of a live service: form, owner, per-user buckets, marks."""
    whole: Value = {
        "form": mapping_of(form),
        "owner": owner,
        "buckets": [*sorted(bucket_list)],
        "marks": {**marks_of(annotations)},
    }
    return hashlib.sha256(_AS_SORTED_JSON(whole)).hexdigest()[:16]


def fingerprint_of(live: LiveService) -> str:
    return live_fingerprint(live.form, live.owner, live.bucket_list, live.annotations)


def _hash(value: Value) -> str:
    return hashlib.sha256(_AS_JSON(value).encode()).hexdigest()


def _masked(value: Secret) -> bool:
    return bool(value)


_AS_SORTED_JSON: Final = msgspec.json.Encoder(enc_hook=_masked, order="sorted").encode
"""A fifth of the time; what is in stamps keeps the text that it was hashed from."""


_AS_JSON: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=True, default=_masked).encode


def secret_fingerprint(key: Secret, name: str, value: Secret) -> str:
    """Return the keyed fingerprint (16 hex digits) of a secret's name and value (safety 7)."""
    message = f"{name}\0{value.reveal()}".encode()
    return hmac.new(key.reveal().encode(), message, hashlib.sha256).hexdigest()[:16]


def secrets_stamp(key_id: str, fingerprints: Mapping[str, str]) -> str:
    pairs = (f"{quote(name, safe='')}={print_}" for name, print_ in sorted(fingerprints.items()))
    return " ".join([f"{_VERSION}:{key_id}", *pairs])


def secrets_of(annotations: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return key id and fingerprint of each secret; blank and none where nothing says it."""
    head, _, rest = annotations.get(SECRETS, "").partition(" ")
    version, _, key_id = head.partition(":")
    if version != _VERSION:
        return "", {}
    pairs = (pair.split("=", 1) for pair in rest.split() if "=" in pair)
    return key_id, {unquote(name): print_ for name, print_ in pairs}


class HookMark(Struct, frozen=True):
    """A notification that our mark names: it must exist, or with ``is_gone`` must not."""

    bucket: str
    prefix: str
    is_gone: bool = False


def hooks_stamp(hook_marks: Iterable[HookMark]) -> str:
    """Return the value of the hooks annotation: ``<bucket>/<folder>/ ... !<bucket>/<folder>/``."""
    words = {
        f"{'!' if mark.is_gone else ''}{mark.bucket}/{quote(mark.prefix)}" for mark in hook_marks
    }
    return " ".join(sorted(words))


def hooks_of(annotations: Mapping[str, str]) -> tuple[HookMark, ...]:
    return tuple(_hook_mark(word) for word in annotations.get(HOOKS, "").split() if "/" in word)


def _hook_mark(word: str) -> HookMark:
    bucket, _, prefix = word.removeprefix("!").partition("/")
    return HookMark(bucket, unquote(prefix), is_gone=word.startswith("!"))


def detached_stamp(purpose: str, buckets: Iterable[str]) -> str:
    """Return the value of the detached annotation; *purpose* is ``remove`` or ``replace``."""
    return " ".join([purpose, *sorted(buckets)])


def detached_of(annotations: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    words = annotations.get(DETACHED, "").split()
    if not words or words[0] not in ("remove", "replace"):
        return "", ()
    return words[0], tuple(words[1:])


def dropped_stamp(buckets: Iterable[str]) -> str:
    words = sorted(set(buckets))
    return " ".join(["update", *words]) if words else ""


def dropped_of(annotations: Mapping[str, str]) -> tuple[str, ...]:
    words = annotations.get(DETACHED, "").split()
    return tuple(words[1:]) if words[:1] == ["update"] else ()


_PARKED: Final = ("input", "output", "mount", "isolation_level")


def parked_stamp(form: Form) -> str:
    """Return the value of the detached annotation that brings back what *form* says of buckets."""
    # For a service that is about to be forgotten and has its inputs taken out on the way.
    fields: Value = {name: plain(getattr(form, name)) for name in _PARKED}
    return f"forget {quote(_AS_JSON(fields), safe='')}"


def unparked(form: Form, annotations: Mapping[str, str]) -> Form:
    """Return *form* with what was taken out of it on the way to forget it, as *annotations* say."""
    purpose, _, text = annotations.get(DETACHED, "").partition(" ")
    if purpose != "forget":
        return form
    try:
        fields = json.loads(unquote(text))
    except ValueError:
        return form
    if not isinstance(fields, dict) or fields.keys() != set(_PARKED):
        return form
    parked = normal_form({**fields, "name": form.name}, is_live=True)
    return replace(form, **{name: getattr(parked, name) for name in _PARKED})
