"""Who moved: each difference with its cause, from what the stamp says was applied (safety 3)."""

from collections.abc import Iterator, Sequence
from typing import Final

from oscar_sync.documents.paths import dotted
from oscar_sync.model.field import Value
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.form import Form, plain
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.compare import Difference
from oscar_sync.planning.sensitive import field_at, is_sensitive, shown_value
from oscar_sync.planning.sent import leaves
from oscar_sync.semantics.stamp import applied_of, field_hash

_EARLIER: Final = "(another value)"
_VARIABLES: Final = ("environment", "variables")


def attributed(
    differences: Sequence[Difference],
    desired: DesiredService,
    live: LiveService,
    wanted: Form,
    *,
    is_ours: bool,
    key: FingerprintKey | None = None,
) -> tuple[FieldChange, ...]:
    """Return *differences* as changes with cause and origin; leaves inherit their field's cause."""
    if not differences:
        return ()
    applied = applied_of(live.annotations) if is_ours else None
    changes: list[FieldChange] = []
    for item in differences:
        field = str(item.path[0])
        cause = Cause.UNKNOWN
        if applied is not None:
            before, after = (
                field_hash(field, plain(getattr(form, field)), live.owner)
                for form in (live.form, wanted)
            )
            cause = _cause(applied.get(field), before, after)
        changes.extend(_change(part, cause, desired, key) for part in _parts(item))
    return tuple(changes)


def _parts(item: Difference) -> Iterator[Difference]:
    """Yield *item*; a block that comes or goes with a secret in it is shown value by value."""
    # So each secret is masked by itself, and what is beside it is shown in clear.
    whole = item.before if item.op is Op.REMOVE else item.after
    field = field_at(item.path)
    if field is None or not _holds_secret(whole):
        yield item
        return
    for leaf in leaves(field, item.path, whole):
        is_gone = item.op is Op.REMOVE
        before, after = (leaf.value, None) if is_gone else (None, leaf.value)
        yield Difference(leaf.path, item.op, before, after)


def _holds_secret(value: Value) -> bool:
    inner = [*value.values()] if isinstance(value, dict) else value
    if not isinstance(inner, list):
        return False
    return any(isinstance(item, Secret) or _holds_secret(item) for item in inner)


def _cause(applied: str | None, live: str | None, wanted: str | None) -> Cause:
    if live == applied:
        return Cause.MANIFEST
    return Cause.CLUSTER if wanted == applied else Cause.BOTH


def _change(
    item: Difference, cause: Cause, desired: DesiredService, key: FingerprintKey | None
) -> FieldChange:
    before = shown_value(item.path, item.before, key)
    after = shown_value(item.path, item.after, key, desired.masks)
    is_given = item.path[:2] == _VARIABLES and item.path[-1] in desired.masks.given
    if before is not None and (is_given or after != shown_value(item.path, item.after, key)):
        before = _EARLIER  # it may be what the variable held before
    return FieldChange(
        dotted(item.path),
        item.op,
        before,
        after,
        cause,
        desired.locate(item.path),
        is_sensitive=is_sensitive(item.path),
    )
