"""A service as its file has it to a draft with the types of the table."""

from oscar_sync.documents.json_reader import read_document
from oscar_sync.documents.places import Places
from oscar_sync.documents.scalars import Tree
from oscar_sync.manifests.assembly import Manifest, check_alone, manifest_of
from oscar_sync.manifests.canonical import canonical, has_both, has_old, with_shared
from oscar_sync.manifests.checks.care import both_spellings
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.fdl import RawService, services_of
from oscar_sync.manifests.findings import Findings
from oscar_sync.manifests.locator import Layer, Locator
from oscar_sync.manifests.typed import fill
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.masks import Masks
from oscar_sync.model.origin import FieldPath, Origin


def drafted(
    raw: RawService,
    fields: dict[str, Tree],
    added: tuple[Layer, ...],
    masks: Masks,
    findings: Findings,
) -> ServiceDraft:
    elsewhere: dict[FieldPath, Origin] = {}
    own = Layer(raw.places, raw.prefix, raw.folder)
    shared = Layer(raw.places, (), raw.folder) if raw.shared else None
    locator = Locator((own, *added), shared, elsewhere)
    old = has_old(raw.fields)
    draft = ServiceDraft(raw.cluster_key, {}, fields, locator, findings, elsewhere, old, masks)
    if has_both(raw.fields):
        both_spellings(draft)
    fill(draft)
    return draft


def manifests_of_text(text: str) -> tuple[list[Manifest], list[Diagnostic]]:
    """Return the services of an FDL text, and what is wrong with it."""
    # No file is read: a script that is a path stays one.
    findings = Findings()
    places = Places(text, "")
    manifests = []
    for raw in services_of(read_document(text, is_json=False), places, "", findings):
        fields = with_shared(canonical(raw.fields), raw.shared)
        draft = drafted(raw, fields, (), Masks(), findings)
        check_alone(draft)
        manifests.append(manifest_of(draft))
    return manifests, findings.diagnostics
