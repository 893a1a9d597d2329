"""What a newer release cannot read or build of what an older one stored (oscar-server 11).

No release migrates anything: a definition is read again from its ConfigMap by whatever runs.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.model.fdl_fields import REMOVED_KEYS
from oscar_sync.model.form import Form
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.capabilities import (
    CAPITAL_VARIABLES,
    HASHED_SECRET,
    NEW_BUCKETS_ONLY,
    NO_VISIBILITY,
    NUMBER_PORTS,
    OLD_DEPLOYMENT_NAME,
    WORD_IS_BUCKET,
    Release,
    Trait,
)
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.paths import BUCKET_OUTPUT_TYPES, provider_of
from oscar_sync.semantics.shapes import mapping_of, text_of

BETWEEN: Final[Release] = (3, 7, 1)
"""A release that can be written to, and that reads what every older one stored."""


def unreadable_ports(raw: Mapping[str, object], now: Release, then: Release) -> tuple[str, ...]:
    """Return the ports of a live service that *then* cannot read; it poisons the list."""
    # Until 4.1 ports are stored as numbers, ``nodePort: 0`` always; since 4.1 they are read as
    # lists alone, and one number makes the whole list of services fail.
    if NUMBER_PORTS.holds(then):
        return ()
    shown = mapping_of(raw.get("expose"))
    numbers = tuple(
        f"expose.{name}" for name in ("api_port", "nodePort") if isinstance(shown.get(name), int)
    )
    return numbers or (("expose.nodePort",) if NUMBER_PORTS.holds(now) else ())


def lost_fields(
    raw: Mapping[str, object], now: Release, then: Release
) -> Iterator[tuple[str, str]]:
    """Yield the fields of a live service that *then* ignores, each with what to write instead."""
    if _ends(NUMBER_PORTS, now, then):
        for name, instead in REMOVED_KEYS.items():
            if raw.get(name) not in (None, "", 0, []):
                yield name, instead.partition(": ")[2]


def loses_variables(raw: Mapping[str, object], now: Release, then: Release) -> bool:
    shown = mapping_of(raw.get("environment"))
    has_some = bool(shown.get("Variables") or shown.get("variables"))
    return has_some and _ends(CAPITAL_VARIABLES, now, then)


def cannot_be_built(form: Form, now: Release, then: Release) -> str:
    """Return why one POST in *then* does not create the live service, blank if it does (026)."""
    # Until 3.6 a POST took buckets that exist, so that two inputs of a service could share one.
    if NEW_BUCKETS_ONLY.holds(now) or not NEW_BUCKETS_ONLY.holds(then):
        return ""
    buckets = [bucket for bucket, _ in inputs(form)]
    twice = sorted({bucket for bucket in buckets if buckets.count(bucket) > 1})
    return f"two inputs are in bucket {twice[0]}, which it makes once for each" if twice else ""


def is_stuck(form: Form, now: Release, then: Release) -> bool:
    return is_exposed(form) and _ends(OLD_DEPLOYMENT_NAME, now, then)


def is_hidden(now: Release, then: Release) -> bool:
    return _ends(NO_VISIBILITY, now, then)


def leaves_secret(now: Release, then: Release) -> bool:
    """Tell whether a Secret of the service stays behind that *then* does not look for."""
    return _ends(HASHED_SECRET, now, then)


def moved_paths(raw: Mapping[str, object], now: Release, then: Release) -> tuple[str, ...]:
    """Return the paths that are a bucket now, and no longer with *then*."""
    if not _ends(WORD_IS_BUCKET, now, then):
        return ()
    entries = [*_list_of(raw.get("input")), *_list_of(raw.get("output"))]
    paths = (
        text_of(entry.get("path")).strip(" /")
        for entry in map(mapping_of, entries)
        if provider_of(text_of(entry.get("storage_provider"))).type in BUCKET_OUTPUT_TYPES
    )
    return tuple(dict.fromkeys(path for path in paths if path and "/" not in path))


def _list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _ends(trait: Trait, now: Release, then: Release) -> bool:
    return trait.holds(now) and not trait.holds(then)
