"""What a newer release would not read or build of what runs, while it still can be mended."""

from collections.abc import Iterator

from oscar_sync.model.finding import By, Finding, Remedy, Subject
from oscar_sync.model.state import ClusterView, LiveService
from oscar_sync.planning.finding_codes import Code, severity_of
from oscar_sync.semantics import operator
from oscar_sync.semantics.capabilities import NEWEST, Release, shown_release
from oscar_sync.semantics.upgrades import (
    cannot_be_built,
    loses_variables,
    lost_fields,
    unreadable_ports,
)

_BEFORE = (
    Remedy(By.YOU, "keep every definition as FDL", "oscar-sync export upgrade"),
    Remedy(
        By.YOU,
        "take the services of this set away before, their data stays; apply puts them back after",
        "oscar-sync remove --all",
    ),
)


def upgrade_findings(view: ClusterView, then: Release) -> Iterator[Finding]:
    """Yield what *then* cannot read or build, service by service; nothing for an older release."""
    now = view.release
    if then <= now:
        return
    for live in sorted(
        view.every_service,
        key=lambda service: (service.key, service.namespace),
    ):
        yield from _unreadable(live, now, then)
        yield from _lost(live, now, then)
        fault = cannot_be_built(live.form, now, then)
        if fault:
            yield _about(
                Code.NOT_BUILT_THEN,
                live,
                f"{_shown(then)} cannot create it again: {fault}",
                "after a removal, a replacement or a fresh cluster it could not come back",
                Remedy(By.YOU, "give each input a bucket of its own", "oscar-sync apply"),
            )


def upgrade_notes(view: ClusterView, then: Release | None) -> Iterator[str]:
    """Yield what cannot be said of an upgrade to *then*."""
    if then is None:
        return
    if then <= view.release:
        yield f"the cluster runs {view.version or 'a newer release'} already: no upgrade to judge"
    if then > NEWEST:
        yield (
            f"{_shown(then)} is newer than what this oscar-sync knows: judged as {_shown(NEWEST)}"
        )


def _unreadable(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    ports = unreadable_ports(live.raw, now, then)
    if not ports:
        return
    yield _about(
        Code.NOT_READ_THEN,
        live,
        f"{_shown(then)} cannot read its definition: {' and '.join(ports)} stored as a number",
        "one such definition makes the list of services fail for everybody, and OSCAR can neither "
        "update nor delete it: no release migrates what another stored",
        *_BEFORE,
        Remedy(
            By.OPERATOR,
            "or keep a copy of all definitions",
            operator.save_definitions("oscar-services.yaml"),
        ),
        Remedy(
            By.OPERATOR,
            "and, with OSCAR stopped for the upgrade, write ports as lists",
            operator.list_ports(),
        ),
    )


def _lost(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    for name, instead in lost_fields(live.raw, now, then):
        yield _about(
            Code.LOST_THEN,
            live,
            f"{_shown(then)} ignores its {name}",
            "the field is gone without a word the day the server is upgraded",
            Remedy(By.YOU, f"after the upgrade {instead} in its manifest", "oscar-sync apply"),
        )
    if loses_variables(live.raw, now, then):
        yield _about(
            Code.LOST_THEN,
            live,
            f"{_shown(then)} does not read its environment variables",
            "older releases store them as `Variables`, newer ones look for `variables`",
            _BEFORE[0],
            Remedy(By.YOU, "and put them back after the upgrade", "oscar-sync apply"),
        )


def _shown(release: Release) -> str:
    return f"OSCAR {shown_release(release)}"


def _about(code: Code, live: LiveService, message: str, why: str, *remedies: Remedy) -> Finding:
    return Finding(code, severity_of(code), Subject.SERVICE, live.key.name, message, why, remedies)
