"""What ``doctor`` found, as text with sections a cluster, worst first, and as a document."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import By, Examination, Finding, Remedy
from oscar_sync.model.state import BucketCount
from oscar_sync.render.folding import DEFAULT_WIDTH, folded
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.words import safe, size

_SECTIONS: Final = {
    Severity.ERROR: ("BROKEN", "x", "red"),
    Severity.WARNING: ("LEFT BEHIND", "!", "yellow"),
    Severity.NOTE: ("FOR INFORMATION", "-", "cyan"),
}
_WHO: Final = {By.YOU: "you", By.OPERATOR: "operator"}
_INDENT: Final = 15


def findings_text(
    clusters: Sequence[Examination],
    then: str = "",
    *,
    width: int = DEFAULT_WIDTH,
    paint: Paint = plain,
) -> str:
    # Sentences are folded at *width*, commands never.
    return "\n".join(
        "".join(f"{line}\n" for line in _cluster(one, then, width, paint)) for one in clusters
    )


def _cluster(one: Examination, then: str, width: int, paint: Paint) -> Iterator[str]:
    heading = safe(f"{one.cluster.id}   {one.cluster.endpoint}")
    if one.problem:
        yield f"{heading}   NOT READ: {safe(one.problem)}"
        return
    counted = f"{plural(one.services, 'service')}, {plural(one.buckets, 'bucket')}"
    release = f"OSCAR {safe(one.version) or 'of unknown release'}"
    yield f"{heading}   {release}{f' -> {then}' if then else ''}   {counted}"
    for (title, symbol, colour), group in groupby(one.findings, lambda item: _section(item, then)):
        findings = list(group)
        yield from ("", paint(f"{title} ({len(findings)})", colour))
        for alike, items in groupby(findings, _advice):
            yield from (_headline(item, paint(symbol, colour)) for item in items)
            yield from _explained(*alike, width)
    if one.notes:
        yield from ("", "NOTES")
        yield from (f" - {safe(note)}" for note in one.notes)
    yield from ("", _sentence(one))
    if any(remedy.do.startswith("mc ") for item in one.findings for remedy in item.remedies):
        yield (
            f"mc knows the store after: mc alias set {safe(one.cluster.id)} "
            f"{safe(one.cluster.s3_endpoint) or 'ADDRESS'}   (it asks for the store's keys)"
        )


def _section(finding: Finding, then: str) -> tuple[str, str, str]:
    title, symbol, colour = _SECTIONS[finding.severity]
    if finding.is_of_upgrade:
        title = f"BEFORE THE UPGRADE TO {then}"
    return title, symbol, colour


def _advice(finding: Finding) -> tuple[str, tuple[Remedy, ...]]:
    """Return what findings that are side by side have in common."""
    return finding.why, finding.remedies


def _headline(finding: Finding, symbol: str) -> str:
    about = safe(f"{finding.subject} {finding.name}")
    return f" {symbol} {finding.code}  {about}: {safe(finding.message)}{_held(finding.holds)}"


def _explained(why: str, remedies: Sequence[Remedy], width: int) -> Iterator[str]:
    yield _labelled("why", why, width)
    for remedy in remedies:
        yield _labelled(_WHO[remedy.by], remedy.what + (":" if remedy.do else ""), width)
        if remedy.do:
            yield f"{' ' * (_INDENT + 2)}{safe(remedy.do)}"


def _labelled(who: str, text: str, width: int) -> str:
    return folded(f"     {who:<{_INDENT - 5}}{safe(text)}", width)


def _held(count: BucketCount | None) -> str:
    if count is None:
        return ""
    least = "at least " if count.is_at_least else ""
    last = f", last write {count.last_write:%Y-%m-%d %H:%MZ}" if count.last_write else ""
    weight = f", {size(count.size_bytes)}" if count.objects else ""
    return f"; it holds {least}{plural(count.objects, 'object')}{weight}{last}"


def _sentence(one: Examination) -> str:
    if not one.findings:
        return "Nothing found."
    now = [finding for finding in one.findings if not finding.is_of_upgrade]
    counts = [sum(finding.severity is severity for finding in now) for severity in _SECTIONS]
    kept = [finding.holds for finding in one.findings if finding.holds is not None]
    later = len(one.findings) - len(now)
    first = f"{later} to settle before the upgrade, " if later else ""
    words = (
        f"Found: {first}{counts[0]} broken, {counts[1]} left behind, {counts[2]} for information."
    )
    if not kept:
        return words
    least = "at least " if any(count.is_at_least for count in kept) else ""
    total = sum(count.size_bytes for count in kept)
    return f"{words} Buckets that no service uses: {len(kept)}, {least}{size(total)}."
