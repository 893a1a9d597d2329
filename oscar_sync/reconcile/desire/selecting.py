"""``--only`` and ``--label`` as values, and the error where they select nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Final, TypeAlias

from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.amounts import several
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.selection import LabelTerm, Narrowing, Selector, is_like
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume
from oscar_sync.model.state import ClusterView, DesiredService, DesiredState
from oscar_sync.semantics.buckets import needed_buckets
from oscar_sync.semantics.volumes import named_volume
from oscar_sync.settings.cluster_lookup import ClusterLookup
from oscar_sync.settings.declared import DeclaredStorage

_ALL: Final = ("", "*")
_NAMED: Final = 2


def narrowing_of(
    only: Iterable[str], labels: Iterable[str], lookup: ClusterLookup, left_out: tuple[str, ...]
) -> Narrowing:
    """Raises UsageError: no cluster has this name, or a label is not written as one."""
    services: list[Selector] = []
    clusters: list[ClusterId] = []
    for text in only:
        cluster, slash, name = text.rpartition("/")
        if slash and name in _ALL:
            clusters += _ids(text, cluster, lookup)
        elif not slash or cluster == "*":
            services.append(Selector(text, name))
        else:
            ids = _ids(text, cluster, lookup)
            shown = f"{ids[0]}/{name}" if len(ids) == 1 else text
            services.append(Selector(shown, name, ids))
    terms = tuple(_term(part.strip(), text) for text in labels for part in text.split(","))
    return Narrowing(tuple(services), tuple(dict.fromkeys(clusters)), terms, left_out)


def _ids(text: str, pattern: str, lookup: ClusterLookup) -> tuple[ClusterId, ...]:
    if not pattern:
        raise UsageError(f"--only {text}: no cluster before `/`; write SERVICE or CLUSTER/SERVICE")
    names = [name for name in lookup.names if is_like(name, pattern)]
    if not names:
        raise UsageError(
            f"--only {text}: no cluster is called {pattern}; {_nearest(pattern, lookup.names)}"
        )
    return tuple(dict.fromkeys(map(lookup.id_of_name, names)))


def _term(text: str, given: str) -> LabelTerm:
    key, equals, value = text.partition("=")
    is_negated = key.endswith("!") if equals else key.startswith("!")
    key = key.removesuffix("!") if equals else key.removeprefix("!")
    if not key or {*key} & {*"! ()"}:
        raise UsageError(f"--label {given}: write KEY=VALUE, KEY!=VALUE, KEY or !KEY")
    return LabelTerm(text, key, value.removeprefix("=") if equals else None, is_negated)


_Labels: TypeAlias = Mapping[ServiceKey, Mapping[str, str]]


def refuse_none_wanted(
    narrowing: Narrowing, services: Sequence[DesiredService], storage: DeclaredStorage
) -> None:
    """Return only if each selector matches one of *services*, and all together one.

    Raises:
        UsageError: one matches nothing; it names the nearest.
    """
    known = {service.key: service.form.labels for service in services}
    _refuse_empty(narrowing, known, services, "in the manifests", storage)


def refuse_none_live(desired: DesiredState, views: Sequence[ClusterView]) -> None:
    """Return only if what a command about live services selects is there, or was not read.

    The labels of a live service count; those of its manifest where there is none.

    Raises:
        UsageError: a selector matches nothing; it names the nearest.
    """
    known = {service.key: service.form.labels for service in desired.services}
    known |= {live.key: live.form.labels for view in views for live in view.every_service}
    if all(view.is_read for view in views):
        where = "on the clusters or in the manifests"
        storage = DeclaredStorage(desired.settings.buckets, desired.settings.volumes)
        _refuse_empty(desired.narrowing, known, desired.services, where, storage)


def _refuse_empty(
    narrowing: Narrowing,
    known: _Labels,
    services: Sequence[DesiredService],
    where: str,
    storage: DeclaredStorage,
) -> None:
    if not (narrowing.services or narrowing.labels):
        return
    names = dict.fromkeys(name for key in known for name in (str(key.name), str(key)))
    for one in narrowing.services:
        if not any(map(one.matches, known)):
            hint = _of_storage(one, storage, services) or _nearest(one.text, names)
            raise UsageError(f"--only {one.text}: no such service {where}; {hint}")
    words = dict.fromkeys(key for labels in known.values() for key in labels)
    words |= dict.fromkeys(label_words(services))
    for term in narrowing.labels:
        if not any(map(term.matches, known.values())):
            raise UsageError(
                f"--label {term.text}: no service {where} has it; {_nearest(term.text, words)}"
            )
    if not any(starmap(narrowing.selects, known.items())):
        raise UsageError(f"{narrowing.words}: no service {where} is all of that")


def _of_storage(
    selector: Selector, storage: DeclaredStorage, services: Iterable[DesiredService]
) -> str:
    """Return what selects the bucket or volume that is meant in place of a service, else blank."""
    declared: tuple[DeclaredBucket | DeclaredVolume, ...] = (*storage.buckets, *storage.volumes)
    for one in declared:
        which, meant = one.which, selector.clusters
        if not is_like(which.name, selector.name) or (
            which.cluster and meant is not None and which.cluster not in meant
        ):
            continue
        kind = "bucket" if isinstance(one, DeclaredBucket) else "volume"
        users = [
            service.key
            for service in services
            if which.cluster in (None, service.key.cluster)
            and which.name in (*needed_buckets(service.form), named_volume(service.form))
        ][:_NAMED]
        places = which.cluster, *(meant or ()), *(user.cluster for user in users), "CLUSTER"
        place = next(filter(None, places))
        ways = [*(f"--only {user}" for user in users), f"--only {place}/"]
        return (
            f"{which} is a {kind} that the settings declare: select a service that uses it, or "
            f"its whole cluster: {' or '.join(ways)}"
        )
    return ""


def label_words(services: Iterable[DesiredService]) -> Iterator[str]:
    """Return the labels of manifests as ``key=value``; what variables put in is left out."""
    for service in services:
        for key, text in service.form.labels.items():
            if service.masks.shown("labels", text) is None:
                yield f"{key}={text}"


def _nearest(text: str, known: Iterable[str]) -> str:
    plain = "".join(letter for letter in text if letter not in "*?!")
    names = list(known)
    if hint := did_you_mean(plain, names):
        return hint
    return f"known are: {several(names) or 'none'}"
