"""The plan document (product 6): what would be done, field by field. Never with a secret."""

import hashlib
from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import (
    AwareDatetime,
    Field,
    JsonValue,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)

from oscar_sync.model.action import Action as PlannedAction
from oscar_sync.model.action import ActionKind, Category, MemberFate
from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.field_change import Cause, Op
from oscar_sync.model.plan import Blocked, Plan
from oscar_sync.model.step import Do
from oscar_sync.published.base import AnyJson, OrNone, Published, Text, from_path, where_given

FORMAT_VERSION: Final = "2.0"
LARGE_SCRIPT_BYTES: Final = 65_536
"""Scripts beyond this are shown by their hash: a thousand services may share one."""

Time = Annotated[AwareDatetime, PlainSerializer(lambda time: time.isoformat(), return_type=str)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class PlaceEntry(Published):
    """Where a value is written: file, line and column from 1, and the layer it came by."""

    file: Text
    line: int
    column: int
    layer: Text


class Deletions(Published):
    """What a plan deletes, all clusters together; ``at_least``: not everything was counted."""

    buckets: int
    volumes: int
    objects: int
    bytes: int = Field(validation_alias="size_bytes")
    at_least: bool = Field(validation_alias="is_at_least")
    extra_objects: int


class Summary(Published):
    """The counts of a plan; of kinds of actions only those that it has. ``seconds`` are a guess."""

    deletes: Deletions
    create: int | None = where_given()
    update: int | None = where_given()
    remove: int | None = where_given()
    replace: int | None = where_given()
    rename: int | None = where_given()
    seed: int | None = where_given()
    hook: int | None = where_given()
    adopt: int | None = where_given()
    forget: int | None = where_given()
    erase: int | None = where_given()
    create_bucket: int | None = where_given(validation_alias=ActionKind.CREATE_BUCKET)
    share_bucket: int | None = where_given(validation_alias=ActionKind.SHARE_BUCKET)
    adopt_bucket: int | None = where_given(validation_alias=ActionKind.ADOPT_BUCKET)
    create_volume: int | None = where_given(validation_alias=ActionKind.CREATE_VOLUME)
    blocked: int
    not_planned: int
    drifted: int
    has_changes: bool
    seconds: float
    store_restarts: int

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Return the counts of *plan*."""
        counts = {str(kind): count for kind, count in plan.counts().items()}
        return cls.model_validate(
            {
                "deletes": plan.loss,
                **counts,
                "blocked": len(plan.blocked),
                "not_planned": len(plan.not_planned),
                "drifted": len(plan.of_category(Category.DRIFTED)),
                "has_changes": plan.has_changes,
                "seconds": round(plan.seconds, 1),
                "store_restarts": plan.store_restarts,
            }
        )


class SourceEntry(Published):
    """Where the desired state came from; ``narrowed`` says what the run leaves out."""

    settings: Text = Field(validation_alias="settings_file")
    files: int
    services: int
    narrowed: Text


class ClusterEntry(Published):
    """One cluster, with how many services it has, has of this set, and has unmarked."""

    id: Text
    endpoint: Text
    identity: Text
    version: Text
    ssl_verify: bool
    s3_endpoint: Text
    live: int
    ours: int
    unstamped: int
    problem: Text
    status: ReadingState = Field(validation_alias="reading")


class ChangeEntry(Published):
    """One field that is sent: ``before`` is live, ``after`` is wanted; secrets by fingerprint.

    A large script is shown by lines, bytes and SHA-256.
    """

    path: Text
    op: Op
    before: AnyJson
    after: AnyJson
    cause: Cause
    sensitive: bool = Field(validation_alias="is_sensitive")
    source: PlaceEntry | None = Field(validation_alias="origin")

    @field_validator("before", "after")
    @classmethod
    def _short(cls, content: JsonValue, info: ValidationInfo) -> JsonValue:
        is_script = info.data.get("path") == "script" and isinstance(content, str)
        return script_in_json(str(content)) if is_script else content


class KeptBucket(Published):
    """A bucket, or ``volume NAME``, that outlives an action.

    None where nobody can see what it holds.
    """

    bucket: Text
    objects: int | None
    bytes: int | None = Field(validation_alias="size_bytes")
    at_least: bool = Field(validation_alias="is_at_least")
    shared_with: tuple[Text, ...]


class ErasedBucket(Published):
    """A bucket, or ``volume NAME``, that an action deletes, and the consent that names it."""

    bucket: Text
    objects: int | None
    bytes: int | None = Field(validation_alias="size_bytes")
    at_least: bool = Field(validation_alias="is_at_least")
    last_write: Time | None
    shared_with: tuple[Text, ...]
    consent: Text


class MemberEntry(Published):
    """What an action does to a member of a federation."""

    cluster: Text
    service: Text
    endpoint: Text
    fate: MemberFate
    live_fingerprint: Text
    keeps: tuple[KeptBucket, ...]


class PlannedStep(Published):
    """One write; ``bytes`` are those of an upload, ``checksum`` is ``sha256:HEX`` or a store's."""

    do: Do
    target: Text
    note: OrNone = where_given()
    bytes: int | None = where_given(validation_alias="size_bytes")
    checksum: OrNone = where_given()

    @field_validator("bytes")
    @classmethod
    def _of_uploads(cls, count: int | None, info: ValidationInfo) -> int | None:
        return count if info.data.get("do") is Do.UPLOAD else None


class Condition(Published):
    """What must still hold just before the first write; blank: there is no such service."""

    live_fingerprint: Text
    exists: bool
    old_fingerprint: OrNone = where_given()


class ActionEntry(Published):
    """One action: what it changes, keeps and deletes, and each request in turn.

    ``sends`` is a hash of everything that its requests carry; ``seconds`` are a guess;
    ``revision`` is the commit that the live service was written from.
    """

    id: Text
    cluster: Text = from_path("key", "cluster")
    service: Text = from_path("key", "name")
    kind: ActionKind
    renamed_from: OrNone = where_given()
    reason: Text
    category: Category
    changes: tuple[ChangeEntry, ...]
    keeps: tuple[KeptBucket, ...]
    erases: tuple[ErasedBucket, ...]
    members: tuple[MemberEntry, ...]
    preconditions: Condition
    sends: Text = Field(pattern="^([0-9a-f]{32})?$")
    steps: tuple[PlannedStep, ...]
    depends_on: tuple[Text, ...]
    seconds: float
    source: PlaceEntry | None = Field(validation_alias="origin")
    notes: tuple[Text, ...]
    revision: OrNone = where_given()


class BlockedEntry(ActionEntry):
    """An action that is not carried out, with the reason's code and every way to go on."""

    code: Text
    message: Text
    ways_out: tuple[Text, ...]
    consent: Text

    @classmethod
    def of(cls, item: Blocked) -> Self:
        """Return *item* as its action with the reason beside it."""
        action = ActionEntry.model_validate(item.action)
        blocked = {name: getattr(item, name) for name in ("code", "message", "ways_out", "consent")}
        return cls.model_validate({**fields_of(action), **blocked, "category": Category.BLOCKED})


class DriftEntry(Published):
    """A service that was changed on its cluster, field by field."""

    cluster: Text
    service: Text
    changes: tuple[ChangeEntry, ...]
    revision: OrNone = where_given()


class NotPlannedEntry(Published):
    """A service of a cluster that was not read."""

    cluster: Text = from_path("key", "cluster")
    service: Text = from_path("key", "name")
    reason: Text


class LeftAloneEntry(Published):
    """A service that no manifest names and that stays all the same."""

    cluster: Text = from_path("key", "cluster")
    service: Text = from_path("key", "name")
    message: Text


class DiagnosticEntry(Published):
    """What is wrong with a file: line and column from 1, 0 where the whole file is meant."""

    code: Text
    severity: Severity
    file: Text
    line: int
    column: int
    path: Text
    message: Text
    remedy: Text


class WaveEntry(Published):
    """Clusters that are written to side by side, after those of the waves before."""

    clusters: tuple[Text, ...]
    actions: int
    seconds: float

    @classmethod
    def of(cls, plan: Plan) -> tuple[Self, ...] | None:
        """Return the waves of *plan*, None where it has none."""
        return (
            tuple(
                cls(
                    clusters=wave,
                    actions=len(plan.actions_of(wave)),
                    seconds=round(plan.seconds_of(wave), 1),
                )
                for wave in plan.waves
            )
            or None
        )


class BaseEntry(Published):
    """What the files at ``ref`` would plan as well: actions by id, fields of others by path.

    ``gone`` are ids that only the plan of ``ref`` has, ``pointers`` files of Git LFS; ``problem``
    is why the files at ``ref`` could not be planned.
    """

    ref: Text
    actions: tuple[Text, ...]
    fields: dict[Text, tuple[Text, ...]]
    gone: tuple[Text, ...]
    pointers: tuple[Text, ...]
    problem: OrNone


class PlanDocument(Published):
    """The whole plan. ``digest`` is over everything that would be done and sent."""

    format_version: Text = Field(pattern=r"^2\.[0-9]+$")
    summary: Summary
    set: Text
    source: SourceEntry
    clusters: tuple[ClusterEntry, ...]
    waves: tuple[WaveEntry, ...] | None = where_given()
    actions: tuple[ActionEntry, ...]
    drift: tuple[DriftEntry, ...]
    blocked: tuple[BlockedEntry, ...]
    not_planned: tuple[NotPlannedEntry, ...]
    left_alone: tuple[LeftAloneEntry, ...]
    diagnostics: tuple[DiagnosticEntry, ...]
    notes: tuple[Text, ...]
    consents: tuple[Text, ...]
    digest: Digest
    base: BaseEntry | None = where_given()

    @classmethod
    def of(cls, plan: Plan, **more: Any) -> Self:
        """Return the document of *plan*, with the fields that a document of more has."""
        return cls.model_validate(
            {
                "format_version": FORMAT_VERSION,
                "summary": Summary.of(plan),
                "set": plan.set_name,
                "source": plan.source,
                "clusters": plan.clusters,
                "waves": WaveEntry.of(plan),
                "actions": plan.actions,
                "drift": tuple(_drift(plan)),
                "blocked": tuple(map(BlockedEntry.of, plan.blocked)),
                "not_planned": plan.not_planned,
                "left_alone": plan.left_alone,
                "diagnostics": plan.diagnostics,
                "notes": plan.notes,
                "consents": plan.consents,
                "digest": plan.digest,
                "base": plan.base
                and {
                    "ref": plan.base.ref,
                    "actions": plan.base.actions,
                    "fields": dict(plan.base.fields),
                    "gone": plan.base.gone,
                    "pointers": plan.base.pointers,
                    "problem": plan.base.problem,
                },
                **more,
            }
        )


class DriftDocument(PlanDocument):
    """A plan of what was changed on the clusters, with the services that are missing there."""

    missing: tuple["MissingEntry", ...]

    @classmethod
    def of(cls, plan: Plan, **more: Any) -> Self:
        """Return the document of *plan*."""
        missing = [action for action in plan.all_actions if action.kind.is_creation]
        return super().of(plan, missing=tuple(missing), **more)


class MissingEntry(Published):
    """A service that is not seen on its cluster: never created, deleted there, or hidden."""

    cluster: Text = from_path("key", "cluster")
    service: Text = from_path("key", "name")


def fields_of(value: Published) -> dict[str, Any]:
    """Return the fields of *value* by name, as they are."""
    return {name: getattr(value, name) for name in type(value).model_fields}


def script_in_json(script: str) -> JsonValue:
    """Return a script as it is, a large one as its size and SHA-256 (hex digits)."""
    content = script.encode("utf-8", "surrogatepass")
    if len(content) <= LARGE_SCRIPT_BYTES:
        return script
    return {
        "lines": len(script.splitlines()),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _drift(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield what was changed on the clusters; what is missing there is not in it."""
    for action in plan.all_actions:
        changes = _drifted(action)
        if changes:
            named = {"cluster": action.key.cluster, "service": action.key.name}
            yield {**named, "changes": changes, "revision": action.revision}


def _drifted(action: PlannedAction) -> tuple[Any, ...]:
    return tuple(change for change in action.changes if change.cause.is_drift)
