"""What a command asks for: flags and environment."""

from msgspec import Struct


class DesireRequest(Struct, frozen=True):
    """What a command asks for, flags and ``OSCAR_SYNC_<FLAG>`` already put together.

    Without ``needs_clusters`` (validate, schema, graph) neither endpoints nor credentials are
    resolved. Without ``needs_manifests`` (remove, forget, doctor) they come from the settings'
    folder, and what cannot be read is a warning. Errors of the ``tolerated`` codes are warnings.
    """

    paths: tuple[str, ...] = (".",)
    settings_file: str | None = None
    overlays: tuple[str, ...] = ()
    env_file: str | None = None
    only: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    config: str | None = None
    token_file: str | None = None
    allow_outside: tuple[str, ...] = ()
    endpoints_allowed: tuple[str, ...] = ()
    secret_env: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    strict: bool = False
    needs_clusters: bool = True
    needs_manifests: bool = True
    tolerated: frozenset[str] = frozenset()
    cwd: str = "."
