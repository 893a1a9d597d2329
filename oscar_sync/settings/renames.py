"""What can be wrong with `moved`: beside each other, and beside what the manifests want."""

from collections.abc import Collection, Iterator, Sequence

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.model.settings import MovedEntry, Settings
from oscar_sync.model.state import DesiredService
from oscar_sync.settings.codes import SettingsCode

_Fault = tuple[str, str]
"""What is wrong with an entry, and what to do."""


def check_moved(
    settings: Settings, services: Collection[DesiredService], text: str, findings: Findings
) -> None:
    for place, entry in enumerate(settings.moved):
        is_renamed = entry.old != entry.new
        faults = _faults(settings, entry, settings.moved[:place], services) if is_renamed else ()
        for fault, remedy in faults or ((f"{entry.old} keeps its name", "delete the entry"),):
            findings.add(SettingsCode.MOVED, entry.origin, "moved", fault, remedy, text)


def check_new_names(
    settings: Settings, services: Collection[DesiredService], text: str, findings: Findings
) -> None:
    """Note each new name that no manifest has: it is misspelt, or the service went since then."""
    known = {name for one in services for name in (str(one.key.name), str(one.key))}
    for entry in settings.moved:
        is_moved_on = any(entry.new.overlaps(other.old) for other in settings.moved)
        if is_moved_on or str(entry.new) in known:
            continue
        hint = did_you_mean(str(entry.new), sorted(known))
        findings.add(
            SettingsCode.MOVED, entry.origin, "moved",
            f"no manifest has a service {entry.new}" + (f"; {hint}" if hint else ""),
            "correct the name, or delete the entry", text,
        )  # fmt: skip


def _faults(
    settings: Settings,
    entry: MovedEntry,
    earlier: Sequence[MovedEntry],
    services: Collection[DesiredService],
) -> Iterator[_Fault]:
    old, new = entry.old, entry.new
    if old.cluster != new.cluster:
        cluster = f"{old.cluster}/" if old.cluster else ""
        yield (
            f"{old} and {new} are not on the same cluster: a rename moves no data",
            f"write `{{from: {old}, to: {cluster}{new.name}}}`",
        )
    elif _returns(settings, entry):
        yield f"{old} comes back to its own name", "delete one of the entries"
    for other in earlier:
        if old.overlaps(other.old):
            yield f"{old} is moved at {other.origin} already", "keep one of the entries"
        elif new.overlaps(other.new):
            yield (
                f"{other.old} is to be called {new} too ({other.origin})",
                f"if they follow on each other: {{from: {other.old}, to: {old}}}; else keep one",
            )
    for removed in settings.removed:
        if old.overlaps(removed.which):
            yield f"{old} is to be removed as well ({removed.origin})", "delete one of the entries"
    for service in services:
        if old.matches(service.key):
            yield (
                f"{old} is still in the manifests, at {service.locate(('name',))}",
                f"write its new name {new.name} there, or delete the entry",
            )


def _returns(settings: Settings, entry: MovedEntry) -> bool:
    """Tell whether the entries that follow on *entry* lead back to its old name."""
    at, seen = entry.new, {entry.old}
    while at not in seen:
        seen.add(at)
        at = next((one.new for one in settings.moved if one.old.overlaps(at)), at)
    return at == entry.old
