"""The key of fingerprints: from the environment, or kept in ``.oscar-sync/key`` (safety.md 7)."""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from oscar_sync.errors import InputError
from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.secret import Secret
from oscar_sync.workspace.files import create_exclusively, read_unlinked
from oscar_sync.workspace.git import is_tracked

VARIABLE: Final = "OSCAR_SYNC_FINGERPRINT_KEY"
FOLDER: Final = ".oscar-sync"
MIN_CHARACTERS: Final = 32
CODE: Final = "OSY290"

Note = Callable[[str], None]


def read_key(
    folder: Path, environ: Mapping[str, str], on_note: Note | None = None
) -> FingerprintKey | None:
    """Return the key of *folder* (where oscar-sync.yaml lies), None if there is none yet.

    Creates nothing. A key file that others can read, or that git tracks, is used, with a note.

    Raises:
        InputError: the variable, or the file, holds fewer than 32 characters.
    """
    if VARIABLE in environ:
        return _key(environ[VARIABLE].strip(), f"${VARIABLE}")
    path = folder / FOLDER / "key"
    try:
        text, mode = read_unlinked(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        _tell(on_note, f"{path} cannot be read ({_why(error)}): secrets are not compared")
        return None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        _tell(on_note, f"{path} can be read by other users; run: chmod 600 {path}")
    if is_tracked(path):
        _tell(on_note, f"{path} is tracked by git: who has the repository can guess the secrets; "
              f"run: git rm --cached {path}, and use another key")  # fmt: skip
    return _key(text.strip(), str(path))


def ensure_key(
    folder: Path, environ: Mapping[str, str], on_note: Note | None = None
) -> FingerprintKey | None:
    """Return the key of *folder*, made now if there is none; None, with a note, if it cannot be.

    Raises:
        InputError: the variable, or the file, holds fewer than 32 characters.
    """
    path = folder / FOLDER / "key"
    key = read_key(folder, environ, on_note)
    if key or path.parent.is_symlink():
        return key
    if os.path.lexists(path):  # it cannot be read, or another run has just made it
        return read_key(folder, environ)
    text = secrets.token_hex(32)
    try:
        make_folder(path.parent)
        is_ours = create_exclusively(path, f"{text}\n")
    except OSError as error:
        _tell(
            on_note,
            f"{path} cannot be written ({_why(error)}): fingerprints of secrets are not kept; "
            f"set ${VARIABLE}",
        )
        return None
    # Another run was faster: its key is the key.
    return _key(text, str(path), is_new=True) if is_ours else read_key(folder, environ, on_note)


def make_folder(folder: Path) -> None:
    """Make a folder of our own in a checkout, which git does not track.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    create_exclusively(folder / ".gitignore", "*\n")


def _key(text: str, place: str, *, is_new: bool = False) -> FingerprintKey:
    if len(text) < MIN_CHARACTERS:
        raise InputError([_too_short(place, len(text))])
    mark = hmac.new(text.encode(), b"oscar-sync.io/key-id", hashlib.sha256).hexdigest()
    return FingerprintKey(Secret(text), mark[:8], is_new)


def _too_short(place: str, length: int) -> Diagnostic:
    remedy = f"use {MIN_CHARACTERS} characters or more, as from: openssl rand -hex 32"
    message = f"a fingerprint key of {plural(length, 'character')} can be guessed"
    if not length:  # as a forge sets the variable of a secret that nobody has entered
        message = "the fingerprint key is blank"
        remedy += f", or: unset {VARIABLE}" if place.startswith("$") else ""
    return Diagnostic(
        file=place,
        line=0,
        column=0,
        code=CODE,
        severity=Severity.ERROR,
        path="",
        message=message,
        remedy=remedy,
    )


def _tell(on_note: Note | None, text: str) -> None:
    if on_note:
        on_note(text)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
