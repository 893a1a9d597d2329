"""What the requests of an action carry: field by field for people, as one hash for the digest.

A plan is a contract only if nothing is sent that it does not show (trust 1.1, 1.2).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.paths import dotted, field_of
from oscar_sync.documents.text import text_hash
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Compare, Field, Kind, Value
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.form import Form, mapping_of
from oscar_sync.model.masks import Masks
from oscar_sync.model.material import (
    BucketMaterial,
    CreateMaterial,
    EraseMaterial,
    FingerprintKey,
    Material,
    PutMaterial,
    RenameMaterial,
    ReplaceMaterial,
    SeedMaterial,
    VolumeMaterial,
)
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService
from oscar_sync.planning.sensitive import is_sensitive, shown_value
from oscar_sync.semantics.access import seen_of
from oscar_sync.semantics.quantities import same_quantity
from oscar_sync.semantics.secret_names import names_secret
from oscar_sync.semantics.stamp import secret_fingerprint

_FIRST: Final = ("image", "script")
_IN_ORDER: Final = sorted(
    (field for field in SERVICE if field.name != "name"), key=lambda field: field.name not in _FIRST
)
_HOLDING: Final = {Kind.BLOCK: dict, Kind.BLOCK_MAP: dict, Kind.BLOCKS: list, Kind.TEXT_MAP: dict}
_REFERENCE: Final = re.compile(r"\$\{(\w+)")


class Leaf(Struct, frozen=True):
    path: FieldPath
    value: Value


def additions(desired: DesiredService, key: FingerprintKey | None) -> tuple[FieldChange, ...]:
    return tuple(_addition(leaf, desired, key) for leaf in _sent(desired))


def unchanged(
    changes: Sequence[FieldChange], desired: DesiredService, key: FingerprintKey | None
) -> tuple[FieldChange, ...]:
    """Return what *desired* says beside *changes* and the fields at their defaults."""
    same = (_addition(leaf, desired, key) for leaf in _beside(changes, desired))
    return tuple(replace(change, op=Op.SAME, before=change.after) for change in same)


def unchanged_count(changes: Sequence[FieldChange], desired: DesiredService) -> int:
    """Return how many :func:`unchanged` would return: most plans show that alone."""
    return sum(1 for _ in _beside(changes, desired))


def _beside(changes: Sequence[FieldChange], desired: DesiredService) -> Iterator[Leaf]:
    changed: dict[str, list[str]] = {}
    for change in changes:
        changed.setdefault(field_of(change.path), []).append(change.path)
    for leaf in _sent(desired):
        outer = changed.get(str(leaf.path[0]))
        if outer is None or not _is_within(dotted(leaf.path), outer):
            yield leaf


def _addition(leaf: Leaf, desired: DesiredService, key: FingerprintKey | None) -> FieldChange:
    return FieldChange(
        dotted(leaf.path),
        Op.ADD,
        None,
        shown_value(leaf.path, leaf.value, key, desired.masks),
        Cause.MANIFEST,
        desired.locate(leaf.path),
        is_sensitive=is_sensitive(leaf.path),
    )


def _is_within(path: str, changed: Sequence[str]) -> bool:
    """Tell whether *path* is one of the *changed* ones, or in one, or holds one."""
    return any(
        longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))
        for shorter, longer in (sorted((path, other), key=len) for other in changed)
    )


def _sent(desired: DesiredService) -> Iterator[Leaf]:
    said = mapping_of(desired.form)
    for field in _IN_ORDER:
        yield from leaves(field, (field.name,), said.get(field.name))
        if field.name == "environment":
            for name, secret in sorted(desired.secrets.items()):
                yield Leaf(("environment", "secrets", name), secret)


def leaves(field: Field, path: FieldPath, value: Value) -> Iterator[Leaf]:
    """Yield each value at or below *path* that is not at its default."""
    # A block of a list (an input, an output) stays whole unless it may hold a secret: what is
    # beside a secret is shown in clear.
    if not isinstance(value, _HOLDING.get(field.kind, ())):
        if not _is_default(field, value):
            yield Leaf(path, value)
        return
    match field.kind:
        case Kind.BLOCK if isinstance(value, dict):
            for child in field.children:
                yield from leaves(child, (*path, child.name), value.get(child.name))
        case Kind.BLOCK_MAP if isinstance(value, dict):
            for name in sorted(value):
                inner = replace(field, kind=Kind.BLOCK)
                yield from _or_empty((*path, name), leaves(inner, (*path, name), value[name]))
        case Kind.BLOCKS if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _of_entry(field, (*path, index), item)
        case Kind.TEXT_MAP if isinstance(value, dict):  # pragma: no branch - by _HOLDING
            yield from (Leaf((*path, name), value[name]) for name in sorted(value))


def _of_entry(field: Field, path: FieldPath, item: Value) -> Iterator[Leaf]:
    inner = replace(field, kind=Kind.BLOCK)
    if any(child.is_secret for child in field.children):
        yield from _or_empty(path, leaves(inner, path, item))
    elif isinstance(item, dict):  # pragma: no branch - a normal form holds nothing else
        said = {child.name: item.get(child.name) for child in field.children}
        yield Leaf(
            path,
            {
                child.name: said[child.name]
                for child in field.children
                if not _is_default(child, said[child.name])
            },
        )


def _or_empty(path: FieldPath, within: Iterator[Leaf]) -> Iterator[Leaf]:
    """Yield *within*; a block that says nothing of its own is still there."""
    first = next(within, None)
    yield first if first is not None else Leaf(path, {})
    yield from within


def _is_default(field: Field, value: Value) -> bool:
    if value == field.default or value is None or value in ("", [], {}):
        return True
    if isinstance(value, Secret):
        return not value
    return field.compare is Compare.QUANTITY and same_quantity(str(value), str(field.default))


def sends_of(material: Material, key: FingerprintKey | None) -> str:
    """Return a hash (32 hex digits) of all that the requests made of *material* carry."""
    # A secret's value is in it by keyed fingerprint; without a *key* only whether there is one. So
    # is what a variable put in: the hash is public, and everything else in it may be known to who
    # wrote the branch, so that a weak value could be found by trying. Without a key a variable that
    # is called like a secret counts by its name alone, another by its value.
    encode = msgspec.json.Encoder(enc_hook=partial(_hidden, key), order="sorted").encode
    return hashlib.sha256(encode(_carried(material, key))).hexdigest()[:32]


def is_covered(material: Material, key: FingerprintKey | None) -> bool:
    masks = material.masks
    return key is not None or not any(
        _names_secret(one.written) for one in (*masks.wholes, *masks.parts)
    )


def _names_secret(written: str) -> bool:
    return any(map(names_secret, _REFERENCE.findall(written)))


def _hidden(key: FingerprintKey | None, value: object) -> object:
    if not isinstance(value, Secret):
        raise NotImplementedError(type(value).__name__)
    return secret_fingerprint(key.secret, "", value) if key and value else bool(value)


def _carried(material: Material, key: FingerprintKey | None) -> dict[str, object]:
    form = partial(_of_form, material.masks, key)
    return {
        "owner": material.owner,
        "first_form": None,
        "form": None,
        "secrets": {**material.secrets},
        "stamp": material.stamp,
        "uploads": [],
        "extra": (),
        "provider": "",
        "credentials": {},
        "prefetch": material.image_prefetch,
        "erasures": {
            name: (item.facts.owner, item.facts.from_service, *filter(None, [item.facts.set_name]))
            for name, item in material.erasures.items()
        },
        "before": _carried(material.before, key) if isinstance(material, ReplaceMaterial) else None,
        **_of_kind(material, key, form),
    }


def _of_kind(
    material: Material, key: FingerprintKey | None, form: Callable[[Form], object]
) -> dict[str, object]:
    match material:
        case RenameMaterial():
            return {"first": _carried(material.first, key), "old": _carried(material.before, key)}
        case CreateMaterial():
            return {"first_form": form(material.first_form), "form": form(material.form)}
        case PutMaterial():
            before = {
                "forms_before": [form(one) for one in material.forms_before],
                "stamp_before": material.stamp_before,
            }
            return {"form": form(material.form), **(before if material.forms_before else {})}
        case SeedMaterial():
            return {
                "uploads": [(one.path, one.size_bytes, one.checksum) for one in material.uploads],
                "extra": material.extra,
                "provider": material.provider,
                "credentials": {**material.credentials},
            }
        case EraseMaterial():
            return {}
        case BucketMaterial():
            planned = material.planned
            return {
                "marks": {**material.marks},
                "planned": planned and seen_of(planned),
            }
        case VolumeMaterial():
            return {"size": material.size}
        case _:
            assert_never(material)


def _of_form(masks: Masks, key: FingerprintKey | None, form: Form) -> dict[str, object]:
    short: dict[str, Value] = {**mapping_of(form), "script": text_hash(form.script)}
    if not masks.wholes and not masks.parts:
        return dict(short)
    return {name: _of_value(masks, key, name, value) for name, value in short.items()}


def _of_value(masks: Masks, key: FingerprintKey | None, field: str, value: Value) -> object:
    if isinstance(value, dict):
        return {name: _of_value(masks, key, field, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_of_value(masks, key, field, item) for item in value]
    if value is None or isinstance(value, Secret):
        return value
    written = masks.shown(field, value)
    if written is None:
        return value
    if key is not None:
        return Secret(str(value))
    return written if _names_secret(written) else value
