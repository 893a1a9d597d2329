"""What the steps of an action need beside the plan. It stays in memory and is never shown."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.field import Value
from oscar_sync.model.form import Account, Form
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.masks import Masks
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import (
    BucketCount,
    BucketFacts,
    ExtraFile,
    LiveService,
    OwnStore,
    Upload,
)
from oscar_sync.model.step import Step


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

    ``body`` makes a worker that is empty, where a step sends that.
    """

    cluster: Cluster
    service: ServiceName
    release: tuple[int, int, int]
    live: LiveService | None = None
    body: Mapping[str, Value] | None = None

    @property
    def place(self) -> str:
        return f"{self.cluster.id}/{self.service}"

    def is_written_by(self, step: Step) -> bool:
        return step.member == self.cluster.id and step.target == self.place


class CommonMaterial(Struct, frozen=True):
    """What the steps of every kind of action may need.

    ``live`` is the service as the plan saw it, None for none. ``secrets`` are what requests send:
    every declared one with its value, or none. ``owner`` is written into PUTs. ``erasures`` are the
    buckets that ERASE steps name, ``absent`` the services that ``removed`` names and the list
    lacked, which are asked for by name before a bucket goes, and ``own_store`` tells who uses them
    then. ``members`` are the services that OSCAR writes on other clusters. ``masks`` hide in
    words what variables put in.
    """

    cluster: Cluster
    release: tuple[int, int, int]
    owner: str = ""
    live: LiveService | None = None
    secrets: Mapping[str, Secret] = MappingProxyType({})
    stamp: StampWish = StampWish()
    image_prefetch: bool = False
    wait_s: float | None = None
    erasures: Mapping[str, Erasure] = MappingProxyType({})
    absent: tuple[ServiceName, ...] = ()
    own_store: OwnStore = OwnStore()
    members: tuple[MemberWatch, ...] = ()
    masks: Masks = Masks()


class CreateMaterial(CommonMaterial, frozen=True, kw_only=True):
    """``first_form`` is what a POST makes, ``form`` what holds afterwards."""

    first_form: Form
    form: Form


class PutMaterial(CommonMaterial, frozen=True, kw_only=True):
    """Of a service that is there: ``form`` is what holds afterwards.

    ``forms_before`` are what PUTs send, in turn, ahead of that, with ``stamp_before``.
    """

    live: LiveService
    form: Form
    forms_before: tuple[Form, ...] = ()
    stamp_before: StampWish | None = None

    def puts(self) -> "tuple[PutMaterial, ...]":
        stamp = self.stamp_before or self.stamp
        rest = replace(self, forms_before=(), stamp_before=None)
        return (*(replace(rest, form=form, stamp=stamp) for form in self.forms_before), rest)


class UpdateMaterial(PutMaterial, frozen=True, kw_only=True):
    pass


class StampMaterial(PutMaterial, frozen=True, kw_only=True):
    """Of an adoption or a leave: a PUT that changes our marks alone."""


class HookMaterial(PutMaterial, frozen=True, kw_only=True):
    """Of notifications that are set again: no request reaches the service."""


class RemoveMaterial(PutMaterial, frozen=True, kw_only=True):
    """``form`` is what holds before the DELETE."""


class ReplaceMaterial(CreateMaterial, frozen=True, kw_only=True):
    """``before`` is the removal that a replace begins with; the rest is the creation."""

    before: RemoveMaterial


class RenameMaterial(CommonMaterial, frozen=True, kw_only=True):
    """``first`` is what brings the new name, ``before`` the removal of the old one after it."""

    first: CreateMaterial | UpdateMaterial | HookMaterial
    before: RemoveMaterial


class SeedMaterial(CommonMaterial, frozen=True, kw_only=True):
    """Files: the ``extra`` ones lie ``extra_below`` a folder; blank ``provider``: the own store."""

    uploads: tuple[Upload, ...] = ()
    extra: tuple[ExtraFile, ...] = ()
    extra_below: str = ""
    provider: str = ""
    credentials: Account = MappingProxyType({})


class EraseMaterial(CommonMaterial, frozen=True, kw_only=True):
    """Of buckets that services removed earlier have left, and of storage that ``removed`` names."""


class BucketMaterial(CommonMaterial, frozen=True, kw_only=True):
    """Of a declared bucket: the marks that it gets, and how the plan saw it, None for not at all.

    Each of its steps has the access that it gives.
    """

    bucket: BucketName
    marks: Mapping[str, str] = MappingProxyType({})
    planned: BucketFacts | None = None


class VolumeMaterial(CommonMaterial, frozen=True, kw_only=True):
    volume: str
    size: str


Material: TypeAlias = (
    CreateMaterial
    | UpdateMaterial
    | StampMaterial
    | HookMaterial
    | RemoveMaterial
    | ReplaceMaterial
    | RenameMaterial
    | SeedMaterial
    | EraseMaterial
    | BucketMaterial
    | VolumeMaterial
)
