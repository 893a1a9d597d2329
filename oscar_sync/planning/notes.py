"""What a plan says beside its steps: of stores not reached, and of consents."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.model.action import Action
from oscar_sync.model.amounts import plural, several
from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.settings import RemovedEntry, Settings
from oscar_sync.model.state import ClusterView, DesiredState, LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.erasure_words import named_bucket
from oscar_sync.planning.sensitive import WITHOUT_KEY
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.capabilities import (
    DELETED_BY_POLICY,
    OPEN_TO_USERS,
    TOKEN_CHANGES,
    shown_release,
)
from oscar_sync.semantics.restarts import RESTART_S, write_timeout_s
from oscar_sync.semantics.stamp import is_as_applied

ONCE_PUBLIC: Final = (
    "a bucket name that was public once stays open to everybody, which cannot be seen from here"
)

_NAMED: Final = 5
"""Of services in a note, at most."""


def store_notes(contexts: Iterable[Context]) -> list[str]:
    views = [context.facts.view for context in contexts if context.facts.view.is_read]
    return [
        *(
            f"warning: {view.cluster.id}: {view.store_warning}"
            for view in views
            if view.store_warning
        ),
        *(
            f"{view.cluster.id}: files are uploaded without the fast uploader, since "
            f"{view.upload_hindrance}"
            for view in views
            if view.upload_hindrance
            and any(difference.uploads for difference in view.seeds.values())
        ),
        *(
            f"notifications not checked: {view.store_problem}"
            for view in views
            if view.store_problem
        ),
        *(
            f"not inspected, because the keys of the object store on {view.cluster.id} do not "
            f"give access to them: {', '.join(f'bucket {name}' for name in sorted(view.denied))}"
            for view in views
            if view.denied
        ),
    ]


def restart_notes(restarts: int) -> list[str]:
    timeout_s = write_timeout_s(restarts)
    if timeout_s is None:
        return []
    words = (
        f"one request restarts the cluster's store {plural(restarts, 'time')}, which takes about "
        f"{restarts * RESTART_S:.0f} s: its timeout is {timeout_s:.0f} s, or --timeout if that is "
        "longer"
    )
    return [words]


def token_notes(contexts: Iterable[Context]) -> list[str]:
    # Another tool's update of a service leaves an unknown token (`capabilities.TOKEN_CHANGES`).
    notes = []
    for context in contexts:
        names = [name for name in unseen_tokens(context) if name in context.desired]
        if names:
            view = context.facts.view
            notes.append(
                f"{view.cluster.id}: {unseen_words(view)}: whether uploads start "
                f"{', '.join(names)} is not known"
            )
    return notes


def unseen_words(view: ClusterView) -> str:
    return (
        f"OSCAR {shown_release(view.release)} answers uploads 401 after updates by other tools, "
        "which cannot be seen from here"
    )


def access_notes(context: Context) -> Iterator[str]:
    # A name that was public once stays so on every release (oscar-releases, *OIDC on older
    # releases*): of the buckets that the plan makes nobody can promise that they are private.
    view = context.facts.view
    if not view.is_read or view.is_admin or not (view.services or context.desired):
        return
    release = f"{view.cluster.id}: OSCAR {shown_release(view.release)}"
    if OPEN_TO_USERS.holds(view.release):
        yield f"{release} lets every user run private and restricted services and start their jobs"
    if DELETED_BY_POLICY.holds(view.release):
        yield f"{release} lets every user delete public buckets, and those whose name they had once"
    made = [
        bucket for bucket in sorted(context.planned.made) if not context.access_to(bucket).is_public
    ]
    if made:
        yield (
            f"{view.cluster.id}: whether {', '.join(made)} will be private is not known: "
            f"{ONCE_PUBLIC}"
        )


def unseen_tokens(context: Context) -> list[str]:
    """Return the services with inputs on the own store that this set has not written last."""
    if not TOKEN_CHANGES.holds(context.facts.view.release):
        return []
    return [
        name
        for name, live in context.facts.view.services.items()
        if inputs(live.form) and context.is_mine(live) and not _is_written_last(context, live)
    ]


def _is_written_last(context: Context, live: LiveService) -> bool:
    # Some tools keep the mark: what they changed shows it, or the owner that they left out (036).
    if context.own_mark(live) is None or not live.owner:
        return False
    return is_as_applied(live.annotations, live.form, live.owner)


def identity_notes(contexts: Iterable[Context]) -> list[str]:
    renamed: dict[tuple[ClusterId, str, str], list[str]] = {}
    for context in contexts:
        here = context.facts.view.cluster
        for name, live in context.facts.view.services.items():
            former = context.former_identity(live)
            if former:
                renamed.setdefault((here.id, former, here.identity), []).append(name)
    return [
        f"{place}: the marks of {', '.join(names)} name this cluster `{former}`, and this run "
        f"names it `{identity}`: their next update writes the new name, and so does oscar-sync "
        "adopt; if it is another cluster, correct `identity` or `set`"
        for (place, former, identity), names in renamed.items()
    ]


def spent_entries(
    removed: Iterable[RemovedEntry], views: Sequence[ClusterView]
) -> tuple[RemovedEntry, ...]:
    """Return the entries of ``removed`` whose service was looked for and is nowhere (trust 1.7)."""
    # One without a cluster means every cluster that is read: while one of them could not be read,
    # or has the service, it is not spent on the others either.
    spent = []
    for entry in removed:
        meant = [view for view in views if entry.which.cluster in (None, view.cluster.id)]
        is_there = any(entry.which.matches(key) for view in meant for key in _keys(view))
        if meant and all(view.is_read for view in meant) and not is_there:
            spent.append(entry)
    return tuple(spent)


def _keys(view: ClusterView) -> Iterator[ServiceKey]:
    return (live.key for live in (*view.services.values(), *view.namesakes))


def spent_notes(removed: Iterable[RemovedEntry], views: Sequence[ClusterView]) -> list[str]:
    """Return a warning for each spent entry: removed already, or misspelt; nobody can tell."""
    notes = []
    for entry in spent_entries(removed, views):
        meant = [view for view in views if entry.which.cluster in (None, view.cluster.id)]
        names = [str(key.name) for view in meant for key in _keys(view)]
        hint = did_you_mean(entry.which.name, names)
        later = (
            "; its `erase` would also delete the buckets of a later service of that name"
            if entry.erase
            else ""
        )
        notes.append(
            f"warning: {entry.origin}: no service {entry.which.name} on "
            f"{', '.join(view.cluster.id for view in meant)}: delete the entry if it was removed, "
            f"correct it if it is misspelt{f' ({hint})' if hint else ''}{later}"
        )
    return notes


def spent_moves(settings: Settings, views: Sequence[ClusterView]) -> list[str]:
    """Return what is said of each entry of ``moved`` whose old name was looked for and is nowhere.

    Nobody can tell whether it is done, or misspelt.
    """
    notes = []
    for entry in settings.moved:
        meant = [view for view in views if entry.old.cluster in (None, view.cluster.id)]
        names = {str(key.name) for view in meant for key in _keys(view)}
        if not meant or entry.old.name in names or not all(view.is_read for view in meant):
            continue
        where = ", ".join(view.cluster.id for view in meant)
        old = ServiceName(entry.old.name)
        if any(settings.moved_to(ServiceKey(one.cluster.id, old)).name in names for one in meant):
            notes.append(
                f"{entry.origin}: no service {entry.old.name} on {where}: delete the entry of "
                "`moved`, nothing is left to rename"
            )
            continue
        hint = did_you_mean(entry.old.name, names)
        notes.append(
            f"warning: {entry.origin}: no service {entry.old.name} on {where}: nothing is renamed"
            + (f" ({hint})" if hint else "")
        )
    return notes


def secret_notes(actions: Iterable[Action], *, is_covered: bool) -> list[str]:
    """Return a note where the digest cannot tell secret values from others (trust 1.2).

    *is_covered*: it tells those that variables put in.
    """
    is_blind = not is_covered or any(
        change.is_sensitive and WITHOUT_KEY in (change.before, change.after)
        for action in actions
        for change in action.changes
    )
    if not is_blind:
        return []
    words = (
        "the digest does not cover the values of secrets: set OSCAR_SYNC_FINGERPRINT_KEY, "
        "the key of their fingerprints"
    )
    return [words]


def unused_consents(
    desired: DesiredState, contexts: Mapping[ClusterId, Context], used: Collection[Consent]
) -> list[str]:
    # Nothing is said of a consent that a cluster which was not read might need.
    unread = [name for name, context in contexts.items() if not context.facts.view.is_read]
    return [
        f"warning: no step needs the permission {consent}{_still_used(consent, contexts.values())}"
        for consent in desired.settings.allow
        if consent not in used and not any(consent.cluster in (None, name) for name in unread)
    ]


def _still_used(consent: Consent, contexts: Iterable[Context]) -> str:
    bucket = named_bucket(consent)
    if bucket is None:
        return ""
    users = [
        user
        for context in contexts
        if consent.cluster in (None, context.facts.view.cluster.id)
        for user in context.users_left(bucket, "")
    ]
    return f": {', '.join(users)} still had the bucket when this plan was made" if users else ""


def ambiguous_consents(
    desired: DesiredState, used: Mapping[ClusterId, Collection[Consent]]
) -> tuple[str, ...]:
    """Return each consent of the command line that steps on two clusters need (product 3)."""
    return tuple(
        f"{consent} is needed on {', '.join(names)}: write the cluster before the name, once each"
        for consent in desired.settings.allow
        if consent.cluster is None
        and len(names := [name for name, here in used.items() if consent in here]) > 1
    )


def unmarked_notes(context: Context, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    cluster, shown = context.facts.view.cluster.id, " ".join(names[:_NAMED])
    carry, them = ("carries", "it") if len(names) == 1 else ("carry", "them")
    words = (
        f"{cluster}: {several(names)} {carry} no mark of this set: nothing "
        f"removes {them}, and a difference has no known cause (an update by another tool takes a "
        f"mark off); to mark {them}: oscar-sync adopt {shown}{' …' if names[_NAMED:] else ''}"
    )
    return [words]


def push_notes(context: Context, used: Collection[Consent]) -> list[str]:
    """Return what nobody remembers: without a stamp each apply sends the secrets again."""
    if context.settings.set_name:
        return []
    return [
        f"{consent}: without a `set:` nothing on the cluster tells which secrets were sent: each "
        "apply with this permission sends them again"
        for consent in sorted(used, key=str)
    ]
