"""The page of releases: what is done with each, from the table of ``semantics.capabilities``."""

from collections.abc import Iterator
from typing import Final

from oscar_sync.semantics.capabilities import NEWEST, TABLE, Trait, shown_release

_INTRODUCTION: Final = """\
# Releases of OSCAR

What a release cannot do, or does with loss, oscar-sync does in another way or not at all, and the
plan says so. A manifest with a field that the release does not have ([fields.md](fields.md)) is
blocked there (`unsupported-by-server`).

| release | reads | writes |
|---|---|---|
| 4.1 | all | all |
| 4.0 | all | all; an update of an exposed service is a replace |
| 3.6.5, 3.7 | all | all, updates in two PUTs; no volumes, no mount with Basic credentials |
| 3.6.4 | all | as 3.7; a POST never names a bucket |
| up to 3.6.3 | list, status, export, the plan as a report | none: `release-too-old` |
| unknown (`devel`, blank) | as what it shows to be | the same; contradictions: `release-unknown` |

An earlier oscar-sync was tried on servers of 4.1.2, 4.0.0, 3.7.1, 3.6.5, 3.6.4, 3.6.2, 3.5.3 and
3.3.3. Today's tests use recordings of them and the [emulator](emulator.md).

## What differs

| releases | what OSCAR does | what oscar-sync does |
|---|---|---|
"""

_ORDER_NOTE: Final = """
Before an upgrade: `oscar-sync doctor --before-upgrade VERSION` ([doctor.md](doctor.md)).
"""


def page() -> str:
    """Return the text of the page."""
    return _INTRODUCTION + "".join(f"{row}\n" for row in _rows()) + _ORDER_NOTE


def _rows() -> Iterator[str]:
    for trait in TABLE:
        yield f"| {_releases(trait)} | {trait.fact} | {trait.answer} |"


def _releases(trait: Trait) -> str:
    since = shown_release(trait.since) if any(trait.since) else ""
    if trait.until is None:
        return f"{since} to {shown_release(NEWEST)}"
    until = f"before {shown_release(trait.until)}"
    return f"{since}, {until}" if since else until
