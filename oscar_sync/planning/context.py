"""One cluster while it is planned: what is wanted there, what is there, what earlier steps make."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from oscar_sync.model.action import Erased, Kept
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import DesiredService, LiveService, OwnStore
from oscar_sync.planning.bucket_users import Started, Users, started_by_input, users_of_buckets
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.ownership import WRITABLE, Ownership
from oscar_sync.semantics.access import (
    Access,
    access_given,
    access_of_service,
    hides_public,
    seen_as,
)
from oscar_sync.semantics.buckets import buckets_across, needed_buckets, used_buckets
from oscar_sync.semantics.stamp import hooks_of
from oscar_sync.semantics.stores import is_own_store, leads_across


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


class Context(Ownership, frozen=True, dict=True):
    """Everything that decisions about one cluster need.

    ``spent`` are entries of ``removed`` whose service is on none of the clusters they mean.
    ``is_partial``: there are manifests that were not read; ``gaps`` files that may hold more
    services than were found. ``others`` are services of manifests that the run leaves out, here
    and elsewhere.
    ``peers`` are all clusters of the run. Only ``planned`` changes, and the questions of ``facts``.
    """

    key: FingerprintKey | None
    checks_all_hooks: bool = False  # pragma: no mutate - whoever leaves it out plans nothing
    lists_unchanged: bool = False
    is_partial: bool = False  # pragma: no mutate - whoever leaves it out plans nothing
    spent: tuple[RemovedEntry, ...] = ()
    gaps: tuple[str, ...] = ()
    others: tuple[DesiredService, ...] = ()
    peers: "Mapping[ClusterId, Context]" = field(default_factory=dict)
    planned: Planned = field(default_factory=Planned)

    def is_applied(self, live: LiveService) -> bool:
        """Tell whether an apply of the manifests writes *live*."""
        return live.key.name in self.desired and self.standing(live) in WRITABLE

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

    def answers_for_hooks(self, bucket: BucketName) -> bool:
        """Tell whether the plan makes *bucket*, the settings declare it, or we set a hook on it."""
        return bucket in self.planned.made or bucket in self._hooked

    @cached_property
    def _hooked(self) -> frozenset[str]:
        declared = self.settings.buckets_on(self.facts.view.cluster.id)
        marks = (
            mark
            for live in self.facts.view.services.values()
            for mark in hooks_of(live.annotations)
        )
        return frozenset(
            [one.which.name for one in declared]
            + [mark.bucket for mark in marks if not mark.is_gone]
        )

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

    def users_of(self, bucket: BucketName) -> Users:
        """Return who uses *bucket*; gathered at the first question, which most plans never ask."""
        return self._users.get(bucket, {})

    @cached_property
    def _users(self) -> Mapping[BucketName, Users]:
        return users_of_buckets(self.desired, self.facts.view)

    def started_by(self, bucket: BucketName, folder: str) -> Collection[ServiceName]:
        return self._started.get((bucket, folder), ())

    @cached_property
    def _started(self) -> Started:
        return started_by_input(self.facts.view.every_service)

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

    def _users_beside(self, bucket: BucketName) -> Users:
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
