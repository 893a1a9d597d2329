"""What is known of a cluster; what is asked and not known is written down, to be looked up."""

from oscar_sync.model.form import Account
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.settings import Seed
from oscar_sync.model.state import (
    BucketCount,
    BucketFacts,
    ClusterView,
    DeploymentState,
    HookRule,
    Probe,
    Quota,
    SeedDifference,
    VolumeFacts,
)
from oscar_sync.semantics.capabilities import NO_DEPLOYMENT, NO_QUOTAS, READ_ONLY


class Facts:
    """Answers from a :class:`ClusterView`; each miss is added to ``missing``."""

    def __init__(self, view: ClusterView) -> None:
        self.view = view
        self.missing = Lookups()

    def has_store(self) -> bool:
        return not self.view.store_problem

    def reaches_store(self) -> bool:
        """Tell whether the object store answers, True as long as nobody asked it anything."""
        if self.has_store() and not self.view.is_store_reached:
            self.missing.store = True
        return self.has_store()

    def made_by(self, service: ServiceName) -> tuple[BucketName, ...]:
        if self.view.buckets is None:
            self.missing.buckets = True
            return ()
        listed = self.view.buckets.values()
        return tuple(sorted(one.name for one in listed if one.from_service == service))

    def bucket(self, name: BucketName) -> BucketFacts | None:
        """Return the bucket as the cluster lists it, None if it does not exist."""
        # A user's list leaves out what is another's alone: such a name is looked at by itself,
        # since a PUT would attach that bucket without a word (record 215).
        if self.view.buckets is None:
            self.missing.buckets = True
            return None
        listed = self.view.buckets.get(name)
        if listed is not None or self.view.is_admin or READ_ONLY.holds(self.view.release):
            return listed
        if name not in self.view.unlisted:
            self.missing.unlisted.add(name)
        return None if self.is_name_open(name) else self.view.unlisted.get(name)

    def is_name_open(self, name: BucketName) -> bool:
        """Tell whether a bucket that does not exist would be open to others as soon as it does."""
        found = self.view.unlisted.get(name)
        return found is not None and found.is_gone

    def tag_owner(self, name: BucketName) -> str | None:
        """Return whose the bucket is by its tag, None as long as nobody looked at it by name."""
        # It decides whether the server lets a user delete it (oscar-server 1.4; 226).
        if name not in self.view.tag_owners:
            self.missing.tag_owners.add(name)
        return self.view.tag_owners.get(name)

    def quota(self) -> Quota:
        """Return what the user may still make; no limits for an administrator."""
        if self.view.is_admin or NO_QUOTAS.holds(self.view.release):
            return Quota()
        if self.view.quota is None:
            self.missing.quota = True
            return Quota()
        return self.view.quota

    def volume(self, name: str) -> VolumeFacts | None:
        """Return the managed volume of that name, None for none and as long as nobody knows."""
        if self.view.volumes is None:
            self.missing.volumes = True
            return None
        return self.view.volumes.get(name)

    def is_readable(self, bucket: BucketName) -> bool:
        is_listed = self.view.unlisted.get(bucket) is None or self.is_name_open(bucket)
        return is_listed and bucket not in self.view.denied

    def probe(self, name: ServiceName) -> Probe:
        """Return what a GET of a name tells: whether one that the list does not show is free."""
        # A release that is only read does not say it (`capabilities.READ_ONLY`).
        if READ_ONLY.holds(self.view.release):
            return Probe.FREE
        if name not in self.view.probes:
            self.missing.probes.add(name)
        return self.view.probes.get(name, Probe.FREE)

    def deployment(self, name: ServiceName) -> DeploymentState | None:
        """Return the state of the service's runtime, None where the release does not tell it."""
        if NO_DEPLOYMENT.holds(self.view.release):
            return None
        if name not in self.view.deployments:
            self.missing.deployments.add(name)
        return self.view.deployments.get(name)

    def hooks(self, bucket: BucketName) -> tuple[HookRule, ...] | None:
        """Return the bucket's notifications, None where they cannot be read."""
        if not self.has_store() or not self.is_readable(bucket):
            return None
        if bucket not in self.view.hooks:
            self.missing.hooks.add(bucket)
        return self.view.hooks.get(bucket)

    def has_marker(self, bucket: BucketName, folder: str) -> bool:
        """Tell whether the folder marker is in a bucket whose notifications were read."""
        # Unknown counts as there.
        if (bucket, folder) not in self.view.markers:
            self.missing.markers.add((bucket, folder))
        return self.view.markers.get((bucket, folder), True)

    def count(self, bucket: BucketName) -> BucketCount | None:
        """Return what the bucket holds, None where it cannot be read."""
        if not self.has_store() or not self.is_readable(bucket):
            return None
        if bucket not in self.view.counts:
            self.missing.counts.add(bucket)
        return self.view.counts.get(bucket)

    def seed(self, seed: Seed, credentials: Account) -> SeedDifference | None:
        """Return what the seed lacks on its store, which is there, None as long as nobody asked."""
        if seed not in self.view.seeds:
            self.missing.seeds[seed] = credentials
        return self.view.seeds.get(seed)
