"""A pause of what a watch applies: a file, so that a watch that is started again holds it too."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from oscar_sync.workspace.files import put_in_place
from oscar_sync.workspace.key import make_folder

NAME: Final = "paused.json"


class Pause(Struct, frozen=True):
    """Since when, as ``2026-03-01T03:17:04Z``, and why, as somebody wrote it."""

    at: str
    because: str = ""

    @property
    def words(self) -> str:
        return f"paused since {self.at}{f': {self.because}' if self.because else ''}"


def read_pause(folder: Path) -> Pause | None:
    """Return the pause that holds in *folder*, None without one; what cannot be read holds."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Pause)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        return Pause("an unknown time", f"{NAME} cannot be read: {error}")


def write_pause(folder: Path, pause: Pause) -> None:
    """Raises OSError: it cannot be written."""
    make_folder(folder)
    put_in_place(folder / NAME, msgspec.json.encode(pause).decode())


def end_pause(folder: Path) -> None:
    """Raises OSError: it cannot be taken away."""
    (folder / NAME).unlink(missing_ok=True)
