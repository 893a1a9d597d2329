"""The annotations of ours that a request carries (safety 3, 7)."""

from collections.abc import Callable

from oscar_sync.model.form import Form
from oscar_sync.model.material import CreateMaterial, FingerprintKey, Material, UpdateMaterial
from oscar_sync.semantics.stamp import (
    APPLIED,
    DETACHED,
    HOOKS,
    OWNER,
    REVISION,
    SECRETS,
    applied_stamp,
    owner_stamp,
    secret_fingerprint,
    secrets_of,
    secrets_stamp,
)


def stamp_for(
    form: Form,
    material: Material,
    key: Callable[[], FingerprintKey | None],
    revision: Callable[[], str] = str,
) -> dict[str, str]:
    """Return the annotations for a request that sends *form*."""
    # Fingerprints are written for the secrets that the request sends; a request that sends none
    # keeps those that stand.
    wish = material.stamp
    if wish.is_taken_off:
        return {}
    stamp = {}
    if wish.hooks:
        stamp[HOOKS] = wish.hooks
    if wish.detached:
        stamp[DETACHED] = wish.detached
    if not wish.set_name:
        return stamp
    owner = material.live.owner if material.live else ""
    stamp[OWNER] = owner_stamp(wish.set_name, material.cluster.identity, form.name)
    stamp[APPLIED] = applied_stamp(form, owner)
    secrets = _secrets(material, key)
    if secrets:
        stamp[SECRETS] = secrets
    # Of what the files say alone: an adoption writes what was there.
    if isinstance(material, CreateMaterial | UpdateMaterial) and (commit := revision()):
        stamp[REVISION] = commit
    return stamp


def _secrets(material: Material, key: Callable[[], FingerprintKey | None]) -> str:
    standing = material.live.annotations.get(SECRETS, "") if material.live else ""
    if not material.secrets:
        return standing
    fingerprint_key = key()
    if fingerprint_key is None:
        return ""
    old_id, old_prints = secrets_of(material.live.annotations) if material.live else ("", {})
    if fingerprint_key.is_new and old_prints and old_id != fingerprint_key.id:
        rest = {name: text for name, text in old_prints.items() if name not in material.secrets}
        return secrets_stamp(old_id, rest) if rest else ""
    prints = {
        name: secret_fingerprint(fingerprint_key.secret, name, value)
        for name, value in material.secrets.items()
        if value
    }
    return secrets_stamp(fingerprint_key.id, prints)
