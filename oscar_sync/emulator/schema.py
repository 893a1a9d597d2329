"""The structs that OSCAR's calls bind their bodies to (oscar-server 2.1 to 2.7, 1.4, 1.5).

Go's errors name the innermost struct and the path from the body, so that a struct used in
several places is built once for each.
"""

import json

from oscar_sync.emulator.binding import (
    Document,
    Field,
    Flag,
    ListOf,
    MapOf,
    Pointer,
    Shape,
    Struct,
    Text,
    Whole,
)

__all__ = [
    "BUCKET",
    "CONFIG",
    "EXPOSE",
    "FEDERATION_REQUEST",
    "INT32",
    "PRESIGN",
    "QUOTA",
    "SERVICE",
    "VOLUME_REQUEST",
    "replicas",
    "required_problems",
]

INT32 = Whole("int32", -(2**31), 2**31 - 1)
UINT = Whole("uint", 0, 2**64 - 1)
TEXTS = ListOf(Text(), "[]string")
TEXT_MAP = MapOf(Text(), "map[string]string")


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, Text()) for name in names)


def _exchange(prefix: str) -> Struct:
    fields = (
        *_texts("storage_provider", "path"),
        Field("suffix", TEXTS, omitempty=True),
        Field("prefix", TEXTS, omitempty=True),
        Field("options", Text(), omitempty=True),
    )
    return Struct("StorageIOConfig", "types.StorageIOConfig", fields, prefix)


def _providers() -> Pointer:
    def group(name: str, go: str, *fields: Field) -> Field:
        struct = Struct(go, f"types.{go}", fields, f"storage_providers.{name}")
        return Field(name, MapOf(Pointer(struct), f"map[string]*types.{go}"), omitempty=True)

    fields = (
        group("s3", "S3Provider", *_texts("access_key", "secret_key", "region")),
        group(
            "minio",
            "MinIOProvider",
            *_texts("endpoint"),
            Field("verify", Flag()),
            *_texts("access_key", "secret_key", "region"),
        ),
        group("onedata", "OnedataProvider", *_texts("oneprovider_host", "token", "space")),
        group("webdav", "WebDavProvider", *_texts("hostname", "login", "password")),
        group(
            "rucio",
            "RucioProvider",
            *_texts("host", "account", "rse", "refresh_token", "auth_host", "oidc_audience"),
            *_texts("token_endpoint"),
        ),
    )
    return Pointer(
        Struct("StorageProviders", "types.StorageProviders", fields, "storage_providers"),
    )


def replicas(prefix: str) -> ListOf:
    fields = (
        *_texts("type", "cluster_id", "service_name", "url"),
        Field("ssl_verify", Flag()),
        Field("priority", UINT),
        Field("headers", TEXT_MAP),
    )
    return ListOf(Struct("Replica", "types.Replica", fields, prefix), "types.ReplicaList")


def _federation() -> Pointer:
    fields = (
        *_texts("group_id", "topology"),
        Field("delegation", Text(), omitempty=True),
        Field("rescheduler_threshold", Whole(), omitempty=True),
        Field("members", replicas("federation.members"), omitempty=True),
    )
    return Pointer(Struct("Federation", "types.Federation", fields, "federation"))


def _expose() -> Struct:
    fields = (
        Field("min_scale", INT32),
        Field("max_scale", INT32),
        Field("api_port", ListOf(Whole(), "[]int"), omitempty=True),
        Field("cpu_threshold", INT32),
        Field("rewrite_target", Flag()),
        Field("nodePort", ListOf(INT32, "[]int32"), omitempty=True),
        Field("default_command", Flag()),
        Field("set_auth", Flag()),
        Field("auth_type", Text(), omitempty=True),
        Field("health_path", Text()),
        Field("probe_mode", Text(), omitempty=True),
    )
    return Struct("Expose", "types.Expose", fields, "expose")


def _inference_check(inference: Document) -> str | None:
    if not inference["model_format"].strip():
        return "Kserve Inference ModelFormat is required"
    return None


def _kserve_check(kserve: Document) -> str | None:
    if not kserve["storage_uri"].strip():
        return "Kserve StorageUri is required"
    if not kserve["type"].strip():
        return "Kserve Type is required"
    return (
        None
        if kserve["api_version"] in {"v1", "v2"}
        else (
            f"invalid API version {json.dumps(kserve['api_version'], ensure_ascii=False)}, "
            "expected v1 or v2"
        )
    )


def _kserve() -> Pointer:
    inference = Struct(
        "Alias",
        "types.KserveInference",
        (Field("model_format", Text()), Field("runtime", Text(), omitempty=True)),
        "inference",
        check=_inference_check,
    )
    llm = Struct(
        "KserveLLMInference",
        "types.KserveLLMInference",
        (Field("runtime_image", Text(), omitempty=True),),
        "llm_inference",
    )
    fields = (
        Field("type", Text()),
        Field("inference", Pointer(inference), omitempty=True),
        Field("llm_inference", Pointer(llm), omitempty=True),
        Field("storage_uri", Text()),
        Field("api_version", Text(), omitempty=True),
        Field("min_scale", INT32, omitempty=True),
        Field("max_scale", INT32, omitempty=True),
        Field("cpu", Text()),
        Field("memory", Text()),
        Field("args", TEXTS, omitempty=True),
        Field("env", TEXT_MAP, omitempty=True),
        Field("enable_gpu", Flag(), omitempty=True),
        Field("set_auth", Flag(), omitempty=True),
    )
    seed: Document = {
        "api_version": "v1",
        "max_scale": 1,
        "cpu": "0.2",
        "memory": "256Mi",
        "set_auth": True,
    }
    return Pointer(Struct("Alias", "types.Alias", fields, "", seed, _kserve_check))


def _environment() -> Struct:
    go = (
        'struct { Vars map[string]string "json:\\"variables\\""; '
        'Secrets map[string]string "json:\\"secrets\\"" }'
    )
    return Struct("", go, (Field("variables", TEXT_MAP), Field("secrets", TEXT_MAP)), "environment")


def _synchronous() -> Struct:
    go = 'struct { MinScale int "json:\\"min_scale\\""; MaxScale int "json:\\"max_scale\\"" }'
    return Struct("", go, (Field("min_scale", Whole()), Field("max_scale", Whole())), "synchronous")


def _volume() -> Pointer:
    fields = (
        Field("name", Text(), omitempty=True),
        *_texts("size", "mount_path"),
        Field("lifecycle_policy", Text(), omitempty=True),
    )
    return Pointer(Struct("ServiceVolumeConfig", "types.ServiceVolumeConfig", fields, "volume"))


def _volume_status() -> Struct:
    fields = (
        Field("enabled", Flag()),
        Field("name", Text(), omitempty=True),
        Field("phase", Text(), omitempty=True),
        Field("error", Text(), omitempty=True),
    )
    return Struct("ServiceVolumeStatus", "types.ServiceVolumeStatus", fields, "volume_status")


def _clusters() -> Shape:
    fields = (*_texts("endpoint", "auth_user", "auth_password"), Field("ssl_verify", Flag()))
    return MapOf(Struct("Cluster", "types.Cluster", fields, "clusters"), "map[string]types.Cluster")


def _exchanges(name: str) -> Field:
    return Field(name, ListOf(_exchange(name), "[]types.StorageIOConfig"))


EXPOSE = _expose()
"""How a service is exposed."""

SERVICE = Struct(
    "Service",
    "types.Service",
    (
        *_texts("name", "cluster_id", "memory", "cpu", "total_memory", "total_cpu"),
        *_texts("ephemeral_storage_request"),
        Field("enable_gpu", Flag()),
        Field("enable_sgx", Flag()),
        Field("image_prefetch", Flag()),
        Field("synchronous", _synchronous()),
        Field("federation", _federation(), omitempty=True),
        *_texts("log_level", "image"),
        Field("alpine", Flag()),
        *_texts("token"),
        Field("file_stage_in", Flag()),
        _exchanges("input"),
        _exchanges("output"),
        Field("script", Text(), omitempty=True),
        Field("image_pull_secrets", TEXTS, omitempty=True),
        Field("expose", EXPOSE),
        Field("environment", _environment()),
        Field("annotations", TEXT_MAP),
        *_texts("vo"),
        Field("labels", TEXT_MAP),
        Field("storage_providers", _providers(), omitempty=True),
        Field("clusters", _clusters(), omitempty=True),
        *_texts("owner"),
        Field("namespace", Text(), omitempty=True),
        *_texts("interlink_node_name", "visibility"),
        Field("allowed_users", TEXTS),
        *_texts("isolation_level"),
        Field("bucket_list", TEXTS),
        Field("mount", _exchange("mount")),
        Field("volume", _volume(), omitempty=True),
        Field("volume_status", _volume_status()),
        Field("kserve", _kserve(), omitempty=True),
    ),
)
"""The definition of a service, its members in the order in which they are printed."""

FEDERATION_REQUEST = Struct(
    "FederationRequest",
    "types.FederationRequest",
    (
        Field("members", replicas("members")),
        Field("update", replicas("update")),
        Field("clusters", _clusters()),
        Field("storage_providers", _providers()),
        Field("delete", Flag()),
    ),
)
"""What the calls under `/system/federation` read (oscar-server 1.3)."""

BUCKET = Struct(
    "MinIOBucket",
    "utils.MinIOBucket",
    (
        *_texts("bucket_name", "visibility"),
        Field("allowed_users", TEXTS),
        *_texts("owner"),
        Field("metadata", TEXT_MAP),
    ),
)
"""A bucket as `/system/buckets` takes it."""

VOLUME_REQUEST = Struct(
    "ManagedVolumeCreateRequest",
    "types.ManagedVolumeCreateRequest",
    _texts("name", "size"),
)
"""A volume as `/system/volumes` takes it."""

QUOTA = Struct(
    "QuotaUpdateRequest",
    "types.QuotaUpdateRequest",
    (
        *_texts("cpu", "memory", "ephemeral_storage", "gpu"),
        Field(
            "volumes",
            Pointer(
                Struct(
                    "VolumeQuotaUpdate",
                    "types.VolumeQuotaUpdate",
                    _texts("disk", "volumes", "max_disk_per_volume", "min_disk_per_volume"),
                    "volumes",
                )
            ),
        ),
        Field(
            "minio",
            Pointer(
                Struct(
                    "MinIOQuotaUpdate",
                    "types.MinIOQuotaUpdate",
                    _texts("buckets", "storage_per_bucket"),
                    "minio",
                )
            ),
        ),
    ),
)
"""The quota of a user as `/system/quotas/user/{id}` takes it."""

PRESIGN = Struct(
    "PresignRequest",
    "buckets.PresignRequest",
    (
        *_texts("object_key", "operation"),
        Field("expires_in", Whole()),
        Field("content_type", Text()),
        Field("extra_headers", TEXT_MAP),
    ),
)
"""A request for a presigned URL."""

CONFIG = Struct(
    "ConfigForUser",
    "handlers.ConfigForUser",
    (Field("allowed_image_repositories", Pointer(Struct("", "[]string", ()))),),
)
"""What `PUT /system/config` reads."""


def required_problems(struct: str, rules: tuple[tuple[str, str], ...]) -> str:
    """Return the validator's lines for (Go field, tag) pairs, as gin prints them."""
    return "\n".join(
        f"Key: '{struct}.{name}' Error:Field validation for '{name}' failed on the '{tag}' tag"
        for name, tag in rules
    )
