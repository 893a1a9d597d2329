"""curl as a client of many PUTs at once: the least that a client can cost."""

import shutil
from collections.abc import Sequence
from pathlib import Path

MISSING = "no curl: run scripts/install-system-packages.sh to compare with it"


def is_there() -> bool:
    """Tell whether curl is installed."""
    return shutil.which("curl") is not None


def puts(folder: Path, url: str, login: str, bodies: Sequence[bytes], at_once: int) -> list[object]:
    """Return the command that PUTs *bodies* to *url*, *at_once* at once on kept connections.

    *login* is ``user:password``; the bodies are written below *folder*. curl fails if any of the
    answers is an error.
    """
    folder.mkdir(exist_ok=True)
    parts = ["parallel", f"parallel-max = {at_once}", "silent", "fail"]
    for place, body in enumerate(bodies):
        path = folder / f"{place}.json"
        path.write_bytes(body)
        parts += [
            f'url = "{url}"',
            "request = PUT",
            f'data-binary = "@{path}"',
            'header = "Content-Type: application/json"',
            'header = "Expect:"',
            f'user = "{login}"',
            "next",
        ]
    config = folder / "curl.txt"
    config.write_text("\n".join(parts[:-1]) + "\n")
    return ["curl", "--config", config]
