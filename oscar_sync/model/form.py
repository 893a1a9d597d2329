"""A service in normal form: the central noun, made once from a definition, for both sides.

Rules read its attributes, which are called as the fields of the table. What walks by that table
(comparing, hashing, what is sent) takes the mapping of :func:`mapping_of`.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict

from oscar_sync.model.field import Value
from oscar_sync.model.secret import Secret

Account: TypeAlias = Mapping[str, Value]
"""How a service logs in somewhere: a storage provider, another cluster."""


class InputOutput(Struct, frozen=True):
    storage_provider: str
    path: str
    suffix: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()


class Mount(Struct, frozen=True):
    storage_provider: str = ""
    path: str = ""
    options: str = ""


class ManagedVolume(Struct, frozen=True):
    name: str = ""
    size: str = ""
    mount_path: str = ""
    lifecycle_policy: str = ""


class Synchronous(Struct, frozen=True):
    min_scale: int = 0
    max_scale: int = 0


class Expose(Struct, frozen=True):
    min_scale: int = 0
    max_scale: int = 0
    api_port: tuple[int, ...] = ()
    cpu_threshold: int = 0
    rewrite_target: bool = False
    nodePort: tuple[int, ...] = ()  # noqa: N815 - the field's name in FDL
    default_command: bool = False
    set_auth: bool = False
    auth_type: str = ""
    health_path: str = ""
    probe_mode: str = ""


class ContainerEnvironment(Struct, frozen=True):
    """Variables of the container; secrets are beside the form: they cannot be read back."""

    variables: Mapping[str, str] = {}


class Replica(Struct, frozen=True):
    type: str = ""
    cluster_id: str = ""
    service_name: str = ""
    url: str = ""
    ssl_verify: bool = False
    priority: int = 0
    headers: Mapping[str, Secret] = {}


class Federation(Struct, frozen=True):
    group_id: str = ""
    topology: str = "none"
    delegation: str = ""
    rescheduler_threshold: int = 0
    members: tuple[Replica, ...] = ()


class KserveInference(Struct, frozen=True):
    model_format: str = ""
    runtime: str = ""


class KserveLlm(Struct, frozen=True):
    runtime_image: str = ""


class Kserve(Struct, frozen=True):
    type: str = ""
    storage_uri: str = ""
    inference: KserveInference | None = None
    llm_inference: KserveLlm | None = None
    api_version: str = "v1"
    min_scale: int = 0
    max_scale: int = 1
    cpu: str = "0.2"
    memory: str = "256Mi"
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    enable_gpu: bool = False
    set_auth: bool = True


class Form(Struct, frozen=True):
    """Every owned field of a service, server defaults filled in.

    ``vo`` is None where a manifest does not say it; ``cluster_id`` and ``clusters`` are None but
    beside a federation.
    """

    name: str
    memory: str = "256Mi"
    cpu: str = "0.2"
    total_memory: str = ""
    total_cpu: str = ""
    ephemeral_storage_request: str = ""
    enable_gpu: bool = False
    enable_sgx: bool = False
    image_prefetch: bool = False
    image: str = ""
    alpine: bool = False
    file_stage_in: bool = False
    interlink_node_name: str = ""
    isolation_level: str = ""
    log_level: str = "INFO"
    visibility: str = "private"
    script: str = ""
    input: tuple[InputOutput, ...] = ()
    output: tuple[InputOutput, ...] = ()
    allowed_users: tuple[str, ...] = ()
    image_pull_secrets: tuple[str, ...] = ()
    expose: Expose = Expose()
    synchronous: Synchronous = Synchronous()
    environment: ContainerEnvironment = ContainerEnvironment()
    annotations: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    vo: str | None = None
    storage_providers: Mapping[str, Mapping[str, Account]] = {}
    mount: Mount = Mount()
    volume: ManagedVolume | None = None
    kserve: Kserve | None = None
    federation: Federation | None = None
    cluster_id: str | None = None
    clusters: Mapping[str, Account] | None = None


_BESIDE_FEDERATION: Final = ("cluster_id", "clusters")
_SCALARS: Final = frozenset({str, bool, int})


def mapping_of(struct: Struct) -> dict[str, Value]:
    """Return a form, or a block of one, as JSON that may hold secrets, by the names of FDL."""
    values = {
        name: value if type(value) in _SCALARS else plain(value)
        for name, value in asdict(struct).items()
    }
    for name in _BESIDE_FEDERATION:
        if name in values and values[name] is None:
            del values[name]
    return values


def plain(value: object) -> Value:
    """Return a value of a form as JSON that may hold secrets."""
    if isinstance(value, Struct):
        return mapping_of(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value  # type: ignore[return-value] # - a scalar, a secret, or a map of them
