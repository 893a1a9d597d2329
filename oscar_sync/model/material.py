"""What the steps of an action need beside the plan. It stays in memory and is never shown."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.field import Value
from oscar_sync.model.form import Account, Form
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.masks import Masks
from oscar_sync.model.plan import Step
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import (
    BucketCount,
    BucketFacts,
    ExtraFile,
    LiveService,
    OwnStore,
    Upload,
)


class FingerprintKey(Struct, frozen=True):
    """The key of secret fingerprints (safety 7).

    ``id`` (8 hex digits) tells keys apart without telling the key; ``is_new``: this run made it.
    """

    secret: Secret
    id: str
    is_new: bool = False


class StampWish(Struct, frozen=True):
    """Which annotations of ours the request carries (safety 3).

    ``set_name`` blank: no owner, applied or secrets. ``hooks`` and ``detached`` are values of
    those annotations, blank for none. ``is_taken_off``: none of ours at all (forget).
    """

    set_name: str = ""
    hooks: str = ""
    detached: str = ""
    is_taken_off: bool = False


class Erasure(Struct, frozen=True):
    """A bucket as the plan saw it: it is erased only while it still is what was shown."""

    facts: BucketFacts
    held: BucketCount


class MemberWatch(Struct, frozen=True):
    """A member's service as the plan saw it, None for none: no write goes out once it moved.

    ``form`` is the worker without its buckets, where a step sends that; ``body`` makes one that is
    empty.
    """

    cluster: Cluster
    service: ServiceName
    release: tuple[int, int, int]
    live: LiveService | None = None
    form: Form | None = None
    body: Mapping[str, Value] | None = None

    @property
    def place(self) -> str:
        """Return ``CLUSTER/SERVICE``."""
        return f"{self.cluster.id}/{self.service}"

    def is_written_by(self, step: Step) -> bool:
        """Tell whether *step* writes the member's service."""
        return step.member == self.cluster.id and step.target == self.place


class Material(Struct, frozen=True):
    """One action's material.

    ``first_form`` is what a POST makes (of a create), ``form`` what holds afterwards;
    ``forms_before`` are what PUTs send, in turn, ahead of that, with ``stamp_before``. ``secrets``
    are what requests send: every declared one with its value, or none. ``owner`` is written into
    PUTs. ``uploads`` belong to seeds, as do the ``extra`` files ``extra_below`` a folder,
    ``provider`` (blank: the cluster's own store) and its ``credentials``. ``erasures`` are the
    buckets that ERASE steps name, ``absent`` the services that ``removed`` names and the list
    lacked, which are asked for by name before a bucket goes, and ``own_store`` tells who uses them
    by then. ``members`` are the services that OSCAR writes on other clusters. ``before`` is the
    removal that a replace begins with; the rest of it is the creation. ``masks`` hide in words
    what variables put in.
    """

    cluster: Cluster
    release: tuple[int, int, int]
    owner: str
    live: LiveService | None = None
    first_form: Form | None = None
    form: Form | None = None
    forms_before: tuple[Form, ...] = ()
    secrets: Mapping[str, Secret] = MappingProxyType({})
    stamp: StampWish = StampWish()
    stamp_before: StampWish | None = None
    uploads: tuple[Upload, ...] = ()
    extra: tuple[ExtraFile, ...] = ()
    extra_below: str = ""
    provider: str = ""
    credentials: Account = MappingProxyType({})
    image_prefetch: bool = False
    wait_s: float | None = None
    erasures: Mapping[str, Erasure] = MappingProxyType({})
    absent: tuple[ServiceName, ...] = ()
    own_store: OwnStore = OwnStore()
    members: tuple[MemberWatch, ...] = ()
    before: "Material | None" = None
    masks: Masks = Masks()

    def puts(self) -> "tuple[Material, ...]":
        """Return the material of each PUT of the action, in turn."""
        stamp = self.stamp_before or self.stamp
        rest = replace(self, forms_before=(), stamp_before=None)
        return (*(replace(rest, form=form, stamp=stamp) for form in self.forms_before), rest)

    def after(self, before: "Material") -> "Material":
        return replace(self, before=before)
