"""What a newer release would not read or build of what runs, while it still can be corrected."""

from collections.abc import Iterator

from oscar_sync.model.finding import By, Finding, Remedy
from oscar_sync.model.state import ClusterView, LiveService
from oscar_sync.planning.doctor.codes import FindingCode, finding
from oscar_sync.semantics import operator
from oscar_sync.semantics.capabilities import NEWEST, READ_ONLY, Release, shown_release
from oscar_sync.semantics.upgrades import (
    BETWEEN,
    cannot_be_built,
    is_hidden,
    is_stuck,
    leaves_secret,
    loses_variables,
    lost_fields,
    moved_paths,
    unreadable_ports,
)

_KEEP = Remedy(By.YOU, "keep every definition as FDL", "oscar-sync export ../upgrade")


def _taken_away(now: Release, what: str, command: str) -> Remedy:
    if READ_ONLY.holds(now):
        return Remedy(
            By.OPERATOR,
            f"upgrade to {_shown(BETWEEN)} first, from where oscar-sync removes services and keeps "
            "their data, and ask again",
            f"oscar-sync doctor --before-upgrade {shown_release(NEWEST)}",
        )
    words = f"take {what} away before, the data stays; apply puts it back after"
    return Remedy(By.YOU, words, command)


def upgrade_findings(view: ClusterView, then: Release) -> Iterator[Finding]:
    now = view.release
    if then <= now:  # pragma: no mutate - the same release loses nothing
        return
    for live in sorted(view.every_service, key=lambda service: (service.key, service.namespace)):
        yield from _unreadable(live, now, then)
        yield from _lost(live, now, then)
        yield from _stuck(live, now, then)
        yield from _hidden(live, now, then)
        yield from _moved(live, now, then)
        yield from _secret_left(view, live, now, then)
        fault = cannot_be_built(live.form, now, then)
        if fault:
            yield finding(
                FindingCode.NOT_BUILT_THEN,
                live.key.name,
                f"{_shown(then)} does not create it by one POST: {fault}",
                "oscar-sync creates it by a POST and a PUT; other tools cannot",
                Remedy(By.YOU, "give each input a bucket of its own", "oscar-sync apply"),
            )


def upgrade_notes(view: ClusterView, then: Release | None) -> Iterator[str]:
    if then is None:
        return
    if then <= view.release:
        yield f"the cluster runs {view.version or 'a newer release'} already: no upgrade to judge"
    if leaves_secret(view.release, then):
        yield (
            f"secrets that came with a create are not shown by {_shown(view.release)}: such a "
            "service has a Secret NAME-HASH that stays behind, and takes its secrets from the next "
            "apply"
        )
    if then > NEWEST:
        yield (
            f"{_shown(then)} is newer than what this oscar-sync knows: judged as {_shown(NEWEST)}"
        )


def _unreadable(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    ports = unreadable_ports(live.raw, now, then)
    if not ports:
        return
    yield finding(
        FindingCode.NOT_READ_THEN,
        live.key.name,
        f"{_shown(then)} cannot read its definition: {' and '.join(ports)} stored as a number",
        "one such definition makes the list of services fail for everybody, and OSCAR can neither "
        "update nor delete it: no release migrates what another stored",
        _KEEP,
        _taken_away(now, "what this set has", f"oscar-sync remove --all -c {live.key.cluster}"),
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
        yield finding(
            FindingCode.LOST_THEN,
            live.key.name,
            f"{_shown(then)} ignores its {name}",
            "the field is dropped without a warning when the server is upgraded",
            Remedy(By.YOU, f"after the upgrade {instead} in its manifest", "oscar-sync apply"),
        )
    if loses_variables(live.raw, now, then):
        yield finding(
            FindingCode.LOST_THEN,
            live.key.name,
            f"{_shown(then)} does not read its environment variables",
            "older releases store them as `Variables`, newer ones look for `variables`",
            _KEEP,
            Remedy(By.YOU, "and put them back after the upgrade", "oscar-sync apply"),
        )


def _stuck(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    name = live.key.name
    if is_stuck(live.form, now, then):
        yield finding(
            FindingCode.STUCK_THEN,
            live.key.name,
            f"{_shown(then)} expects the Deployment of this exposed service to be called "
            f"{name}-dpl",
            f"it is called {name}-dlp, and nothing renames it: each update is answered 500, and "
            "deleting the service leaves the Deployment running",
            _taken_away(now, "it", f"oscar-sync remove {live.key}"),
        )


def _hidden(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    if is_hidden(now, then):
        yield finding(
            FindingCode.HIDDEN_THEN,
            live.key.name,
            f"{_shown(then)} hides it from every user with a token, its owner included",
            "it has no visibility, and a blank one is shown to nobody but administrators",
            Remedy(By.YOU, "apply after the upgrade, with Basic credentials", "oscar-sync apply"),
        )


def _moved(live: LiveService, now: Release, then: Release) -> Iterator[Finding]:
    for path in moved_paths(live.raw, now, then):
        yield finding(
            FindingCode.MOVED_THEN,
            live.key.name,
            f"its path `{path}` is a bucket now, and will be a folder of bucket {live.key.name}",
            "releases from 3.6 to 4.0 fail on such a path, newer ones read another bucket",
            Remedy(By.YOU, f"name bucket and folder in its manifest, like `{path}/in`"),
        )


def _secret_left(
    view: ClusterView, live: LiveService, now: Release, then: Release
) -> Iterator[Finding]:
    if not (live.secret_names and leaves_secret(now, then)):
        return
    name, namespace = live.key.name, live.namespace or view.services_namespace
    yield finding(
        FindingCode.SECRET_LEFT_THEN,
        live.key.name,
        f"{_shown(then)} looks for its secrets under another name",
        f"the Secret {name}-HASH stays behind, and the service is without its secrets until they "
        "are sent again",
        Remedy(By.YOU, "apply after the upgrade: it sends the secrets", "oscar-sync apply"),
        Remedy(By.OPERATOR, "see the old Secret", operator.find_secrets(name, namespace)),
    )


def _shown(release: Release) -> str:
    return f"OSCAR {shown_release(release)}"
