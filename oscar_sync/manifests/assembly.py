"""Drafts to services in normal form."""

import json
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.manifests.checks import care, choices, naming, runtime, storage
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.locator import Locator
from oscar_sync.model.form import Form, mapping_of
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.masks import Masks
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DesiredService
from oscar_sync.semantics.normal_form import normal_form

_CHECKS: Final = (naming.check, choices.check, storage.check, runtime.check, care.check)
LARGEST: Final = 1 << 20
"""Bytes of one ConfigMap (oscar-server 12.26)."""

_ADDED_BY_SERVER: Final = 2048
_SURELY_SMALL: Final = 1 << 18


class Manifest(Struct, frozen=True):
    """One service of the files, not yet on a cluster of the user's."""

    cluster_key: str
    name: ServiceName
    form: Form
    secrets: Mapping[str, Secret]
    locate: Locator
    masks: Masks = Masks()

    def on(self, cluster: ClusterId) -> DesiredService:
        key = ServiceKey(cluster, self.name)
        return DesiredService(key, self.form, self.secrets, self.locate, self.masks)


def check_alone(draft: ServiceDraft) -> None:
    _drop_hidden(draft)
    for check in _CHECKS:
        check(draft)


def manifest_of(draft: ServiceDraft) -> Manifest:
    form = normal_form(draft.values, is_live=False)
    _size(draft, form)
    declared = draft.block("environment").get("secrets") or {}
    secrets = {name: Secret(value) for name, value in declared.items()}
    name = ServiceName(draft.name)
    return Manifest(draft.cluster_key, name, form, secrets, draft.locator, draft.masks)


def _drop_hidden(draft: ServiceDraft) -> None:
    """Drop the literal ``hidden`` that a dashboard export has for keys (oscar-clients 3.2)."""
    for kind in draft.block("storage_providers").values():
        for account in kind.values():
            for key in [key for key, value in account.items() if value == "hidden"]:
                del account[key]


def _size(draft: ServiceDraft, form: Form) -> None:
    script = form.script
    rough = len(script) + sum(len(layer.places.text) for layer in draft.locator.layers)
    if rough < _SURELY_SMALL:
        return
    rest = {**mapping_of(form), "script": ""}
    size = len(script.encode()) + len(json.dumps(rest, default=str)) + _ADDED_BY_SERVER
    if size > LARGEST:
        draft.say(
            ManifestCode.TOO_LARGE,
            ("script",),
            f"definition and script have about {size:,} bytes; one ConfigMap holds {LARGEST:,}",
            "put data into a bucket or the image",
        )
