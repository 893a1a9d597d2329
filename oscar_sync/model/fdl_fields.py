"""The fields of an FDL service, in the order of oscar-server 2.1, and no other list of them.

Reading, defaults, comparing, masking, replacing, the JSON Schema and the field reference all come
from this table.
"""

from typing import Final

from oscar_sync.model.field import Change, Compare, Field, Kind, by_name

_T, _F, _I = Kind.TEXT, Kind.FLAG, Kind.INTEGER
_QUANTITY = Compare.QUANTITY
_V331, _V34, _V36, _V362, _V365 = (3, 3, 1), (3, 4, 0), (3, 6, 0), (3, 6, 2), (3, 6, 5)
_V40, _V41 = (4, 0, 0), (4, 1, 0)

INPUT_OUTPUT: Final = (
    Field("storage_provider", _T, "Provider of the path, `<type>[.<id>]`.", "", is_required=True),
    Field("path", _T, "Bucket and folder, `bucket/folder`.", "", is_required=True),
    Field("suffix", Kind.TEXTS, "Only files whose names end with this (outputs only).", []),
    Field("prefix", Kind.TEXTS, "Only files whose names start with this (outputs only).", []),
)

SYNCHRONOUS: Final = (
    Field("min_scale", _I, "Instances kept warm.", 0),
    Field("max_scale", _I, "Maximum number of instances; 0: no limit.", 0),
)

EXPOSE: Final = (
    Field("min_scale", _I, "Minimum number of replicas; at least 1 for an exposed service.", 0),
    Field("max_scale", _I, "Maximum number of replicas; at least 1 for an exposed service.", 0),
    Field("api_port", Kind.PORTS, "Ports the container listens on.", [], change=Change.SWITCH),
    Field("cpu_threshold", _I, "CPU usage in percent at which a replica is added.", 0),
    Field("rewrite_target", _F, "Strip the service's path before the container sees it.", False),
    Field("nodePort", Kind.PORTS, "Node ports; 0 means any.", [], compare=Compare.ANY_PORT),
    Field("default_command", _F, "Run the image's own command, not the script.", False),
    Field("set_auth", _F, "Ask for the service's name and token.", False),
    Field(
        "auth_type", _T, "How `set_auth` asks.", "", since=_V41, choices=("", "basic", "forward")
    ),
    Field("health_path", _T, "Path of the health probe.", "", since=_V365),
    Field("probe_mode", _T, "Kind of probe.", "", since=_V40, choices=("", "legacy", "direct")),
)

ENVIRONMENT: Final = (
    Field("variables", Kind.TEXT_MAP, "Environment variables of the container.", {}),
    Field(
        "secrets",
        Kind.TEXT_MAP,
        "Variables that cannot be read back.",
        {},
        since=_V36,  # 3.4 has the field, and keeps the values in the definition in clear
        is_secret=True,
        change=Change.RESTART,
    ),
)

REPLICA: Final = (
    Field("type", _T, "`oscar` or `endpoint`.", ""),
    Field("cluster_id", _T, "Cluster of the member.", ""),
    Field("service_name", _T, "Service of the member.", ""),
    Field("url", _T, "URL of an endpoint.", ""),
    Field("ssl_verify", _F, "Verify the endpoint's certificate.", False),
    Field("priority", _I, "Lower comes first.", 0),
    Field("headers", Kind.TEXT_MAP, "Headers sent to the endpoint.", {}, is_secret=True),
)

FEDERATION: Final = (
    Field("group_id", _T, "Name of the federation; the service's own name if blank.", ""),
    Field("topology", _T, "Shape of the federation.", "none", choices=("none", "star", "mesh")),
    Field("delegation", _T, "Rule that picks the member a job is delegated to.", ""),
    Field("rescheduler_threshold", _I, "Seconds before a job is delegated.", 0),
    Field("members", Kind.BLOCKS, "The other services.", [], children=REPLICA),
)

KSERVE_INFERENCE: Final = (
    Field("model_format", _T, "Format of the model.", "", change=Change.REPLACE),
    Field("runtime", _T, "Serving runtime.", "", change=Change.REPLACE),
)

KSERVE_LLM: Final = (Field("runtime_image", _T, "Image of the runtime.", ""),)

KSERVE: Final = (
    Field(
        "type",
        _T,
        "Kind of inference service.",
        "",
        is_required=True,
        change=Change.REPLACE,
        choices=("inference", "llm_inference"),
    ),
    Field("storage_uri", _T, "Location of the model.", "", is_required=True, change=Change.REPLACE),
    Field(
        "inference",
        Kind.BLOCK,
        "A predictive model.",
        is_optional_block=True,
        children=KSERVE_INFERENCE,
    ),
    Field(
        "llm_inference",
        Kind.BLOCK,
        "A language model.",
        is_optional_block=True,
        change=Change.REPLACE,
        children=KSERVE_LLM,
    ),
    Field("api_version", _T, "Protocol version.", "v1", choices=("v1", "v2")),
    Field("min_scale", _I, "Fewest replicas.", 0),
    Field("max_scale", _I, "Most replicas.", 1),
    Field("cpu", _T, "CPU of the predictor.", "0.2", compare=_QUANTITY),
    Field("memory", _T, "Memory of the predictor.", "256Mi", compare=_QUANTITY),
    Field("args", Kind.TEXTS, "Arguments of the predictor.", []),
    Field("env", Kind.TEXT_MAP, "Environment of the predictor.", {}),
    Field("enable_gpu", _F, "Give the predictor a GPU.", False),
    Field("set_auth", _F, "Ask for a token.", True, change=Change.REPLACE),
)

VOLUME: Final = (
    Field("name", _T, "Name of the volume; the service's own if blank.", ""),
    Field("size", _T, "Size of the volume to create; blank: attach one that exists.", ""),
    Field("mount_path", _T, "Absolute path in the container.", "", is_required=True),
    Field(
        "lifecycle_policy",
        _T,
        "What happens to the volume when its service is deleted.",
        "",
        choices=("", "delete", "retain"),
    ),
)

MOUNT: Final = (
    Field("storage_provider", _T, "Provider of the bucket, `<type>[.<id>]`.", ""),
    Field("path", _T, "Bucket and folder.", ""),
    Field("options", _T, "Options of the mount.", "", since=_V41),
)

CLUSTER: Final = (
    Field("endpoint", _T, "Address of the cluster.", ""),
    Field("auth_user", _T, "Basic user.", ""),
    Field("auth_password", _T, "Basic password.", "", is_secret=True),
    Field("ssl_verify", _F, "Verify the certificate.", False),
)

MINIO: Final = (
    Field("endpoint", _T, "Address of the store.", ""),
    Field("verify", _F, "Verify the certificate.", False),
    Field("access_key", _T, "Access key.", "", is_secret=True),
    Field("secret_key", _T, "Secret key.", "", is_secret=True),
    Field("region", _T, "Region.", ""),
)

S3: Final = (
    Field("access_key", _T, "Access key.", "", is_secret=True),
    Field("secret_key", _T, "Secret key.", "", is_secret=True),
    Field("region", _T, "Region.", ""),
)

ONEDATA: Final = (
    Field("oneprovider_host", _T, "Host of the Oneprovider.", ""),
    Field("token", _T, "Access token.", "", is_secret=True),
    Field("space", _T, "Space.", ""),
)

WEBDAV: Final = (
    Field("hostname", _T, "Host of the server.", ""),
    Field("login", _T, "User.", ""),
    Field("password", _T, "Password.", "", is_secret=True),
)

RUCIO: Final = (
    Field("host", _T, "Host of Rucio.", ""),
    Field("account", _T, "Account.", "", since=_V362),
    Field("rse", _T, "Storage element.", ""),
    Field("refresh_token", _T, "Refresh token.", "", is_secret=True, since=_V362),
    Field("auth_host", _T, "Authentication host.", ""),
    Field("oidc_audience", _T, "Audience of tokens.", "", since=_V362),
    Field("token_endpoint", _T, "Endpoint that gives tokens.", "", since=_V362),
)

PROVIDERS: Final = (
    Field("s3", Kind.BLOCK_MAP, "Amazon S3 accounts by id.", {}, children=S3),
    Field("minio", Kind.BLOCK_MAP, "MinIO servers by id.", {}, children=MINIO),
    Field("onedata", Kind.BLOCK_MAP, "Onedata spaces by id.", {}, children=ONEDATA),
    Field("webdav", Kind.BLOCK_MAP, "WebDAV servers by id.", {}, children=WEBDAV),
    Field("rucio", Kind.BLOCK_MAP, "Rucio accounts by id.", {}, since=_V34, children=RUCIO),
)

SERVICE: Final = (
    Field(
        "name",
        _T,
        "Name of the service, 1 to 39 characters.",
        "",
        is_required=True,
        change=Change.RENAME,
    ),
    Field("cluster_id", _T, "Id of the cluster, for federation.", "", change=Change.FEDERATED),
    Field("memory", _T, "Memory of an instance.", "256Mi", compare=_QUANTITY),
    Field("cpu", _T, "CPU of an instance.", "0.2", compare=_QUANTITY),
    Field("total_memory", _T, "Memory of all instances (YuniKorn).", "", compare=_QUANTITY),
    Field("total_cpu", _T, "CPU of all instances (YuniKorn).", "", compare=_QUANTITY),
    Field(
        "ephemeral_storage_request", _T, "Local disk asked for.", "", compare=_QUANTITY, since=_V41
    ),
    Field("enable_gpu", _F, "Give each instance a GPU.", False),
    Field("enable_sgx", _F, "Run in an SGX enclave.", False),
    Field("image_prefetch", _F, "Pull the image on every node first.", False),
    Field("synchronous", Kind.BLOCK, "Scale of synchronous calls.", {}, children=SYNCHRONOUS),
    Field(
        "federation",
        Kind.BLOCK,
        "Members on other clusters.",
        is_optional_block=True,
        since=_V41,
        children=FEDERATION,
    ),
    Field("log_level", _T, "Log level of the supervisor.", "INFO"),
    Field("image", _T, "Container image.", "", is_required=True),
    Field("alpine", _F, "The image is an Alpine one.", False),
    Field("file_stage_in", _F, "Do not fetch the input file.", False),
    Field(
        "input",
        Kind.BLOCKS,
        "Folders whose uploads start a job.",
        [],
        change=Change.BUCKETS,
        children=INPUT_OUTPUT,
    ),
    Field(
        "output",
        Kind.BLOCKS,
        "Folders that take results.",
        [],
        change=Change.BUCKETS,
        children=INPUT_OUTPUT,
    ),
    Field(
        "script",
        _T,
        "The script: a path, or its text.",
        "",
        is_required=True,
        change=Change.RESTART,
    ),
    Field(
        "image_pull_secrets",
        Kind.TEXTS,
        "Secrets for the image's registry.",
        [],
        compare=Compare.UNORDERED,
    ),
    Field("expose", Kind.BLOCK, "Serve the container's own ports.", {}, children=EXPOSE),
    Field("environment", Kind.BLOCK, "Environment of the container.", {}, children=ENVIRONMENT),
    Field("annotations", Kind.TEXT_MAP, "Annotations.", {}),
    Field("vo", _T, "Virtual organisation; the server fills it in.", "", change=Change.CARRIED),
    Field("labels", Kind.TEXT_MAP, "Labels.", {}),
    Field("storage_providers", Kind.BLOCK, "Credentials of other stores.", {}, children=PROVIDERS),
    Field(
        "clusters",
        Kind.BLOCK_MAP,
        "Clusters, for federation.",
        {},
        change=Change.FEDERATED,
        children=CLUSTER,
    ),
    Field("interlink_node_name", _T, "Run on this interLink node.", "", change=Change.REPLACE),
    Field(
        "visibility",
        _T,
        "Who sees the service and its buckets.",
        "private",
        since=_V36,
        change=Change.ACCESS,
        choices=("", "private", "restricted", "public"),
    ),
    Field(
        "allowed_users",
        Kind.TEXTS,
        "Users of a restricted service.",
        [],
        compare=Compare.UNORDERED,
        change=Change.ISOLATION,
    ),
    Field(
        "isolation_level",
        _T,
        "`USER` gives each user a bucket.",
        "",
        since=_V331,
        change=Change.ISOLATION,
    ),
    Field(
        "mount",
        Kind.BLOCK,
        "A bucket mounted into the container.",
        {},
        change=Change.BUCKETS,
        children=MOUNT,
    ),
    Field(
        "volume",
        Kind.BLOCK,
        "A volume of the cluster.",
        is_optional_block=True,
        since=_V40,
        change=Change.REPLACE,
        children=VOLUME,
    ),
    Field(
        "kserve",
        Kind.BLOCK,
        "Serve a model with KServe.",
        is_optional_block=True,
        since=_V41,
        change=Change.SWITCH,
        children=KSERVE,
    ),
)

BY_NAME: Final = by_name(SERVICE)

SERVER_OWNED: Final = frozenset(
    {"token", "owner", "namespace", "bucket_list", "volume_status", "deployment"}
)
"""Keys that the server sets and a manifest's value is never sent for (oscar-server 2.1)."""

REMOVED_KEYS: Final = {
    "replicas": "v4.1.0: write federation.members",
    "delegation": "v4.1.0: write federation.delegation",
    "rescheduler_threshold": "v4.1.0: write federation.rescheduler_threshold",
}
"""Top-level keys that servers since the named release ignore (oscar-server 11)."""
