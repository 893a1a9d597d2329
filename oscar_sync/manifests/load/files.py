"""Bytes of files, within bounds: regular files only, nothing outside the allowed folders."""

import os
import stat
from collections.abc import Iterable
from typing import Final

from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.private import is_private

_CHUNK: Final = 1 << 16
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class OutsideError(OSError):
    """The file lies outside the allowed folders."""


class PrivateError(OSError):
    """The file is one that no manifest may read, wherever it lies."""


class TooLargeError(OSError):
    """The file is larger than it may be."""


class ReadScope:
    """The folders whose files may be read (safety 8): the settings' folder and allowed ones.

    Inside of them private files may not; whether a file may be read never depends on whether it
    exists (trust 4.3).
    """

    def __init__(
        self, root: str, allowed: Iterable[str], env_file: str = "", logins: Iterable[str] = ()
    ) -> None:
        """Resolve *root* and *allowed* once; *env_file* and files of *logins* are private too."""
        self._env_file = real_path(env_file) if env_file else ""
        self._logins = frozenset(map(real_path, filter(None, logins)))
        roots = (real_path(path).rstrip(os.sep) + os.sep for path in (root, *allowed))
        self._roots = sorted(roots, key=len, reverse=True)
        self._known: dict[str, str] = {}

    def real(self, path: str) -> str:
        """Return the real path of the absolute *path*; its folder is resolved once."""
        folder, name = os.path.split(path)
        if name in ("", ".", ".."):
            return real_path(path)
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = real_path(folder)
        return os.path.join(known, name)

    def holds(self, real: str) -> bool:
        return bool(self._root_of(real))

    def _root_of(self, real: str) -> str:
        """Return the nearest allowed folder that holds *real*, blank if none does."""
        folder = real + os.sep
        return next((root for root in self._roots if folder.startswith(root)), "")

    def check(self, real: str, path: str, *, is_env_file: bool = False) -> None:
        """Refuse what may not be read: *real* is the real path of *path*.

        Raises:
            OutsideError: it lies outside.
            PrivateError: it is private; an *is_env_file* may be the env file.
        """
        root = self._root_of(real)
        if not root:
            raise OutsideError(path)
        if real in self._logins:
            raise PrivateError(path)
        if is_env_file and real == self._env_file:
            return
        if real == self._env_file or is_private(real[len(root) :]):
            raise PrivateError(path)

    def read(self, path: str, most: int, *, is_env_file: bool = False) -> bytes:
        """Return the content of the regular file at *path*.

        Raises:
            OutsideError: it lies outside.
            PrivateError: it is private.
            TooLargeError: it has more than *most* bytes.
            OSError: it cannot be read.
        """
        real = self.real(path)
        self.check(real, path, is_env_file=is_env_file)
        try:
            descriptor = os.open(real, _FLAGS | _NO_FOLLOW)
        except OSError:
            if not os.path.islink(real):
                raise
            real = real_path(real)
            self.check(real, path, is_env_file=is_env_file)
            descriptor = os.open(real, _FLAGS | _NO_FOLLOW)
        try:
            return _content(descriptor, path, most)
        finally:
            os.close(descriptor)


def _content(descriptor: int, path: str, most: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "is not a regular file", path)
    if status.st_size > most:
        raise TooLargeError(path)
    # One byte more than there should be tells the end. A buffer of the file's own size matters:
    # a large one for each of many small files costs more than all that is done with them.
    asked = min(status.st_size + 1, _CHUNK)
    content = os.read(descriptor, asked)
    if len(content) < asked:
        return content
    parts, size = [content], len(content)
    while content and size <= most:
        content = os.read(descriptor, _CHUNK)
        parts.append(content)
        size += len(content)
    if size > most:
        raise TooLargeError(path)
    return b"".join(parts)


def reason_of(error: OSError) -> str:
    if isinstance(error, OutsideError):
        return "it lies outside the settings' folder"
    if isinstance(error, PrivateError):
        return "it is private (.git, .env, keys, log-ins)"
    return error.strerror or str(error) or type(error).__name__
