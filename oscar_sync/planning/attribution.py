"""Who moved: each difference with its cause, from what the stamp says was applied (safety 3)."""

import hashlib
from collections.abc import Sequence

from oscar_sync.documents.paths import dotted
from oscar_sync.model.field import Form, Json, Value
from oscar_sync.model.plan import Cause, FieldChange
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.compare import Difference, is_sensitive
from oscar_sync.semantics.stamp import applied_of, field_hash


def attributed(
    found: Sequence[Difference],
    desired: DesiredService,
    live: LiveService,
    wanted: Form,
    *,
    is_ours: bool,
) -> tuple[FieldChange, ...]:
    """Return *found* as changes with cause and origin; leaves inherit their field's cause."""
    if not found:
        return ()
    applied = applied_of(live.annotations) if is_ours else None
    changes = []
    for item in found:
        field = str(item.path[0])
        cause = Cause.UNKNOWN
        if applied is not None:
            before, after = (
                field_hash(field, form.get(field), live.owner) for form in (live.form, wanted)
            )
            cause = _cause(applied.get(field), before, after)
        changes.append(_change(item, cause, desired))
    return tuple(changes)


def _cause(applied: str | None, live: str | None, wanted: str | None) -> Cause:
    if live == applied:
        return Cause.MANIFEST
    return Cause.CLUSTER if wanted == applied else Cause.BOTH


def _change(item: Difference, cause: Cause, desired: DesiredService) -> FieldChange:
    return FieldChange(
        dotted(item.path),
        item.op,
        shown_value(item.before),
        shown_value(item.after),
        cause,
        desired.locate(item.path),
        is_sensitive=is_sensitive(item.path),
    )


def shown_value(value: Value) -> Json:
    """Return *value* as the plan may show it: secrets as a word, never as themselves."""
    if isinstance(value, Secret):
        return _secret_word(value)
    if isinstance(value, dict):
        return {key: shown_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown_value(item) for item in value]
    return value


def _secret_word(value: Secret) -> str:
    """Return a word that changes with the value and cannot be turned back for a strong one.

    Provider credentials are machine-made keys; four digits of a plain hash tell two apart.
    """
    if not value:
        return ""
    return f"fp {hashlib.sha256(value.reveal().encode()).hexdigest()[:4]}"
