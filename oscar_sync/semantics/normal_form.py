"""One normal form for both sides: what a manifest asks for and what the server shows.

Sources: oscar-server 2 (fields), 3.1 (defaults and rewrites), 3.2 (injected labels), 3.6 (recipe).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from oscar_sync.model.fdl_fields import (
    BY_NAME,
    CLUSTER,
    EXPOSE,
    FEDERATION,
    KSERVE,
    KSERVE_INFERENCE,
    KSERVE_LLM,
    PROVIDERS,
    REPLICA,
    SERVER_OWNED,
    SERVICE,
    SYNCHRONOUS,
)
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.form import (
    Account,
    ContainerEnvironment,
    Expose,
    Federation,
    Form,
    InputOutput,
    Kserve,
    KserveInference,
    KserveLlm,
    ManagedVolume,
    Mount,
    Replica,
    Synchronous,
)
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.paths import normal_path, provider_of
from oscar_sync.semantics.shapes import is_mapping, mapping_of, text_map_of, text_of

STAMP_PREFIX: Final = "oscar-sync.io/"

OVERWRITTEN_LABELS: Final = frozenset(
    {"oscar.grycap/user-service", "oscar_service", "applicationId", "queue"}
)
"""Labels that every POST and PUT sets again, whatever was sent (oscar-server 3.2)."""

CARRIED_LABELS: Final = frozenset({"vo", "uid", "owner_name", "kueue.x-k8s.io/queue-name"})
"""Labels that the server sets once; a PUT without them loses them (oscar-server 3.2)."""

INJECTED_VARIABLES: Final = frozenset({"KSERVE_HOST"})
"""Set by the server on POST only (oscar-server 3.1)."""

LOG_LEVELS: Final = frozenset({"NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})


def normal_form(raw: Mapping[str, object], *, is_live: bool) -> Form:
    """Return *raw* (a service as JSON, FDL keys) with server defaults in and server's fields out.

    ``environment`` keeps variables only; secrets of providers, of clusters and in headers are
    wrapped. With *is_live* an absent KServe flag is false, since the server omits what is false
    (3.1).
    Idempotent: the form of a form's mapping is the form.
    """
    name = text_of(raw.get("name"))
    federation = raw.get("federation")
    beside = _beside_federation(raw) if is_mapping(federation) else {}
    return Form(
        name=name,
        **_said(_PLAIN, raw),
        log_level=_log_level(text_of(raw.get("log_level"))),
        visibility=_visibility(raw.get("visibility"), is_live=is_live),
        script=text_of(raw.get("script")).replace("\r\n", "\n").replace("\r", "\n"),
        input=tuple(_io(entry, name) for entry in _blocks(raw.get("input"))),
        output=tuple(_io(entry, name) for entry in _blocks(raw.get("output"))),
        allowed_users=_as_set(raw.get("allowed_users")),
        image_pull_secrets=_as_set(raw.get("image_pull_secrets")),
        expose=Expose(**_said(_EXPOSE, mapping_of(raw.get("expose")))),
        synchronous=Synchronous(**_said(_SYNCHRONOUS, mapping_of(raw.get("synchronous")))),
        environment=ContainerEnvironment(_variables(mapping_of(raw.get("environment")))),
        annotations={
            key: text_of(item)
            for key, item in mapping_of(raw.get("annotations")).items()
            if not key.startswith(STAMP_PREFIX)
        },
        labels={
            key: text_of(item)
            for key, item in mapping_of(raw.get("labels")).items()
            if key not in OVERWRITTEN_LABELS
        },
        vo=_vo(raw.get("vo"), is_live=is_live),
        storage_providers=_providers(mapping_of(raw.get("storage_providers"))),
        mount=_mount(mapping_of(raw.get("mount"))),
        volume=_volume(raw.get("volume"), name),
        kserve=_kserve(raw.get("kserve"), is_live=is_live),
        federation=_federation(federation, name),
        **beside,
    )


def unowned(raw: Mapping[str, object]) -> dict[str, object]:
    """Return the top-level fields of *raw* that nobody here knows: carried, never compared."""
    return {key: raw[key] for key in raw if key not in BY_NAME and key not in SERVER_OWNED}


def is_exposed(form: Form) -> bool:
    """Tell whether the service serves ports of its own: ``api_port[0]`` is not 0 (2.4)."""
    return form.expose.api_port[:1] not in ((), (0,))


_Reader = Callable[[object], Any]
_Readers = Mapping[str, _Reader]


def _said(readers: _Readers, raw: Mapping[str, object]) -> dict[str, Any]:
    return {name: read(raw[name]) for name, read in readers.items() if name in raw}


def _block(readers: _Readers, raw: Mapping[str, object]) -> dict[str, Any]:
    return {name: read(raw.get(name)) for name, read in readers.items()}


def _readers(fields: tuple[Field, ...]) -> _Readers:
    return {field.name: _reader(field) for field in fields}


def _reader(field: Field) -> _Reader:
    default = field.default
    match field.kind:
        case Kind.TEXTS:
            return _texts
        case Kind.PORTS:
            return _ports
        case Kind.TEXT_MAP if field.is_secret:
            return lambda value: {key: _secret(item) for key, item in mapping_of(value).items()}
        case Kind.TEXT_MAP:
            return text_map_of
        case Kind.FLAG | Kind.INTEGER:
            return lambda value: value if isinstance(value, int) else default
        case _ if field.is_secret:
            return _secret
        case _ if default:
            return lambda value: text_of(value) or default
        case _:
            return text_of


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(text_of, value)) if isinstance(value, list) else ()


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(text_of(value))


def _ports(value: object) -> tuple[int, ...]:
    """Return ports as a list; before v4.1.0 they were one number, 0 for none (oscar-server 11)."""
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, int))
    return (value,) if isinstance(value, int) and value else ()


def _io(raw: Mapping[str, object], service: str) -> InputOutput:
    provider = provider_of(text_of(raw.get("storage_provider")))
    path = normal_path(text_of(raw.get("path")), provider, service)
    suffix, prefix = _texts(raw.get("suffix")), _texts(raw.get("prefix"))
    return InputOutput(str(provider), path, suffix, prefix)


def _mount(raw: Mapping[str, object]) -> Mount:
    provider = text_of(raw.get("storage_provider"))
    shown = str(provider_of(provider)) if provider else ""
    return Mount(shown, text_of(raw.get("path")), text_of(raw.get("options")))


def _volume(raw: object, service: str) -> ManagedVolume | None:
    if not is_mapping(raw):
        return None
    size = text_of(raw.get("size")).strip()
    return ManagedVolume(
        text_of(raw.get("name")).strip() or (service if size else ""),
        size,
        text_of(raw.get("mount_path")).strip(),
        text_of(raw.get("lifecycle_policy")).strip() or ("delete" if size else ""),
    )


def _kserve(raw: object, *, is_live: bool) -> Kserve | None:
    """Return KServe's block; GET omits false and 0, which mean true and 1 when sent (3.1)."""
    if not is_mapping(raw):
        return None
    inference, llm = raw.get("inference"), raw.get("llm_inference")
    left_out = {key: _LEFT_OUT[key] for key in _LEFT_OUT if is_live and raw.get(key) is None}
    return Kserve(
        **_said(_KSERVE, {**raw, **left_out}),
        inference=KserveInference(**_said(_KSERVE_INFERENCE, inference))
        if is_mapping(inference)
        else None,
        llm_inference=KserveLlm(**_said(_KSERVE_LLM, llm)) if is_mapping(llm) else None,
    )


_LEFT_OUT: Final = {"set_auth": False, "max_scale": 0}
_READ_APART: Final = frozenset({"name", "cluster_id", "log_level", "script", "vo", "visibility"})
_PLAIN: Final = _readers(
    tuple(
        field
        for field in SERVICE
        if field.kind in {Kind.TEXT, Kind.FLAG} and field.name not in _READ_APART
    )
)
_EXPOSE: Final = _readers(EXPOSE)
_SYNCHRONOUS: Final = _readers(SYNCHRONOUS)
_FEDERATION: Final = _readers(tuple(field for field in FEDERATION if field.kind is not Kind.BLOCKS))
_REPLICA: Final = _readers(REPLICA)
_CLUSTER: Final = _readers(CLUSTER)
_KSERVE: Final = _readers(tuple(field for field in KSERVE if not field.is_optional_block))
_KSERVE_INFERENCE: Final = _readers(KSERVE_INFERENCE)
_KSERVE_LLM: Final = _readers(KSERVE_LLM)
_PROVIDERS: Final = {kind.name: _readers(kind.children) for kind in PROVIDERS}


def _variables(environment: Mapping[str, object]) -> dict[str, str]:
    """Return the variables; before 3.4 they are spelt ``Variables`` (oscar-server 11)."""
    return {
        **text_map_of(environment.get("Variables")),
        **text_map_of(environment.get("variables")),
    }


def _federation(raw: object, name: str) -> Federation | None:
    if not is_mapping(raw):
        return None
    block = _said(_FEDERATION, raw)
    block["group_id"] = block.get("group_id") or name
    members = (Replica(**_said(_REPLICA, member)) for member in _blocks(raw.get("members")))
    return Federation(**block, members=tuple(members))


def _beside_federation(raw: Mapping[str, object]) -> dict[str, Any]:
    return {
        "cluster_id": text_of(raw.get("cluster_id")),
        "clusters": {
            key: _block(_CLUSTER, mapping_of(entry))
            for key, entry in mapping_of(raw.get("clusters")).items()
        },
    }


def _providers(raw: Mapping[str, object]) -> dict[str, dict[str, Account]]:
    """Return third-party credentials; ``minio.default`` is the cluster's own (oscar-server 3.1)."""
    providers: dict[str, dict[str, Account]] = {}
    for kind, readers in _PROVIDERS.items() if raw else ():
        if kind not in raw:
            continue
        accounts: dict[str, Account] = {
            key: _block(readers, mapping_of(entry))
            for key, entry in mapping_of(raw[kind]).items()
            if (kind, key) != ("minio", "default")
        }
        if accounts:
            providers[kind] = accounts
    return providers


def _vo(value: object, *, is_live: bool) -> str | None:
    text = text_of(value)
    return text if text or is_live else None


def _visibility(value: object, *, is_live: bool) -> str:
    """Return the visibility, private if none is given (3.1)."""
    # A live one is blank where a release without visibilities stored the service: it is hidden from
    # its own owner until an update says private (oscar-releases, *Upgrades, measured*).
    if is_live and value == "":
        return ""
    return text_of(value) or "private"


def _log_level(text: str) -> str:
    level = text.upper()
    return level if level in LOG_LEVELS else "INFO"


def _as_set(value: object) -> tuple[str, ...]:
    texts = _texts(value)
    return tuple(sorted({item.strip() for item in texts if item.strip()})) if texts else ()


def _blocks(value: object) -> list[Mapping[str, object]]:
    return [mapping_of(item) for item in value] if isinstance(value, list) else []
