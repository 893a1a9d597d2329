"""JSON Merge Patch (RFC 7386) on trees: null removes, lists replace, mappings merge."""

from oscar_sync.documents.scalars import Tree, is_null


def patched(target: Tree, patch: Tree) -> Tree:
    """Return *target* with *patch* laid over it; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    merged: dict[str, Tree] = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if is_null(value):
            merged.pop(key, None)
        else:
            merged[key] = patched(merged.get(key, ""), value)
    return merged
