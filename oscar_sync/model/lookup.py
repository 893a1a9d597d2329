"""What a plan still has to ask a cluster and its store, before it can be made."""

from msgspec import Struct, field

from oscar_sync.model.form import Account
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.settings import Seed


class Lookups(Struct):
    """Questions about one cluster, gathered while a draft of the plan is made.

    ``buckets`` asks for the list of buckets, ``volumes`` for that of managed volumes, ``unlisted``
    for a bucket that the list leaves out, ``tag_owners`` for whose one is by its tag; ``probes``
    for a GET of each name; ``hooks`` for the notifications of a bucket; ``markers`` for the folder
    marker of bucket and folder; ``counts`` for what a bucket holds; ``seeds`` for the difference
    between files and store, each with the log-in of its provider; ``store`` for whether the store
    answers at all; ``quota`` for what the user may still make.
    """

    buckets: bool = False
    volumes: bool = False
    unlisted: set[BucketName] = field(default_factory=set)
    tag_owners: set[BucketName] = field(default_factory=set)
    probes: set[ServiceName] = field(default_factory=set)
    deployments: set[ServiceName] = field(default_factory=set)
    hooks: set[BucketName] = field(default_factory=set)
    markers: set[tuple[BucketName, str]] = field(default_factory=set)
    counts: set[BucketName] = field(default_factory=set)
    seeds: dict[Seed, Account] = field(default_factory=dict)
    store: bool = False
    quota: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.buckets
            or self.volumes
            or self.unlisted
            or self.tag_owners
            or self.probes
            or self.deployments
            or self.hooks
            or self.markers
            or self.counts
            or self.seeds
            or self.store
            or self.quota
        )
