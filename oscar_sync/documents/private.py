"""Files that no manifest and no seed may read, also inside the settings' folder (trust 4.3).

A branch that names `.git/config` as a script would print the token of its checkout.
"""

import re
from typing import Final

_FOLDERS: Final = frozenset(
    {".git", ".oscar-sync", ".ssh", ".gnupg", ".aws", ".kube", ".oscar-cli"}
)
_FILES: Final = re.compile(
    r"\.env.*|\.netrc|\.git-credentials|\.pypirc|\.npmrc"
    r"|.+\.(pem|key|p12|pfx)|id_[a-z0-9_]+(\.pub)?"
)
_PARTS: Final = re.compile(r"[/\\]+")


def is_private(path: str) -> bool:
    """Tell whether *path*, relative to a folder that may be read, names what is kept private."""
    parts = [part.lower() for part in _PARTS.split(path) if part]
    return bool(parts) and (
        not _FOLDERS.isdisjoint(parts) or _FILES.fullmatch(parts[-1]) is not None
    )


def is_left_out(name: str) -> bool:
    """Tell whether a folder's seed passes over *name*: what belongs to a tool, not to the data."""
    return name.lower() in (".git", ".oscar-sync")
