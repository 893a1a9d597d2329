"""One spelling of the raw mapping, so that layers meet: before overlays, before types."""

from oscar_sync.documents.merge_patch import patched
from oscar_sync.documents.scalars import Tree, is_null

VARIABLES = "variables"
OLD_VARIABLES = "Variables"
_SHARED = ("storage_providers", "clusters")


def canonical(fields: dict[str, Tree]) -> dict[str, Tree]:
    """Return *fields* with ``Variables`` as ``variables``; both at once are merged (record 014)."""
    # Of a name in both, the value under ``variables`` holds: the server's JSON reader does the same
    # with what is sent last.
    environment = fields.get("environment")
    if not isinstance(environment, dict) or OLD_VARIABLES not in environment:
        return fields
    rest = {key: value for key, value in environment.items() if key != OLD_VARIABLES}
    old, new = environment[OLD_VARIABLES], rest.get(VARIABLES)
    if isinstance(old, dict) and isinstance(new, dict):
        rest[VARIABLES] = {**old, **new}
    elif new is None or is_null(new):
        rest[VARIABLES] = old
    return {**fields, "environment": rest}


def has_both(fields: dict[str, Tree]) -> bool:
    environment = fields.get("environment")
    return isinstance(environment, dict) and {VARIABLES, OLD_VARIABLES} <= environment.keys()


def has_old(fields: dict[str, Tree]) -> bool:
    environment = fields.get("environment")
    return (
        isinstance(environment, dict)
        and OLD_VARIABLES in environment
        and VARIABLES not in environment
    )


def with_shared(fields: dict[str, Tree], shared: dict[str, Tree]) -> dict[str, Tree]:
    """Return *fields* with the file's top-level blocks below its own (product 2.1; safety 4)."""
    if not shared:
        return fields
    merged = dict(fields)
    for key in _SHARED:
        if isinstance(shared.get(key), dict):
            own = fields.get(key)
            merged[key] = patched(shared[key], own) if isinstance(own, dict) else shared[key]
    return merged
