"""One cluster while it is planned: what is wanted there, what is there, what earlier steps make."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct, field

from oscar_sync.model.action import Erased, Kept
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.settings import RemovedEntry, Settings
from oscar_sync.model.state import BucketFacts, ClusterView, DesiredService, LiveService, OwnStore
from oscar_sync.planning.blocking import union
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.access import (
    Access,
    access_given,
    access_of_service,
    hides_public,
    seen_as,
)
from oscar_sync.semantics.buckets import buckets_across, inputs, needed_buckets, used_buckets
from oscar_sync.semantics.federation import is_worker
from oscar_sync.semantics.stamp import OWNER, Owner, is_copied, owner_of
from oscar_sync.semantics.stores import is_own_store, leads_across


class Standing(StrEnum):
    """Whose a live service is (safety 3, a to d)."""

    OURS = "ours"
    UNSTAMPED = "unstamped"
    OTHER_SET = "another set's"
    OTHER_OWNER = "another owner's"
    OWNER_LOST = "owner lost"
    WORKER = "a federation worker"
    NAMESAKE = "one of several of its name"


WRITABLE: Final = frozenset({Standing.OURS, Standing.UNSTAMPED})


_Users: TypeAlias = Mapping[ServiceKey, DesiredService | None]
"""Who uses a bucket; live services that no manifest names have no place."""


_Started: TypeAlias = Mapping[tuple[BucketName, str], Collection[ServiceName]]
"""Who has an input, by its bucket and folder."""


class Planned(Struct):
    """What the decisions so far make of one cluster; it grows by :meth:`Context.note` alone.

    ``made`` are the buckets that actions make, each with that action's id; ``gone`` the services
    that they remove, ``access`` what they give to whom of buckets, ``closed`` the buckets that they
    take all of that from. ``mounted`` are buckets that actions mount which must be private then,
    each with their ids; ``volumes`` are the declared ones that actions make, each with its id.
    ``workers`` are the services that origins of the plan make here.
    """

    made: dict[BucketName, str] = field(default_factory=dict)
    gone: set[ServiceName] = field(default_factory=set)
    access: dict[BucketName, Access] = field(default_factory=dict)
    closed: set[BucketName] = field(default_factory=set)
    mounted: dict[BucketName, list[str]] = field(default_factory=dict)
    workers: dict[ServiceName, ServiceKey] = field(default_factory=dict)
    volumes: dict[str, str] = field(default_factory=dict)


class Context(Struct, frozen=True, dict=True):
    """Everything that decisions about one cluster need.

    ``spent`` are entries of ``removed`` whose service is on none of the clusters they mean.
    ``is_partial``: there are manifests that were not read; ``gaps`` files that may hold more
    services than were found. ``others`` are services of manifests that the run leaves out, here
    and elsewhere.
    ``peers`` are all clusters of the run. Only ``planned`` changes, and the questions of ``facts``.
    """

    facts: Facts
    settings: Settings
    desired: Mapping[ServiceName, DesiredService]
    key: FingerprintKey | None
    checks_all_hooks: bool = False  # pragma: no mutate - whoever leaves it out plans nothing
    lists_unchanged: bool = False
    is_partial: bool = False  # pragma: no mutate - whoever leaves it out plans nothing
    spent: tuple[RemovedEntry, ...] = ()
    gaps: tuple[str, ...] = ()
    others: tuple[DesiredService, ...] = ()
    peers: "Mapping[ClusterId, Context]" = field(default_factory=dict)
    planned: Planned = field(default_factory=Planned)

    def service_key(self, name: str) -> ServiceKey:
        return ServiceKey(self.facts.view.cluster.id, ServiceName(name))

    @property
    def identity(self) -> str:
        return self.facts.view.cluster.identity

    def standing(self, live: LiveService) -> Standing:
        """Return whose *live* is; one that may be taken over counts as unmanaged (safety 3)."""
        is_listed = self.facts.view.services.get(live.key.name) is live
        return self._standings[live.key.name] if is_listed else self._standing_of(live)

    @cached_property
    def _standings(self) -> Mapping[ServiceName, Standing]:
        return {name: self._standing_of(live) for name, live in self.facts.view.services.items()}

    def _standing_of(self, live: LiveService) -> Standing:
        standing = self._whose(live)
        return Standing.UNSTAMPED if self._to_take_over(live, standing) else standing

    def is_applied(self, live: LiveService) -> bool:
        """Tell whether an apply of the manifests writes *live*."""
        return live.key.name in self.desired and self.standing(live) in WRITABLE

    def taken_over(self) -> frozenset[Consent]:
        services = self.facts.view.services.values()
        return union(self._to_take_over(live, self._whose(live)) for live in services)

    def _to_take_over(self, live: LiveService, standing: Standing) -> frozenset[Consent]:
        if not self.can_take_over(live, standing):
            return frozenset()
        return self.consents_to(Consent(Word.TAKE_OVER, live.key.name, cluster=live.key.cluster))

    def can_take_over(self, live: LiveService, standing: Standing) -> bool:
        """Tell whether consent is enough: of another owner's service it is under Basic only."""
        is_foreign = standing is Standing.OTHER_SET or (
            standing is Standing.OTHER_OWNER and self.facts.view.is_admin
        )
        return is_foreign and live.key.name in self.desired

    def _whose(self, live: LiveService) -> Standing:
        if self.namesakes_of(live.key.name):
            return Standing.NAMESAKE
        if is_worker(live.annotations):
            return Standing.WORKER
        if not live.owner and live.namespace != self.facts.view.services_namespace:
            return Standing.OWNER_LOST
        if not self.is_mine(live):
            return Standing.OTHER_OWNER
        if not live.annotations.get(OWNER):
            return Standing.UNSTAMPED
        mark = self.own_mark(live)
        if mark is None:
            return Standing.OTHER_SET
        is_copy = is_copied(mark, live.key.name, self._other_identities)
        return Standing.UNSTAMPED if is_copy else Standing.OURS

    def namesakes_of(self, name: ServiceName) -> tuple[LiveService, ...]:
        """Return the services called *name* where there are several, else none."""
        # Up to 4.0 each namespace may have one, and no request by name tells them apart (6.4).
        view = self.facts.view
        others = tuple(live for live in view.namesakes if live.key.name == name)
        return (view.services[name], *others) if others else ()

    def namesakes_with(self, bucket: BucketName) -> tuple[LiveService, ...]:
        view = self.facts.view
        names = {live.key.name for live in view.namesakes}
        return tuple(
            live
            for name in sorted(names)
            for live in self.namesakes_of(name)
            if bucket in (*used_buckets(live.form, view.own_store), *live.bucket_list)
        )

    def own_mark(self, live: LiveService) -> Owner | None:
        """Return the mark on *live* if it is this set's, whatever it calls the cluster."""
        mark = owner_of(live.annotations)
        has_set = bool(self.settings.set_name)
        is_own = mark is not None and has_set and mark.set_name == self.settings.set_name
        return mark if is_own else None

    def former_identity(self, live: LiveService) -> str:
        """Return what our mark on *live* calls this cluster where that is another name."""
        # It is so after a cluster's address or ``identity`` changed (trust 2.1).
        mark = self.own_mark(live) if self.standing(live) is Standing.OURS else None
        return mark.identity if mark is not None and mark.identity != self.identity else ""

    @cached_property
    def _other_identities(self) -> set[str]:
        here = self.facts.view.cluster
        names = {one.identity for one in self.settings.clusters if one.id != here.id}
        return names - {here.identity}

    def is_mine(self, live: LiveService) -> bool:
        """Tell whether the owner is me, or one that the settings name."""
        # Under Basic an empty owner in the services' own namespace is mine too (record 036).
        view = self.facts.view
        if not live.owner:
            return view.is_admin and live.namespace == view.services_namespace
        return live.owner in view.me or live.owner in self.settings.owners

    def is_candidate(self, live: LiveService) -> bool:
        """Tell whether *live* may be removed once no manifest names it: our stamp, and mine."""
        # Services of the other owners that the settings name are updated, never removed (safety 3).
        is_own = not live.owner or live.owner in self.facts.view.me
        return self.standing(live) is Standing.OURS and is_own

    def owns_bucket(self, bucket: BucketFacts) -> bool:
        """Tell whether ``/system/buckets`` shows the bucket as mine (safety 3)."""
        view = self.facts.view
        own = {*view.me, "oscar", ""} if view.is_admin else view.me
        return bucket.owner in own

    @cached_property
    def renamed(self) -> Mapping[ServiceName, tuple[LiveService, ...]]:
        """Return the live services that ``moved`` gives another name to, by that name."""
        renamed: dict[ServiceName, tuple[LiveService, ...]] = {}
        for live in self.facts.view.services.values() if self.settings.moved else ():
            name = self.settings.moved_to(live.key).name
            if name in self.desired and live.key.name not in self.desired:
                renamed[name] = (*renamed.get(name, ()), live)
        return renamed

    @cached_property
    def departed(self) -> tuple[LiveService, ...]:
        """Return the services of this set that no manifest and no entry of the settings names."""
        return tuple(
            live
            for name, live in self.facts.view.services.items()
            if name not in self.desired
            and self.is_candidate(live)
            and self.settings.removal_of(live.key) is None
            and not self.is_renamed(live)
        )

    def is_renamed(self, live: LiveService) -> bool:
        return any(live.key in (one.key for one in olds) for olds in self.renamed.values())

    def note(self, decision: Decision) -> None:
        """Note the effects of *decision* in what is planned here, for what is decided later."""
        effects, planned, action = decision.effects, self.planned, decision.action
        for cluster, worker in effects.workers:
            self.peers[cluster].planned.workers[worker] = action.key
        if effects.removes is not None:
            planned.gone.add(effects.removes)
        for bucket in effects.closes:
            planned.closed.add(bucket)
            planned.access.pop(bucket, None)
        for bucket, access in effects.gives.items():
            planned.access[bucket] = planned.access.get(bucket, Access()) | access
        if effects.volume:
            planned.volumes[effects.volume] = action.id
        for bucket in effects.makes:
            if not self.bucket_exists(bucket):
                planned.made[bucket] = action.id
        if effects.mounts is not None:
            planned.mounted.setdefault(effects.mounts, []).append(action.id)

    def bucket_exists(self, bucket: BucketName) -> bool:
        return bucket in self.planned.made or self.facts.bucket(bucket) is not None

    def access_to(self, bucket: BucketName) -> Access:
        """Return who has access to *bucket* now, as far as anything tells."""
        # What OSCAR says of the bucket is not all: a public service that attached it opened it, and
        # OSCAR goes on saying private (issue 19, B7), or restricted. An administrator it tells
        # public wherever everybody has access: see :func:`hides_public`.
        access = self.planned.access.get(bucket, Access())
        if bucket in self.planned.closed:
            return access
        facts = self.facts.bucket(bucket)
        if facts is not None:
            access |= access_given(facts.visibility, facts.allowed_users)
            if self.facts.view.is_admin and not hides_public(facts.visibility):
                return access
        services = self.facts.view.services
        for key in self.users_of(bucket):
            live = services.get(key.name)
            if live is not None and bucket in needed_buckets(live.form):
                access |= access_of_service(live.form)
        return access

    def visibility_of(self, bucket: BucketName) -> str:
        """Return how OSCAR sees *bucket* now, blank where nothing says so."""
        facts, is_closed = self.facts.bucket(bucket), bucket in self.planned.closed
        said = facts.visibility if facts is not None and not is_closed else ""
        return seen_as(said, self.planned.access.get(bucket, Access()))

    def users_of(self, bucket: BucketName) -> _Users:
        """Return who uses *bucket*; gathered at the first question, which most plans never ask."""
        return self._users.get(bucket, {})

    @cached_property
    def _users(self) -> Mapping[BucketName, _Users]:
        return users_of_buckets(self.desired, self.facts.view)

    def started_by(self, bucket: BucketName, folder: str) -> Collection[ServiceName]:
        return self._started.get((bucket, folder), ())

    @cached_property
    def _started(self) -> _Started:
        return _by_input(self.facts.view.every_service)

    def sharers(self, bucket: BucketName, name: str) -> tuple[str, ...]:
        users = self.users_of(bucket)
        return tuple(
            f"{key} ({wanted.locate(())})" if wanted else str(key)
            for key, wanted in sorted(users.items(), key=lambda user: user[0])
            if key.name != name
        )

    def kept(self, bucket: BucketName, name: str) -> Kept:
        count = self.facts.count(bucket)
        is_public = self.access_to(bucket).is_public
        sharers = self.sharers(bucket, name)
        if count is None:
            return Kept(bucket, shared_with=sharers, is_public=is_public)
        return Kept(bucket, count.objects, count.size_bytes, count.is_at_least, sharers, is_public)

    def erased(self, bucket: BucketName, name: str, consent: str) -> Erased:
        count = self.facts.count(bucket)
        others = self.users_left(bucket, name)
        if count is None:
            return Erased(bucket, shared_with=others, consent=consent)
        return Erased(
            bucket, count.objects, count.size_bytes, count.is_at_least, count.last_write,
            others, consent,
        )  # fmt: skip

    def users_left(self, bucket: BucketName, name: str) -> tuple[str, ...]:
        """Return who uses *bucket* beside *name* and the services that the plan removes."""
        users = {**self._users_beside(bucket), **self.users_of(bucket)}
        here, leaving = self.facts.view.cluster.id, {name, *self.planned.gone}
        left = sorted(key for key in users if key.cluster != here or key.name not in leaving)
        return tuple(f"{key} ({wanted.locate(())})" if (wanted := users[key]) else str(key)
                     for key in left)  # fmt: skip

    def _users_beside(self, bucket: BucketName) -> _Users:
        """Return who uses *bucket* beside what is live or planned here."""
        # What the run leaves out, and services of other clusters that write to it or mount it.
        store = self.facts.view.own_store
        users: dict[ServiceKey, DesiredService | None] = {
            live.key: None
            for home in self._others_of_run()
            for live in home.facts.view.every_service
            if live.key.name not in home.planned.gone
            and bucket in buckets_across(live.form, store, home.facts.view.own_store)
        }
        for wanted in self.wanted_beside():
            home = self._store_elsewhere(wanted.key)
            used = buckets_across(wanted.form, store, home) if home else used_buckets(
                wanted.form, store)  # fmt: skip
            if bucket in used:
                users[wanted.key] = wanted
        return users

    def wanted_beside(self) -> Iterator[DesiredService]:
        yield from self.others
        for home in self._others_of_run():
            yield from home.desired.values()

    def leads_here(self, wanted: DesiredService, provider: str) -> bool:
        """Tell whether *provider* leads a service, maybe of another cluster, to the store here."""
        store, home = self.facts.view.own_store, self._store_elsewhere(wanted.key)
        if home is None:
            return is_own_store(wanted.form, provider, store)
        return leads_across(wanted.form, provider, store, home)

    def _others_of_run(self) -> Iterator["Context"]:
        return (one for one in self.peers.values() if one is not self)

    def _store_elsewhere(self, key: ServiceKey) -> OwnStore | None:
        """Return the own store of the cluster of *key*, as far as it was read; None: it is here."""
        if key.cluster == self.facts.view.cluster.id:
            return None
        home = self.peers.get(key.cluster)
        return home.facts.view.own_store if home else OwnStore()

    def consents_to(self, wanted: Consent) -> frozenset[Consent]:
        """Return the consents for *wanted* of the command line and the settings; none: it waits."""
        standing = [
            given
            for entry in self.settings.services
            for given in entry.allow
            if entry.which.cluster in (None, wanted.cluster)
        ]
        return frozenset(
            given for given in (*self.settings.allow, *standing) if _covers(given, wanted)
        )


def _covers(given: Consent, wanted: Consent) -> bool:
    return (given.word, given.service, given.bucket) == (
        wanted.word,
        wanted.service,
        wanted.bucket,
    ) and given.cluster in (None, wanted.cluster)


def users_of_buckets(
    desired: Mapping[ServiceName, DesiredService], view: ClusterView
) -> dict[BucketName, dict[ServiceKey, DesiredService | None]]:
    """Return who uses each bucket, live or wanted: input, output, mount, or one user's own."""
    users: dict[BucketName, dict[ServiceKey, DesiredService | None]] = {}
    used_by: dict[ServiceName, tuple[BucketName, ...]] = {}
    for service in view.every_service:
        used = used_buckets(service.form, view.own_store)
        used_by.setdefault(service.key.name, used)
        for bucket in (*used, *map(BucketName, service.bucket_list)):
            users.setdefault(bucket, {})[service.key] = None
    for name, wanted in desired.items():
        shown = view.services.get(name)
        is_same = shown is not None and _name_the_same(shown.form, wanted.form)
        for bucket in used_by[name] if is_same else used_buckets(wanted.form, view.own_store):
            users.setdefault(bucket, {})[wanted.key] = wanted
    return users


def _by_input(live: Iterable[LiveService]) -> _Started:
    started: dict[tuple[BucketName, str], dict[ServiceName, None]] = {}
    for service in live:
        for place in inputs(service.form):
            started.setdefault(place, {})[service.key.name] = None
    return started


def _name_the_same(one: Form, other: Form) -> bool:
    return (one.input, one.output, one.mount) == (other.input, other.output, other.mount)
