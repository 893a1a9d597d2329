"""What the typed face returns: pydantic models, which a program can use as its own."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import ConfigDict, Field, PlainSerializer, WithJsonSchema

from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.published.base import Published, Text
from oscar_sync.semantics.buckets import inputs, outputs, used_buckets

Hidden: TypeAlias = Annotated[
    Secret,
    PlainSerializer(lambda _: "**********", return_type=str),
    WithJsonSchema({"type": "string", "writeOnly": True}),
]
"""A secret: ``reveal()`` returns it, no document holds it."""

Folder: TypeAlias = tuple[Text, Text]
"""A bucket and a folder in it, blank for all of it."""


class ClusterInfo(Published):
    """What a cluster says of itself; ``version`` is OSCAR's, blank where a build has none."""

    id: Text
    endpoint: Text
    version: Text
    kubernetes_version: Text = ""
    architecture: Text = ""


class Service(Published):
    """A service as the cluster has it.

    ``inputs`` and ``outputs`` are on the cluster's own store; ``buckets`` are all that it uses;
    ``cpu`` and ``memory`` are Kubernetes quantities; ``token`` invokes it; ``definition`` is the
    server's own object, which no document and no text holds, since there are secrets in it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: Text
    image: Text
    owner: Text
    cpu: Text
    memory: Text
    visibility: Text
    inputs: tuple[Folder, ...]
    outputs: tuple[Folder, ...]
    buckets: tuple[Text, ...]
    variables: dict[Text, Text]
    secret_names: tuple[Text, ...]
    token: Hidden = Field(repr=False)
    definition: dict[str, Any] = Field(exclude=True, repr=False)

    @classmethod
    def of(cls, live: LiveService) -> "Service":
        """Return the typed view of a live service."""
        form = live.form
        return cls(
            name=live.key.name,
            image=form.image,
            owner=live.owner,
            cpu=form.cpu,
            memory=form.memory,
            visibility=form.visibility,
            inputs=inputs(form),
            outputs=outputs(form),
            buckets=used_buckets(form),
            variables=dict(form.environment.variables),
            secret_names=live.secret_names,
            token=Secret(str(live.raw.get("token") or "")),
            definition=dict(live.raw),
        )


class Deployment(Published):
    """State of a service's runtime (``ready``, ``pending``, ``stopped``, ``failed`` …) and why."""

    state: Text
    reason: Text


class Job(Published):
    """One run of a service, as its logs list it; times as the server writes them."""

    name: Text
    status: Text
    created: Text
    started: Text
    finished: Text


class Bucket(Published):
    """A bucket as the cluster shows it; ``from_service`` made it, blank where no tag says so."""

    name: Text
    owner: Text
    visibility: Text
    allowed_users: tuple[Text, ...]
    from_service: Text


class Volume(Published):
    """A managed volume; ``made_by`` is the service that it was made for."""

    name: Text
    size: Text
    made_by: Text
    phase: Text


class Presigned(Published):
    """An address that needs no log-in until ``expires_at``; to be asked with ``method``."""

    url: Text
    method: Text
    expires_at: Text


class Object(Published):
    """One object of a bucket; ``last_write`` is its time on the store."""

    key: Text
    size_bytes: int
    etag: Text
    last_write: datetime | None


class Removed(Published):
    """A service that is gone, the buckets that stayed, and what is worth knowing."""

    name: Text
    kept: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
