"""Overlays: merge patches on services, each value remembering who set it (product 2.2)."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.documents.merge_patch import patched
from oscar_sync.documents.places import Places
from oscar_sync.documents.reading import Reading
from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.substitution import (
    defining,
    scalars_with_references,
    substituted,
    substituted_tree,
    values_of,
)
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.manifests.canonical import canonical
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.fdl import RawService
from oscar_sync.manifests.findings import Findings, note_faults
from oscar_sync.manifests.locator import Layer
from oscar_sync.model.masks import Masked, Masks

_NAMING: Final = frozenset(
    {"name", "script", "input", "output", "mount", "volume", "federation", "cluster_id"}
)
_ADDRESSES: Final = frozenset({"endpoint", "hostname", "oneprovider_host"})


class Overlay(Struct, frozen=True):
    """One overlay file: its patches by ``NAME`` or ``CLUSTER/NAME``.

    ``masks`` are what variables put into each of them.
    """

    places: Places
    folder: str
    patches: Mapping[str, Tree]
    masks: Mapping[str, Masks] = MappingProxyType({})


def overlay_of(
    reading: Reading,
    places: Places,
    folder: str,
    environ: Mapping[str, str],
    findings: Findings,
    *,
    is_strict: bool,
) -> Overlay:
    """Return the overlay that a file holds, ``${NAME}`` substituted."""
    # An undefined name is an error where *is_strict*; else it stays as it is written.
    note_faults(findings, reading.faults, places)
    document: Tree = reading.documents[0] if reading.documents else {}
    services = document.get("services", {}) if isinstance(document, dict) else {}
    if not isinstance(document, dict) or not isinstance(services, dict):
        _bad(places, (), "an overlay is a mapping `services: {NAME: {field: value}}`", findings)
        return Overlay(places, folder, {})
    for key in document:
        if key != "services":
            _bad(places, (key,), f"unknown key {key} of an overlay", findings)
    for name, patch in services.items():
        if not isinstance(patch, dict):
            _bad(places, ("services", name), f"the patch of {name} must be a mapping", findings)
    _refuse_in_names(services, places, findings)
    tree, missing = substituted_tree(services, environ)
    for path, name in missing if is_strict else ():
        findings.at(
            ManifestCode.OVERLAY_VARIABLE,
            places,
            ("services", *path),
            f"the environment variable {name} is not defined",
            defining(name, environ),
        )
    patches = tree if isinstance(tree, dict) and (is_strict or not missing) else services
    kept = {name: patch for name, patch in patches.items() if isinstance(patch, dict)}
    masks = {name: _masks(services[name], environ) for name in kept if patches is tree}
    return Overlay(places, folder, kept, masks)


def _refuse_in_names(services: Tree, places: Places, findings: Findings) -> None:
    """Note variables in what names things: a plan and its messages show that (trust 4.1)."""
    for path, text in scalars_with_references(services):
        field = next(iter(canonical({str(path[1]): ""})), "") if len(path) > 1 else ""
        if field in _NAMING or path[-1] in _ADDRESSES:
            findings.at(
                ManifestCode.OVERLAY_VARIABLE, places, ("services", *path),
                f"{text} is not allowed here: names, paths and addresses are shown",
                "write it out in the overlay",
            )  # fmt: skip


def _masks(patch: Tree, environ: Mapping[str, str]) -> Masks:
    wholes, parts = [], []
    for path, written in scalars_with_references(patch):
        field = next(iter(canonical({str(path[0]): ""})), "")
        wholes.append(Masked(field, substituted(written, environ)[0], written))
        parts += [Masked(field, value, name) for value, name in values_of(written, environ)]
    return Masks(tuple(wholes), tuple(parts))


def _bad(places: Places, path: tuple[str, ...], message: str, findings: Findings) -> None:
    remedy = "write `services:`, below it the service's name, below it the fields to change"
    findings.at(ManifestCode.OVERLAY, places, path, message, remedy)


def laid_over(
    service: RawService, fields: dict[str, Tree], overlays: Sequence[Overlay]
) -> tuple[dict[str, Tree], tuple[Layer, ...]]:
    name = str(service.fields.get("name", ""))
    layers = []
    for overlay in overlays:
        for key in (name, f"{service.cluster_key}/{name}"):
            patch = overlay.patches.get(key)
            if isinstance(patch, dict):
                merged = patched(fields, canonical(patch))
                fields = merged if isinstance(merged, dict) else fields
                layers.append(Layer(overlay.places, ("services", key), overlay.folder))
    return fields, tuple(layers)


def masks_of(service: RawService, overlays: Sequence[Overlay]) -> Masks:
    masks = Masks()
    for overlay in overlays:
        for key in names_of(service):
            masks += overlay.masks.get(key, Masks())
    return masks


def names_of(service: RawService) -> tuple[str, str]:
    name = str(service.fields.get("name", ""))
    return name, f"{service.cluster_key}/{name}"


def unknown_services(
    names: Collection[str], overlays: Sequence[Overlay], findings: Findings
) -> None:
    for overlay in overlays:
        for key in overlay.patches:
            if key not in names:
                hint = did_you_mean(key, names)
                findings.at(
                    ManifestCode.OVERLAY,
                    overlay.places,
                    ("services", key),
                    f"no manifest has a service {key}" + (f"; {hint}" if hint else ""),
                    "write the name of a service, or CLUSTER/NAME with the FDL's cluster key",
                )
