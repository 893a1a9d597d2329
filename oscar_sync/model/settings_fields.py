"""The keys of `oscar-sync.yaml`, and no other list of them."""

from typing import Final

from oscar_sync.model.field import Field, Kind

_T, _F = Kind.TEXT, Kind.FLAG

ALWAYS_SHOWN: Final = ("OSY215", "OSY306", "OSY313")
"""Warnings of who runs the files, which the files may raise and not turn off (trust 4)."""
WARNINGS: Final = (
    *("OSY106", "OSY112", "OSY114", "OSY115", "OSY116", "OSY117", "OSY118", "OSY125", "OSY127"),
    *("OSY132", "OSY137", "OSY141", "OSY162", "OSY172", "OSY180", "OSY181", "OSY182", "OSY183"),
    "OSY185",
    *(
        "OSY214",
        "OSY216",
        "OSY218",
        "OSY221",
        "OSY222",
        "OSY307",
        "OSY308",
        "OSY315",
        "OSY316",
        "OSY317",
    ),
    *ALWAYS_SHOWN,
)
"""The codes of findings that do not stop a run: `rules` may name them."""
OFF: Final = "off"

CLUSTER: Final = (
    Field("endpoint", _T, "Address of the cluster.", ""),
    Field("auth_user", _T, "Basic user.", ""),
    Field("auth_password", _T, "Basic password.", "", is_secret=True),
    Field("token", _T, "OIDC access token.", "", is_secret=True),
    Field("token_file", _T, "File with an OIDC access token, read again for each request.", ""),
    Field("oidc_account_name", _T, "Account of oidc-agent.", ""),
    Field("oidc_refresh_token", _T, "OIDC refresh token.", "", is_secret=True),
    Field("ssl_verify", _F, "Verify the certificate; absent: true."),
    Field("ca_bundle", _T, "File with the certificates to trust.", ""),
    Field("identity", _T, "Name of the cluster in marks; else its endpoint.", ""),
    Field("s3_endpoint", _T, "The object store's address from here.", ""),
    Field("memory", _T, "Written by oscar-cli, without effect.", ""),
    Field("log_level", _T, "Written by oscar-cli, without effect.", ""),
)
ALIAS: Final = (Field("alias", _T, "Name of the entry that this key goes to.", ""),)

REMOVED: Final = (
    Field("service", _T, "SERVICE or CLUSTER/SERVICE.", ""),
    Field("bucket", _T, "In place of a service: BUCKET or CLUSTER/BUCKET.", ""),
    Field("volume", _T, "In place of a service: VOLUME or CLUSTER/VOLUME.", ""),
    Field(
        "erase",
        Kind.TEXTS,
        "Buckets to delete, `volume`, `empty`; `true` for a bucket or volume.",
        [],
        is_flag_too=True,
    ),
    Field("forget", _F, "Keep it running and stop managing it.", False),
    Field("close_access", _F, "First close its buckets to everybody except their owner.", False),
    Field("because", _T, "Why, for the plan's text.", ""),
)

MOVED: Final = (
    Field("from", _T, "SERVICE or CLUSTER/SERVICE, as it was called.", "", is_required=True),
    Field("to", _T, "Its new name, on the same cluster.", "", is_required=True),
)

SEED: Final = (
    Field("from", _T, "A file or folder.", "", is_required=True),
    Field(
        "to",
        _T,
        "`PROVIDER:FOLDER`: `minio.default:BUCKET/PREFIX`, `webdav.ID:FOLDER` …",
        "",
        is_required=True,
    ),
    Field("trigger", _F, "Allow uploads that start jobs.", False),
    Field("delete_extra", _F, "Delete other keys below the prefix.", False),
)

SERVICE: Final = (
    Field("protect", _F, "Never removed, never replaced.", False),
    Field("allow", Kind.TEXTS, "Permissions, without the service's name.", []),
    Field("ignore", Kind.TEXTS, "Paths that others may change, as the plan prints them.", []),
    Field(
        "close_access",
        _F,
        "Close a bucket to everybody except its owner before the service is detached from it.",
        False,
    ),
    Field("wait", _T, "Time to wait until it is ready: 90s, 5m, 1h.", ""),
    Field("seeds", Kind.BLOCKS, "Files to upload to its buckets.", [], children=SEED),
)

BUCKET_SEED: Final = (
    SEED[0],
    Field("to", _T, "A folder of the bucket; absent: the bucket itself.", ""),
    *SEED[2:],
)

_BECAUSE: Final = Field("because", _T, "Why, for the plan's text.", "")

BUCKET: Final = (
    Field(
        "visibility",
        _T,
        "Who has access: its owner, its owner and `allowed_users`, or everybody.",
        "private",
        choices=("private", "restricted", "public"),
    ),
    Field("allowed_users", Kind.TEXTS, "Ids of users that have access to it.", []),
    _BECAUSE,
    Field("seeds", Kind.BLOCKS, "Files to upload to it.", [], children=BUCKET_SEED),
)

VOLUME: Final = (
    Field("size", _T, "How much it holds, such as `20Gi`.", "", is_required=True),
    _BECAUSE,
)

SETTINGS: Final = (
    Field("set", _T, "Name of the set of services that these settings manage.", ""),
    Field(
        "clusters",
        Kind.BLOCK_MAP,
        "Clusters by FDL key or id; `*`: every key that is named nowhere.",
        {},
        children=CLUSTER,
        text_as=ALIAS,
    ),
    Field("prune", _F, "Remove managed services that are no longer in the manifests.", False),
    Field("max_removals", Kind.INTEGER, "More are blocked.", 3, least=0),
    Field("env_file", _T, "Values for declared variables and secrets.", ""),
    Field(
        "secrets_from_env",
        Kind.TEXTS,
        "Secrets that take the environment variable of the same name where they are blank.",
        [],
    ),
    Field("owners", Kind.TEXTS, "Owners whose services may be updated.", []),
    Field(
        "removed",
        Kind.BLOCKS,
        "Services to remove; buckets and volumes to delete.",
        [],
        children=REMOVED,
        text_as=REMOVED,
    ),
    Field(
        "buckets",
        Kind.BLOCK_MAP,
        "Buckets by BUCKET (on each cluster of the run) or CLUSTER/BUCKET, which wins there; needs "
        "a `set`.",
        {},
        children=BUCKET,
    ),
    Field("volumes", Kind.BLOCK_MAP, "Managed volumes by name, as buckets.", {}, children=VOLUME),
    Field("moved", Kind.BLOCKS, "Services that were renamed.", [], children=MOVED),
    Field(
        "waves",
        Kind.TEXT_LISTS,
        "Clusters that an apply writes to one group after the other; `*`: those named nowhere.",
        [],
    ),
    Field(
        "window",
        Kind.TEXTS,
        "When `watch --apply` may apply: `Mon-Fri 08:00-18:00 Europe/Madrid`, or a list of such.",
        [],
        is_text_too=True,
    ),
    Field("services", Kind.BLOCK_MAP, "Settings by service.", {}, children=SERVICE),
    Field(
        "rules",
        Kind.TEXT_MAP,
        "Warnings by code, as in `OSY182: off`: `off`, `warning` or `error`.",
        {},
        choices=(OFF, "warning", "error"),
        keys=WARNINGS,
    ),
)
