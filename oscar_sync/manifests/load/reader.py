"""Reading files, and keeping what was made of them while they stay as they are."""

import os
import stat
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar, cast

from msgspec import Struct, field

from oscar_sync.manifests.load.files import ReadScope
from oscar_sync.model.diagnostic import Diagnostic

Made = TypeVar("Made")
_MakeEach: TypeAlias = Callable[[Sequence[str]], list[Made]]

Signature = tuple[int, int, int, int, int]
"""Device, inode, size in bytes, and the nanoseconds of the last write and the last change."""

_SETTLED_NS: Final = 2_000_000_000
"""A file that was changed so shortly before it was read may change again without a new time."""


def signature_of(path: str) -> Signature | None:
    """Return what tells a file from what it was before, None where there is none."""
    # Of a folder only which one it is: what is in it does not count.
    try:
        return _signature(os.stat(path))
    except (OSError, ValueError):
        return None


def _signature(stated: os.stat_result) -> Signature:
    if stat.S_ISDIR(stated.st_mode):
        return stated.st_dev, stated.st_ino, 0, 0, 0
    return stated.st_dev, stated.st_ino, stated.st_size, stated.st_mtime_ns, stated.st_ctime_ns


class Reader:
    """Reads and forgets: what a run of a single pass needs."""

    scope: ReadScope

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        """What the last pass read, by path, but for an env file."""

    def shared_text(self, path: str, most: int) -> str:
        """Return the content of a file as text: one object, however many ask for it.

        What many services share is held once (trust 4.6).

        Raises:
            OSError: as of ``ReadScope.read``.
            UnicodeDecodeError: it is not UTF-8; its ``object`` is the content.
        """
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = self.read(path, most).decode()
        return known

    def begin(self) -> None:
        self._texts, self.contents = {}, {}

    def enter(self, scope: ReadScope, setting: object) -> None:
        """Read inside *scope* from now on; what earlier passes made holds in an equal *setting*."""
        del setting
        self.scope = scope

    def looked_for(self, path: str, stated: os.stat_result | None = None) -> None:
        """Note that what is made depends on the file at *path*, which may not exist.

        *stated* is what a look at it has shown already, if somebody had one.
        """

    def listed(self, folder: str) -> None:
        """Note that what is made depends on which files are in *folder*."""

    def seeded(self, source: str) -> None:
        """Note that the plan depends on all that *source* holds, a file or a folder."""

    def read(self, path: str, most: int, *, is_env_file: bool = False) -> bytes:
        """Raises OSError: as of ``ReadScope.read``."""
        content = self.scope.read(path, most, is_env_file=is_env_file)
        if not is_env_file:
            self.contents[path] = content
        return content

    def made(
        self,
        key: Hashable,
        inputs: Sequence[object],
        diagnostics: list[Diagnostic],
        make: Callable[[], Made],
    ) -> Made:
        del key, inputs, diagnostics
        return make()

    def made_each(
        self, paths: Sequence[str], inputs: Sequence[object], make: _MakeEach[Made]
    ) -> list[Made]:
        """Return what *make* returns: one for each of *paths*."""
        del inputs
        return make(paths)


class _Content(Struct, frozen=True):
    """A file as it was read. ``is_settled``: old enough then for its signature to be sure."""

    signature: Signature
    is_settled: bool
    content: bytes


class _Read(Struct, frozen=True):
    path: str
    most: int
    content: bytes
    is_env_file: bool


class _Kept(Struct, frozen=True):
    """What was made of ``inputs`` (compared by identity) and ``contents``, with its findings."""

    inputs: tuple[object, ...]
    contents: tuple[_Read, ...]
    result: object
    findings: tuple[Diagnostic, ...]


class _Trace(Struct):
    """What is read while something is made; a read that fails makes it nothing to keep."""

    contents: list[_Read] = field(default_factory=list)
    has_failed: bool = False


class RememberingReader(Reader):
    """Keeps what was made in the pass before, as long as every file it was made from is the same.

    A file is the same by its signature, and where that is too young to be trusted by its content.
    What a pass did not ask for is forgotten, and so is everything where its setting differs.
    """

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        super().__init__()
        self._now_ns = now_ns
        self._decoded: dict[str, tuple[bytes, str]] = {}
        self._setting: object = None
        self._contents: dict[str, _Content] = {}
        self._contents_before: dict[str, _Content] = {}
        self._kept: dict[Hashable, _Kept] = {}
        self._kept_before: dict[Hashable, _Kept] = {}
        self._traces: list[_Trace] = []
        self._files: dict[str, Signature | None] = {}
        self._folders: set[str] = set()
        self._seeds: set[str] = set()

    @property
    def files(self) -> Mapping[str, Signature | None]:
        """Every file that the last pass looked for, as it was just before (None: not there)."""
        return MappingProxyType(self._files)

    @property
    def folders(self) -> frozenset[str]:
        return frozenset(self._folders)

    @property
    def seeds(self) -> frozenset[str]:
        return frozenset(self._seeds)

    def begin(self) -> None:
        super().begin()
        self._files, self._folders, self._seeds = {}, set(), set()

    def enter(self, scope: ReadScope, setting: object) -> None:
        """Read inside *scope*; what was made under another *setting* is forgotten."""
        self.scope = scope
        is_same = setting == self._setting
        self._setting = setting
        self._contents_before = self._contents if is_same else {}
        self._kept_before = self._kept if is_same else {}
        self._contents, self._kept = {}, {}

    def looked_for(self, path: str, stated: os.stat_result | None = None) -> None:
        if path not in self._files:
            self._files[path] = _signature(stated) if stated else signature_of(path)

    def listed(self, folder: str) -> None:
        self._folders.add(folder)

    def seeded(self, source: str) -> None:
        self._seeds.add(source)
        self.looked_for(source)

    def read(self, path: str, most: int, *, is_env_file: bool = False) -> bytes:
        """Return the content of a file: the same object as before where it is the same.

        Raises:
            OSError: as of ``ReadScope.read``.
        """
        try:
            content = self._content(path, most, is_env_file=is_env_file)
        except (OSError, ValueError):
            for trace in self._traces:
                trace.has_failed = True
            raise
        for trace in self._traces:
            trace.contents.append(_Read(path, most, content, is_env_file))
        return content

    def shared_text(self, path: str, most: int) -> str:
        """Return the content of a file as text: one object, as long as the file is the same.

        Raises:
            OSError: as of ``ReadScope.read``.
            UnicodeDecodeError: it is not UTF-8; its ``object`` is the content.
        """
        content = self.read(path, most)  # each time: whoever asks depends on it
        known = self._decoded.get(path)
        if known is None or known[0] != content:
            known = self._decoded[path] = content, content.decode()
        return known[1]

    def _content(self, path: str, most: int, *, is_env_file: bool) -> bytes:
        content = self._content_now(path, most, is_env_file=is_env_file)
        if not is_env_file:
            self.contents[path] = content
        return content

    def _content_now(self, path: str, most: int, *, is_env_file: bool) -> bytes:
        if not is_env_file:
            self.scope.check(self.scope.real(path), path)  # it may be kept as the env file
        # The first look of a pass counts for all of it: a file that changes later is read again.
        self.looked_for(path)
        signature = self._files[path]
        before = self._contents.get(path) or self._contents_before.get(path)
        if (
            before is not None
            and before.is_settled
            and before.signature == signature
            and len(before.content) <= most
        ):
            self._contents[path] = before
            return before.content
        now_ns = self._now_ns()
        content = self.scope.read(path, most, is_env_file=is_env_file)
        if before is not None and before.content == content:
            content = before.content
        if signature is not None:
            is_settled = max(signature[3:]) + _SETTLED_NS < now_ns
            self._contents[path] = _Content(signature, is_settled, content)
        return content

    def made(
        self,
        key: Hashable,
        inputs: Sequence[object],
        diagnostics: list[Diagnostic],
        make: Callable[[], Made],
    ) -> Made:
        """Return what *make* made of the same *inputs* and files before, or makes now."""
        # The findings that it added to *diagnostics* then are added again.
        kept = self._kept_before.get(key)
        if kept is not None and self._holds(kept, inputs):
            self._kept[key] = kept
            diagnostics.extend(kept.findings)
            return cast("Made", kept.result)  # what was made under this key is of its type
        trace, first = _Trace(), len(diagnostics)
        self._traces.append(trace)
        try:
            result = make()
        finally:
            self._traces.pop()
        if not trace.has_failed:
            self._kept[key] = _Kept(
                tuple(inputs), tuple(trace.contents), result, tuple(diagnostics[first:])
            )
        return result

    def made_each(
        self, paths: Sequence[str], inputs: Sequence[object], make: _MakeEach[Made]
    ) -> list[Made]:
        """Return what *make* makes of each of *paths* alone, or made before, as of ``made``."""
        return [self.made(("file", path), inputs, [], partial(make, [path]))[0] for path in paths]

    def _holds(self, kept: _Kept, inputs: Sequence[object]) -> bool:
        if len(kept.inputs) != len(inputs):
            return False
        for now, before in zip(inputs, kept.inputs, strict=True):  # one at a time: asked each pass
            if now is not before:
                return False
        try:
            for one in kept.contents:
                again = self._content(one.path, one.most, is_env_file=one.is_env_file)
                if again is not one.content:
                    return False
        except (OSError, ValueError):
            return False
        return True
