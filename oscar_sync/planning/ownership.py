"""Whose the services and buckets of a cluster are, and what is permitted about them (safety 3)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final

from msgspec import Struct

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import BucketFacts, DesiredService, LiveService
from oscar_sync.planning.blocking import union
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.federation import is_worker
from oscar_sync.semantics.stamp import OWNER, Owner, is_copied, owner_of


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


class Ownership(Struct, frozen=True, dict=True):
    facts: Facts
    settings: Settings
    desired: Mapping[ServiceName, DesiredService]

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
