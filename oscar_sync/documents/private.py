"""Files that no manifest and no seed may read, also inside the settings' folder (trust 4.3).

A branch that names `.git/config` as a script would print the token of its checkout.
"""

import re
from typing import Final

_FOLDERS: Final = frozenset(
    [
        ".git",
        ".oscar-sync",
        ".oscar-cli",
        ".ssh",
        ".gnupg",
        ".aws",
        ".azure",
        ".kube",
        ".docker",
        ".terraform",
        ".mc",
    ]
)
_TOOLS_FILES: Final = re.compile(
    r"\.env.*|\.netrc|\.git-credentials|\.pypirc|\.npmrc|\.vault-token|\.s3cfg|\.boto"
    r"|(.+\.)?kubeconfig|kubeconfig\..+|.+\.tfstate(\..+)?|rclone\.conf"
)
_KEYS: Final = re.compile(r".+\.(pem|key|p12|pfx)|id_[a-z0-9_]+(\.pub)?")


def is_private(path: str) -> bool:
    parts = _parts(path)
    return _is_of_a_tool(parts) or _KEYS.fullmatch(parts[-1]) is not None


def is_of_a_tool(path: str) -> bool:
    """Tell whether *path* names what tools keep log-ins in; a key of one's own is not that."""
    # A token may be in a file called ``id_token``, and never in ``.git`` or ``.env``.
    return _is_of_a_tool(_parts(path))


def _is_of_a_tool(parts: list[str]) -> bool:
    return not _FOLDERS.isdisjoint(parts) or _TOOLS_FILES.fullmatch(parts[-1]) is not None


def _parts(path: str) -> list[str]:
    return path.lower().replace("\\", "/").rstrip("/").split("/")


def is_left_out(name: str) -> bool:
    return name.lower() in (".git", ".oscar-sync")
