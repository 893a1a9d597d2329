"""A token or secret in a file."""

import re
from pathlib import Path
from typing import Final

from oscar_sync.documents.on_disk import read_within

_LARGEST: Final = 1 << 16
_LINE: Final = re.compile(rb"[ -~]+")


class SecretFileError(Exception):
    """Why a file gives no secret."""


def read_secret(path: str | Path) -> str:
    """Return the secret in a file, which is read again each time: so it can be changed.

    Raises:
        SecretFileError: the file cannot be read, or holds what no header can hold.
    """
    try:
        content = read_within(path, _LARGEST).strip()
    except OSError as error:
        raise SecretFileError(error.strerror or str(error)) from error
    if not content:
        raise SecretFileError("it is empty")
    if len(content) > _LARGEST or not _LINE.fullmatch(content):
        raise SecretFileError("it does not hold one line of printable ASCII characters")
    return content.decode("ascii")
