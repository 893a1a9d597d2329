"""One normal form for both sides: what a manifest asks for and what the server shows.

Sources: oscar-server 2 (fields), 3.1 (defaults and rewrites), 3.2 (injected labels), 3.6 (recipe).
"""

from collections.abc import Callable, Mapping
from typing import Final

from oscar_sync.model.fdl_fields import (
    BY_NAME,
    CLUSTER,
    EXPOSE,
    FEDERATION,
    KSERVE,
    PROVIDERS,
    REPLICA,
    SERVER_OWNED,
    SYNCHRONOUS,
)
from oscar_sync.model.field import Field, Kind, Value
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.paths import normal_path, provider_of
from oscar_sync.semantics.shapes import mapping_of, text_of

STAMP_PREFIX: Final = "oscar-sync.io/"

OVERWRITTEN_LABELS: Final = frozenset(
    {"oscar.grycap/user-service", "oscar_service", "applicationId", "queue"}
)
"""Labels that every POST and PUT sets anew, whatever was sent (oscar-server 3.2)."""

CARRIED_LABELS: Final = frozenset({"vo", "uid", "owner_name", "kueue.x-k8s.io/queue-name"})
"""Labels that the server sets once; a PUT without them loses them (oscar-server 3.2)."""

INJECTED_VARIABLES: Final = frozenset({"KSERVE_HOST"})
"""Set by the server on POST only (oscar-server 3.1)."""

LOG_LEVELS: Final = frozenset({"NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})


def normal_form(raw: Mapping[str, object], *, is_live: bool) -> dict[str, Value]:
    """Return *raw* (a service as JSON, FDL keys) with server defaults in and server's fields out.

    ``environment`` keeps variables only; secrets of providers, of clusters and in headers are
    wrapped; ``vo`` is None where a manifest does not say it; ``clusters`` and ``cluster_id`` stand
    only beside a federation. With *is_live* an absent KServe flag is false, since the server omits
    what is false (3.1).
    Idempotent: the form of a form is the form.
    """
    name = text_of(raw.get("name"))
    form: dict[str, Value] = {"name": name}
    for key, default in _PLAIN_DEFAULTS:
        form[key] = _plain(raw.get(key), default)
    form["log_level"] = _log_level(text_of(raw.get("log_level")))
    form["visibility"] = _visibility(raw.get("visibility"), is_live=is_live)
    form["script"] = text_of(raw.get("script")).replace("\r\n", "\n").replace("\r", "\n")
    form["input"] = [_io(entry, name) for entry in _blocks(raw.get("input"))]
    form["output"] = [_io(entry, name) for entry in _blocks(raw.get("output"))]
    form["allowed_users"] = _as_set(raw.get("allowed_users"))
    form["image_pull_secrets"] = _as_set(raw.get("image_pull_secrets"))
    form["expose"] = _block(_EXPOSE, mapping_of(raw.get("expose")))
    form["synchronous"] = _block(_SYNCHRONOUS, mapping_of(raw.get("synchronous")))
    form["environment"] = {"variables": _variables(mapping_of(raw.get("environment")))}
    form["annotations"] = _without(_text_map(raw.get("annotations")), _is_stamp)
    form["labels"] = _without(_text_map(raw.get("labels")), OVERWRITTEN_LABELS.__contains__)
    form["vo"] = _vo(raw.get("vo"), is_live=is_live)
    form["storage_providers"] = _providers(mapping_of(raw.get("storage_providers")))
    form["mount"] = _mount(mapping_of(raw.get("mount")))
    form["volume"] = _volume(raw.get("volume"), name)
    form["kserve"] = _kserve(raw.get("kserve"), is_live=is_live)
    _add_federation(form, raw, name)
    return form


_PLAIN: Final = (
    "memory", "cpu", "total_memory", "total_cpu", "ephemeral_storage_request", "enable_gpu",
    "enable_sgx", "image_prefetch", "image", "alpine", "file_stage_in", "interlink_node_name",
    "isolation_level",
)  # fmt: skip
_SCALARS: Final = (str, int)  # True and False are ints


def unowned(raw: Mapping[str, object]) -> dict[str, object]:
    """Return the top-level fields of *raw* that nobody here knows: carried, never compared."""
    return {key: raw[key] for key in raw if key not in BY_NAME and key not in SERVER_OWNED}


def is_exposed(form: Mapping[str, Value]) -> bool:
    """Tell whether the service serves ports of its own: ``api_port[0]`` is not 0 (2.4)."""
    expose = form["expose"]
    ports = expose.get("api_port") if isinstance(expose, dict) else None
    return isinstance(ports, list) and bool(ports) and ports[0] != 0


def _plain(value: object, default: Value) -> Value:
    if value is None or value == "":
        return default
    return value if isinstance(value, _SCALARS) else str(value)


def default_of(field: Field) -> Value:
    """Return what the form of a service without *field* has in its place."""
    if field.kind in _EMPTY:
        return _EMPTY[field.kind]()
    return field.default if isinstance(field.default, bool | int | str) else ""


_EMPTY: Final[dict[Kind, Callable[[], Value]]] = {
    Kind.TEXTS: list,
    Kind.PORTS: list,
    Kind.BLOCKS: list,
    Kind.TEXT_MAP: dict,
    Kind.BLOCK_MAP: dict,
}


_PLAIN_DEFAULTS: Final = tuple((key, default_of(BY_NAME[key])) for key in _PLAIN)

_Reader = Callable[[object], Value]
_Readers = Mapping[str, _Reader]


def _block(readers: _Readers, raw: Mapping[str, object]) -> dict[str, Value]:
    return {name: read(raw.get(name)) for name, read in readers.items()}


def _readers(fields: tuple[Field, ...]) -> _Readers:
    return {field.name: _reader(field) for field in fields}


def _reader(field: Field) -> _Reader:
    default = default_of(field)
    match field.kind:
        case Kind.TEXTS:
            return lambda value: [*_texts(value)]
        case Kind.PORTS:
            return _ports
        case Kind.TEXT_MAP if field.is_secret:
            return lambda value: {key: _secret(item) for key, item in mapping_of(value).items()}
        case Kind.TEXT_MAP:
            return lambda value: {**_text_map(value)}
        case Kind.FLAG | Kind.INTEGER:
            return lambda value: value if isinstance(value, int) else default
        case _ if field.is_secret:
            return _secret
        case _:
            return lambda value: text_of(value) or default


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(text_of(value))


def _ports(value: object) -> Value:
    """Return ports as a list; before v4.1.0 they were one number, 0 for none (oscar-server 11)."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, int)]
    return [value] if isinstance(value, int) and value else []


def _io(raw: Mapping[str, object], service: str) -> Value:
    provider = provider_of(text_of(raw.get("storage_provider")))
    return {
        "storage_provider": str(provider),
        "path": normal_path(text_of(raw.get("path")), provider, service),
        "suffix": [*_texts(raw.get("suffix"))],
        "prefix": [*_texts(raw.get("prefix"))],
    }


def _mount(raw: Mapping[str, object]) -> Value:
    provider = text_of(raw.get("storage_provider"))
    return {
        "storage_provider": str(provider_of(provider)) if provider else "",
        "path": text_of(raw.get("path")),
        "options": text_of(raw.get("options")),
    }


def _volume(raw: object, service: str) -> Value:
    if not isinstance(raw, Mapping):
        return None
    size = text_of(raw.get("size")).strip()
    return {
        "name": text_of(raw.get("name")).strip() or (service if size else ""),
        "size": size,
        "mount_path": text_of(raw.get("mount_path")).strip(),
        "lifecycle_policy": text_of(raw.get("lifecycle_policy")).strip()
        or ("delete" if size else ""),
    }


def _kserve(raw: object, *, is_live: bool) -> Value:
    """Return KServe's block; GET omits false and 0, which mean true and 1 when sent (3.1)."""
    if not isinstance(raw, Mapping):
        return None
    form: dict[str, Value] = {}
    for field in KSERVE:
        value = raw.get(field.name)
        if field.is_optional_block:
            form[field.name] = (
                _block(_readers(field.children), value) if isinstance(value, Mapping) else None
            )
        elif value is None and is_live and field.name in _LEFT_OUT:
            form[field.name] = _LEFT_OUT[field.name]
        else:
            form[field.name] = _reader(field)(value)
    return form


_LEFT_OUT: Final[dict[str, Value]] = {"set_auth": False, "max_scale": 0}
_EXPOSE: Final = _readers(EXPOSE)
_SYNCHRONOUS: Final = _readers(SYNCHRONOUS)
_FEDERATION: Final = _readers(tuple(field for field in FEDERATION if field.kind is not Kind.BLOCKS))
_REPLICA: Final = _readers(REPLICA)
_CLUSTER: Final = _readers(CLUSTER)
_PROVIDERS: Final = {kind.name: _readers(kind.children) for kind in PROVIDERS}


def _variables(environment: Mapping[str, object]) -> dict[str, Value]:
    """Return the variables; before 3.4 they are spelt ``Variables`` (oscar-server 11)."""
    return {
        **_text_map(environment.get("Variables")),
        **_text_map(environment.get("variables")),
    }


def _add_federation(form: dict[str, Value], raw: Mapping[str, object], name: str) -> None:
    federation = raw.get("federation")
    if not isinstance(federation, Mapping):
        form["federation"] = None
        return
    block = _block(_FEDERATION, federation)
    block["group_id"] = block["group_id"] or name
    block["topology"] = block["topology"] or "none"
    block["members"] = [_block(_REPLICA, member) for member in _blocks(federation.get("members"))]
    form["federation"] = block
    form["cluster_id"] = text_of(raw.get("cluster_id"))
    form["clusters"] = {
        key: _block(_CLUSTER, mapping_of(entry))
        for key, entry in mapping_of(raw.get("clusters")).items()
    }


def _providers(raw: Mapping[str, object]) -> Value:
    """Return third-party credentials; ``minio.default`` is the cluster's own (oscar-server 3.1)."""
    form: dict[str, Value] = {}
    for kind in PROVIDERS if raw else ():
        accounts: dict[str, Value] = {
            key: _block(_PROVIDERS[kind.name], mapping_of(entry))
            for key, entry in mapping_of(raw.get(kind.name)).items()
            if (kind.name, key) != ("minio", "default")
        }
        if accounts:
            form[kind.name] = accounts
    return form


def _vo(value: object, *, is_live: bool) -> Value:
    text = text_of(value)
    return text if text or is_live else None


def _visibility(value: object, *, is_live: bool) -> str:
    """Return the visibility, private if none is given (3.1).

    A live one is blank where a release without visibilities stored the service: it is hidden from
    its own owner until an update says private (oscar-releases, *Upgrades, measured*).
    """
    if is_live and value == "":
        return ""
    return text_of(value) or "private"


def _log_level(text: str) -> str:
    level = text.upper()
    return level if level in LOG_LEVELS else "INFO"


def _is_stamp(key: str) -> bool:
    return key.startswith(STAMP_PREFIX)


def _without(values: dict[str, Value], is_left_out: Callable[[str], bool]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if not is_left_out(key)}


def _as_set(value: object) -> Value:
    return [*sorted({item.strip() for item in _texts(value) if item.strip()})]


def _texts(value: object) -> list[str]:
    return [text_of(item) for item in value] if isinstance(value, list) else []


def _text_map(value: object) -> dict[str, Value]:
    return {str(key): text_of(item) for key, item in mapping_of(value).items()}


def _blocks(value: object) -> list[Mapping[str, object]]:
    return [mapping_of(item) for item in value] if isinstance(value, list) else []
