"""What the typed face returns."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from oscar_sync.model.identity import BucketName
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.buckets import inputs, outputs, used_buckets


class Service(Struct, frozen=True):
    """A service as the cluster has it.

    ``inputs`` and ``outputs`` are (bucket, folder) on the cluster's own store; ``buckets`` all that
    it uses; ``cpu`` and ``memory`` Kubernetes quantities; ``token`` invokes it; ``definition`` is
    the server's own object.
    """

    name: str
    image: str
    owner: str
    cpu: str
    memory: str
    visibility: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    buckets: tuple[str, ...]
    variables: Mapping[str, str]
    secret_names: tuple[str, ...]
    token: Secret
    definition: Mapping[str, object]

    def __repr__(self) -> str:
        """Show little: the definition holds secrets."""
        return f"Service(name={self.name!r}, image={self.image!r}, owner={self.owner!r})"


class Removed(Struct, frozen=True):
    """A service that is gone, the buckets that stayed, and what is worth knowing."""

    name: str
    kept: tuple[BucketName, ...] = ()
    warnings: tuple[str, ...] = ()


def service_of(live: LiveService) -> Service:
    """Return the typed view of a live service."""
    form: Mapping[str, Any] = live.form
    environment = form.get("environment") or {}
    return Service(
        name=str(live.key.name),
        image=str(form.get("image", "")),
        owner=live.owner,
        cpu=str(form.get("cpu", "")),
        memory=str(form.get("memory", "")),
        visibility=str(form.get("visibility", "")),
        inputs=inputs(form),
        outputs=outputs(form),
        buckets=used_buckets(form),
        variables=dict(environment.get("variables") or {}),
        secret_names=live.secret_names,
        token=Secret(str(live.raw.get("token") or "")),
        definition=live.raw,
    )
