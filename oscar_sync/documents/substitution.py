"""``${NAME}`` and ``${NAME:-default}`` in settings and overlays (product 2.2)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.documents.scalars import Plain, Tree
from oscar_sync.documents.suggestion import did_you_mean

_NAMED: Final = r"\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}"
_REFERENCE: Final = re.compile(rf"(?<!\$)(?:\$\$)*(?P<written>\${_NAMED})")
_DOLLARS: Final = re.compile(rf"(?P<dollars>\$+){_NAMED}")
"""Two dollars are one, as docker compose reads them; one that is left over begins a reference."""
_BARE: Final = re.compile(r"\$\(?([A-Za-z_][A-Za-z0-9_]*)\)?")


def bare_variable(text: str, *, is_part: bool = False) -> str:
    """Return the name where *text* is ``$NAME`` or ``$(NAME)``, which is not replaced, or blank.

    With ``is_part`` it may also be a part of *text*.
    """
    match = _BARE.search(text) if is_part else _BARE.fullmatch(text)
    return match[1] if match else ""


def defining(name: str, environ: Mapping[str, str]) -> str:
    """Return what to do about a variable that *environ* lacks."""
    ours = [other for other in environ if other.startswith("OSCAR_") and "OSCAR_SYNC_" not in other]
    hint = did_you_mean(name, ours)
    return f"set it: export {name}=VALUE" + (f"; {hint}" if hint else "")


def references(text: str) -> tuple[str, ...]:
    return tuple(match["name"] for match in _REFERENCE.finditer(text))


def substituted(text: str, environ: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return *text* with the values of *environ*, and the names that have none.

    ``:-default`` holds where the variable is absent or blank, as in a shell; ``$${NAME}`` becomes
    the text ``${NAME}``, and ``$$${NAME}`` a dollar and the value.
    """
    missing: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        pairs, is_reference = divmod(len(match["dollars"]), 2)
        literal = "$" * pairs
        if not is_reference:
            return literal + match[0].lstrip("$")
        value = environ.get(match["name"])
        if value is None and match["default"] is None:
            missing.append(match["name"])
        return literal + (value or match["default"] or "")

    replaced = _DOLLARS.sub(value_of, text) if "${" in text else text
    return replaced, tuple(missing)


def values_of(text: str, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (value, match["written"])
        for match in _REFERENCE.finditer(text)
        if (value := environ.get(match["name"]) or "")
    )


def scalars_with_references(tree: Tree) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(tree, str):
        if _REFERENCE.search(tree):
            yield (), tree
        return
    below = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, inner in below:
        for path, text in scalars_with_references(inner):
            yield (step, *path), text


def substituted_tree(
    tree: Tree, environ: Mapping[str, str]
) -> tuple[Tree, tuple[tuple[tuple[str | int, ...], str], ...]]:
    """Return *tree* with every scalar substituted, and the paths and names without a value."""
    missing: list[tuple[tuple[str | int, ...], str]] = []

    def walk(node: Tree, path: tuple[str | int, ...]) -> Tree:
        if isinstance(node, dict):
            return {key: walk(value, (*path, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value, (*path, place)) for place, value in enumerate(node)]
        text, names = substituted(node, environ)
        missing.extend((path, name) for name in names)
        return Plain(text) if isinstance(node, Plain) else text

    return walk(tree, ()), tuple(missing)
