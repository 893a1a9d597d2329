"""Quantities and fields with a few possible values."""

import re
from fractions import Fraction
from typing import Final

from oscar_sync.documents.paths import dotted
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.findings import WARNING
from oscar_sync.model.fdl_fields import KSERVE, SERVICE
from oscar_sync.model.field import Compare
from oscar_sync.model.origin import FieldPath
from oscar_sync.semantics.normal_form import LOG_LEVELS
from oscar_sync.semantics.quantities import amount

_QUANTITIES: Final = tuple(f.name for f in SERVICE if f.compare is Compare.QUANTITY)
_KSERVE_QUANTITIES: Final = tuple(f.name for f in KSERVE if f.compare is Compare.QUANTITY)
_LEAST_MEMORY: Final = 1 << 20
_MOST_CORES: Final = 1024
_VISIBILITIES: Final = ("", "private", "restricted", "public")


def check(draft: ServiceDraft) -> None:
    """Note values that are none of the possible ones (oscar-server 2.1, 12.13, 12.20)."""
    values = draft.values
    for name in _QUANTITIES:
        if values.get(name):
            quantity(draft, values[name], (name,))
    kserve = draft.block("kserve")
    for name in _KSERVE_QUANTITIES if kserve else ():
        if kserve.get(name):
            quantity(draft, kserve[name], ("kserve", name))
    if values.get("visibility", "") not in _VISIBILITIES:
        draft.say(
            ManifestCode.CHOICE,
            ("visibility",),
            f"visibility {values['visibility']} is not one of private, restricted, public: "
            "servers would make the buckets public",
            "write private, restricted or public, in lower case",
        )
    _typos(draft)


def quantity(draft: ServiceDraft, text: str, path: FieldPath) -> None:
    value = amount(text)
    if value is not None and value.numerator >= 0:
        _hold_to_size(draft, text, value, path)
        return
    fixed = _meant(text)
    draft.say(
        ManifestCode.QUANTITY,
        path,
        f"{dotted(path)} {text} is not a Kubernetes quantity",
        f"did you mean {fixed}?" if fixed else "write a number with a unit: 512Mi, 1Gi, 0.5, 500m",
    )


def _meant(text: str) -> str:
    """Return the quantity that *text* is like, as other tools and languages write it, or blank."""
    fixed = text.replace(" ", "").replace(",", ".", 1).removesuffix("B").removesuffix("b")
    match = re.fullmatch(r"([0-9.]+)([kmgtKMGT])(i?)", fixed)
    if match:
        prefix = match[2].upper() if match[3] or match[2].upper() != "K" else "k"
        fixed = f"{match[1]}{prefix}{match[3]}"
    return fixed if amount(fixed) is not None else ""


def _hold_to_size(draft: ServiceDraft, text: str, value: Fraction, path: FieldPath) -> None:
    """Note an amount that no pod can have: its unit was forgotten, or is another tool's."""
    digits = re.split(r"[^0-9.]", text)[0]
    name = str(path[-1])
    if "memory" in name and 0 < value < _LEAST_MEMORY:
        words = f"{float(value):g} bytes: no pod can start in them"
        remedy = f"did you mean {digits}{'Gi' if amount(digits) == value < 64 else 'Mi'}?"
    elif "cpu" in name and value >= _MOST_CORES:
        words, remedy = f"{float(value):g} cores: no node has as many", f"did you mean {digits}m?"
    else:
        return
    draft.say(ManifestCode.AMOUNT, path, f"{dotted(path)} {text} is {words}", remedy)


def _typos(draft: ServiceDraft) -> None:
    """Note what servers silently take for something else (oscar-server 12.20)."""
    level = draft.values.get("log_level", "")
    if level and level.upper() not in LOG_LEVELS:
        _typo(draft, ("log_level",), level, "servers treat it as INFO", sorted(LOG_LEVELS))
    isolation = draft.values.get("isolation_level", "")
    if isolation and isolation.upper() not in ("USER", "SERVICE"):
        _typo(draft, ("isolation_level",), isolation, "servers ignore it", ["SERVICE", "USER"])
    federation = draft.block("federation")
    topology = federation.get("topology", "")
    if topology and topology not in ("none", "star", "mesh"):
        _typo(
            draft, ("federation", "topology"), topology, "no server knows it",
            ["none", "star", "mesh"],
        )  # fmt: skip
    probe = draft.block("expose").get("probe_mode", "")
    if probe not in ("", "legacy", "direct"):
        _typo(draft, ("expose", "probe_mode"), probe, "servers ignore it", ["legacy", "direct"])


def _typo(draft: ServiceDraft, path: FieldPath, value: str, effect: str, known: list[str]) -> None:
    message = f"{dotted(path)} {value} is not one of {', '.join(known)}; {effect}"
    draft.say(
        ManifestCode.CHOICE, path, message, f"write one of {', '.join(known)}", severity=WARNING
    )
