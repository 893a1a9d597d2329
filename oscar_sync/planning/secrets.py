"""Comparing secrets that cannot be read back, by keyed fingerprints (safety 4, 5, 7)."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.paths import dotted
from oscar_sync.model.consent import Consent
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.sensitive import WITHOUT_KEY, shown_print, shown_secret
from oscar_sync.semantics.stamp import secret_fingerprint, secrets_of

NOT_COMPARED: Final = "not compared"
"""What is shown of a secret on the cluster that no fingerprint tells."""


class SecretFindings(Struct, frozen=True):
    """What is known of a service's secrets.

    ``unknown_values`` are names that a PUT would need a value for and has none; ``not_compared``
    those whose live value nobody can tell; ``left`` those that no manifest declares any more and
    that stay injected, since the API cannot take the last ones away (oscar-server 4.5).
    ``used`` are the consents by which secrets are sent that could not be compared.
    """

    changes: tuple[FieldChange, ...] = ()
    unknown_values: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    used: frozenset[Consent] = frozenset()


def secret_findings(
    desired: DesiredService, live: LiveService, key: FingerprintKey | None
) -> SecretFindings:
    if not desired.secrets and not live.secret_names:
        return SecretFindings()
    stored = frozenset(live.secret_names)
    key_id, prints = secrets_of(live.annotations)
    known = prints if key is not None and key.id == key_id else {}
    changes: list[FieldChange] = []
    not_compared: list[str] = []
    for name in sorted({*stored, *desired.secrets}):
        change = _change(name, desired, stored, known, key)
        if change is not None:
            changes.append(change)
        elif desired.secrets.get(name) and name not in known:
            not_compared.append(name)
    return SecretFindings(
        tuple(changes),
        blank_names(desired.secrets, stored),
        tuple(not_compared),
        left=() if desired.secrets else tuple(sorted(stored)),
    )


def pushed(
    desired: DesiredService, findings: SecretFindings, used: frozenset[Consent]
) -> SecretFindings:
    changes = tuple(
        FieldChange(
            dotted(("environment", "secrets", name)),
            Op.CHANGE,
            NOT_COMPARED,
            "sent",
            Cause.MANIFEST,
            desired.locate(("environment", "secrets", name)),
            is_sensitive=True,
        )
        for name in findings.not_compared
    )
    return replace(findings, changes=(*findings.changes, *changes), not_compared=(), used=used)


def stamped_secrets(
    desired: DesiredService, live: LiveService, key: FingerprintKey | None
) -> tuple[FieldChange, ...]:
    """Return the secrets that a PUT sends which changes nothing else: each may be another value."""
    if not live.secret_names:
        return ()
    key_id, prints = secrets_of(live.annotations)
    known = prints if key is not None and key.id == key_id else {}
    changes = []
    for name, value in sorted(desired.secrets.items()):
        path = ("environment", "secrets", name)
        after = shown_secret(name, value, key)
        is_same = key is not None and known.get(name) == secret_fingerprint(key.secret, name, value)
        before = after if is_same else NOT_COMPARED
        changes.append(
            FieldChange(
                dotted(path), Op.SAME if is_same else Op.CHANGE, before, after, Cause.MANIFEST,
                desired.locate(path), is_sensitive=True,
            )
        )  # fmt: skip
    return tuple(changes)


def blank_names(secrets: Mapping[str, Secret], stored: frozenset[str]) -> tuple[str, ...]:
    """Return the names whose value is needed by a request and not known (record 030)."""
    if not secrets:
        return tuple(sorted(stored))
    return tuple(sorted(name for name, value in secrets.items() if not value))


def _change(
    name: str,
    desired: DesiredService,
    stored: frozenset[str],
    known: Mapping[str, str],
    key: FingerprintKey | None,
) -> FieldChange | None:
    value = desired.secrets.get(name)
    path = dotted(("environment", "secrets", name))
    origin = desired.locate(("environment", "secrets", name))
    after = None if value is None else shown_secret(name, value, key)
    if value is None:
        if not desired.secrets:
            return None  # the block is left out: the names stay listed only until the next PUT
        return FieldChange(
            path, Op.REMOVE, WITHOUT_KEY, None, Cause.MANIFEST, origin, is_sensitive=True
        )
    if name not in stored:
        return FieldChange(path, Op.ADD, None, after, Cause.MANIFEST, origin, is_sensitive=True)
    if not value or key is None or name not in known:
        return None
    if known[name] == secret_fingerprint(key.secret, name, value):
        return None
    before = shown_print(known[name])
    return FieldChange(path, Op.CHANGE, before, after, Cause.MANIFEST, origin, is_sensitive=True)
