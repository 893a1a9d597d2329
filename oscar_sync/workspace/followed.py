"""A repository that is followed: its newest accepted commit, in a folder of its own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from oscar_sync.documents.on_disk import is_file, is_folder
from oscar_sync.errors import RepositoryError, UsageError
from oscar_sync.workspace.git import checked_out_commit
from oscar_sync.workspace.git_objects import (
    LONGEST_WORDS,
    CommittedFile,
    commit_named,
    files_of,
)
from oscar_sync.workspace.git_program import GitRun, run_git
from oscar_sync.workspace.git_remote import Remote
from oscar_sync.workspace.key import FOLDER as OWN_FOLDER
from oscar_sync.workspace.locks import cache_folder, file_name, lock, open_for_lock

LARGEST_COMMIT: Final = 4 << 30
_SLOWEST_FETCH_S: Final = 600.0
_LONGEST_NAME_BYTES: Final = 255
_FETCHED: Final = "refs/oscar-sync/fetched"
_MARK: Final = "oscar-sync"
"""The file in `.git` that tells that the folder is ours, what is followed in it; it is locked."""

# Files are written byte by byte as they are committed, whatever `.gitattributes` says: nothing is
# run, and the ids of files are those of the commit.
_ATTRIBUTES: Final = "* -text -ident -filter !eol !working-tree-encoding\n"
_OPTIONS: Final = (
    "-c", "core.protectHFS=true", "-c", "core.protectNTFS=true", "-c", "core.symlinks=true",
    "-c", "core.attributesFile=/dev/null", "-c", "core.excludesFile=/dev/null",
    "-c", "transfer.fsckObjects=true", "-c", "submodule.recurse=false",
    "-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false",
    "-c", "core.bigFileThreshold=8m",  # such files go from pack to disk in pieces
    # Only signatures of ssh can be verified: others would be judged by somebody's key ring.
    "-c", "gpg.program=false", "-c", "gpg.openpgp.program=false", "-c", "gpg.x509.program=false",
    "-c", "gpg.minTrustLevel=fully",
)  # fmt: skip
_UNSIGNED: Final = {"N": "it has no signature", "B": "its signature does not belong to it"}


class FollowedCommit(Struct, frozen=True):
    """A commit as its author wrote it; ``authored_at`` is in ISO 8601."""

    id: str
    author: str
    authored_at: str
    subject: str


class Followed(Struct, frozen=True):
    """What is followed: ``ref`` is a branch, or a full name such as ``refs/tags/v1``.

    ``path`` is what the run is about, within the repository. With a ``signers_file`` (git's allowed
    signers) only commits that one of them signed are taken. ``accepted`` is the commit that may
    come in place of a history that it does not contain.
    """

    remote: Remote
    ref: str
    folder: Path
    path: str = "."
    signers_file: str = ""
    accepted: str = ""

    @property
    def full_ref(self) -> str:
        # A short name means a branch: a tag of the same name must not stand before it.
        return self.ref if self.ref.startswith("refs/") else f"refs/heads/{self.ref}"

    @property
    def shown_ref(self) -> str:
        kind, _, name = self.full_ref.removeprefix("refs/").partition("/")
        return f"{ {'heads': 'branch', 'tags': 'tag'}.get(kind, 'ref') } {name or self.ref}"


def default_folder(url: str, ref: str, environ: Mapping[str, str]) -> Path:
    """Return the folder in the user's cache for *ref* of the repository at *url*.

    Raises:
        UsageError: the environment names no place for it.
    """
    try:
        return cache_folder(environ) / "followed" / file_name(f"{url} {ref}")
    except OSError as error:
        raise UsageError(f"{error.strerror}: name a folder by --git-folder") from None


@contextmanager
def opened(followed: Followed) -> Iterator["Clone"]:
    """Hold the folder of *followed* within: nobody else changes it then.

    Raises:
        LockedError: another run follows a repository in it.
        UsageError: it holds something else, or cannot be made.
    """
    folder = followed.folder
    _refuse_foreign(folder)
    path = folder / ".git" / _MARK
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = open_for_lock(path)
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}; --git-folder names another") \
            from None  # fmt: skip
    try:
        lock(descriptor, str(folder), path)
        _claim(descriptor, followed)
        yield Clone(followed, descriptor)
    finally:
        os.close(descriptor)


def _refuse_foreign(folder: Path) -> None:
    """Raises UsageError: *folder* holds files that a clone of ours would delete."""
    git = folder / ".git"
    if is_file(git / _MARK) and not git.is_symlink():
        return
    if os.path.lexists(folder) and not is_folder(folder):
        raise UsageError(f"{folder} is not a folder: name another by --git-folder")
    held = {path.name for path in folder.iterdir()} if is_folder(folder) else set()
    if held - {".git"} or (held and (git.is_symlink() or not is_folder(git) or any(git.iterdir()))):
        raise UsageError(
            f"{folder} holds files that are not of a repository that oscar-sync follows, and would "
            "delete them: name an empty or new folder by --git-folder"
        )


def _claim(descriptor: int, followed: Followed) -> None:
    """Raises UsageError: a commit of another repository or branch was accepted in the folder."""
    wanted = f"{followed.remote.url}\n{followed.full_ref}\n".encode()
    found = os.pread(descriptor, len(wanted) + 4096, 0)
    if found == wanted:
        return
    if found and checked_out_commit(followed.folder):
        other = " ".join(found.decode(errors="replace").split())
        raise UsageError(
            f"{followed.folder} follows {other}: name another folder by --git-folder, or delete it"
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, wanted, 0)


class Clone(Struct, frozen=True):
    """The folder of a followed repository, held by this run through the open file ``mark``."""

    followed: Followed
    mark: int

    def update(self) -> FollowedCommit:
        """Fetch, and put the files of the newest commit into the folder.

        Until a commit is accepted as a whole the files stay as they are. A run that was killed is
        made good by the next one: nothing is read from the folder before this returns.

        Raises:
            RepositoryError: it cannot be fetched, or its commit is not accepted.
        """
        self._prepare()
        self._fetch()
        return self._taken(commit_named(self.followed.folder, _FETCHED))

    @property
    def is_newest(self) -> bool:
        """Tell whether the last accepted commit is what the repository had when it last answered.

        If not, the newest one was refused or the branch was gone, before a restart too.
        """
        last = checked_out_commit(self.followed.folder)
        return bool(last) and last == commit_named(self.followed.folder, _FETCHED)

    def restore(self) -> FollowedCommit:
        """Put the files of the last accepted commit into the folder again.

        Raises:
            RepositoryError: it is no longer accepted, or git fails.
        """
        return self._taken(checked_out_commit(self.followed.folder))

    def _taken(self, commit: str) -> FollowedCommit:
        told = self._told(commit)
        if self.followed.signers_file:
            self._verify(told)
        self._follow_on(told)
        self._check_files(commit)
        self._done("checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", commit)
        self._done("clean", "--quiet", "-ffdx", f"--exclude={OWN_FOLDER}")
        return told

    def _prepare(self) -> None:
        git = self.followed.folder / ".git"
        if not os.fstat(self.mark).st_nlink:
            raise self._error(f"{self.followed.folder} was deleted", "start the watch again")
        try:
            for left in (*git.rglob("*.lock"), *git.rglob("tmp_*")):
                if is_file(left):  # of a git that was killed: nobody else is here
                    left.unlink()
            self._done("init", "--quiet", "--template=", "--initial-branch=none")
            (git / "info").mkdir(exist_ok=True)
            (git / "info" / "attributes").write_text(_ATTRIBUTES, encoding="utf-8")
        except OSError as error:
            raise self._error(f"{git} cannot be written: {error.strerror}") from None

    def _fetch(self) -> None:
        remote = self.followed.remote
        secrets = remote.secrets()
        done = self._git(
            "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            remote.url, f"+{self.followed.full_ref}:{_FETCHED}",
            slowest_s=_SLOWEST_FETCH_S,
        )  # fmt: skip
        if not done.is_done:
            error = remote.failure(done.said, self.followed.shown_ref, secrets)
            if not error.is_away:
                self._git("update-ref", "-d", _FETCHED)
            raise error

    def _told(self, commit: str) -> FollowedCommit:
        if not commit:
            raise self._error(f"{self.followed.shown_ref} is not a commit")
        options = ("--no-patch", "--no-notes", "--encoding=UTF-8", "--format=%an%x00%aI%x00%s")
        shown = self._done("show", *options, commit).output.decode(errors="replace")
        words = (*shown.rstrip("\n").split("\0"), "", "", "")[:3]
        author, authored_at, subject = (word[:LONGEST_WORDS] for word in words)
        return FollowedCommit(commit, author, authored_at, subject)

    def _verify(self, told: FollowedCommit) -> None:
        """Raises RepositoryError: no allowed signer has signed the commit."""
        signers = self.followed.signers_file
        given = ("-c", f"gpg.ssh.allowedSignersFile={signers}")
        if self._git(*given, "verify-commit", told.id).is_done:
            return
        state = self._git(*given, "show", "--no-patch", "--format=%G?", told.id).output.decode()
        why = _UNSIGNED.get(state.strip(), "its signer is not in it")
        raise self._error(
            f"commit {told.id} by {told.author} is not verified by {signers}: {why}",
            "sign it by ssh with an allowed key, or add its signer to the file",
        )

    def _follow_on(self, told: FollowedCommit) -> None:
        """Raises RepositoryError: the history that was accepted is not part of the commit's."""
        last = checked_out_commit(self.followed.folder)
        if not last or told.id in {last, self.followed.accepted}:
            return
        if not self._git("merge-base", "--is-ancestor", last, told.id).is_done:
            raise self._error(
                f"{self.followed.shown_ref} was rewritten: commit {told.id} by {told.author} "
                f"({told.subject!r}) does not contain {last}, the last one that was accepted",
                f"look at it, and accept it by --git-accept {told.id}",
            )

    def _check_files(self, commit: str) -> None:
        """Raises RepositoryError: the commit does not hold the path, or what it may not."""
        files = files_of(self.followed.folder, commit)
        if files is None:
            raise self._error(f"git cannot list the files of commit {commit}")
        if not _holds(files, self.followed.path):
            raise self._error(
                f"commit {commit} does not hold {self.followed.path}",
                "correct --path; a folder that is gone is never an empty desired state",
            )
        if path := next(filter(_has_long_name, files), ""):
            raise self._error(
                f"commit {commit} holds {path[:LONGEST_WORDS]}, a name that is too long to write",
                "shorten it in the repository",
            )
        if path := _in_place_of_own(files, self.followed.folder):
            raise self._error(
                f"commit {commit} holds {path}, where oscar-sync keeps its key and pause",
                "delete it from the repository",
            )
        if sum(file.size_bytes for file in files.values()) > LARGEST_COMMIT:
            raise self._error(f"the files of commit {commit} are over {LARGEST_COMMIT >> 30} GiB")

    def _git(self, *words: str, slowest_s: float = _SLOWEST_FETCH_S) -> GitRun:
        """Return what git made of *words*; it holds the folder as long as it runs."""
        folder, remote = self.followed.folder, self.followed.remote
        places = (f"--git-dir={folder / '.git'}", f"--work-tree={folder}")
        return run_git(
            (*places, *_OPTIONS, *remote.options(), *words),
            environ=remote.variables(folder / ".git"),
            slowest_s=slowest_s,
            held=(self.mark,),
        )

    def _done(self, *words: str) -> GitRun:
        """Raises RepositoryError: git fails."""
        done = self._git(*words)
        if not done.is_done:
            said = "; ".join(done.said.splitlines()[-2:])
            raise self._error(f"git {words[0]} failed in {self.followed.folder}: {said}")
        return done

    def _error(self, message: str, remedy: str = "") -> RepositoryError:
        return self.followed.remote.error(message, remedy)


def _holds(files: Mapping[str, CommittedFile], path: str) -> bool:
    """Tell whether a commit of *files* has a file at *path*, or a folder with files."""
    wanted = os.path.normpath(path)
    if wanted == ".":
        return bool(files)
    file = files.get(wanted)
    is_file = file is not None and file.mode.startswith("100")
    return is_file or any(name.startswith(f"{wanted}/") for name in files)


def _has_long_name(path: str) -> bool:
    # Git would write the other files before it fails.
    return any(len(os.fsencode(part)) > _LONGEST_NAME_BYTES for part in path.split("/"))


def _in_place_of_own(files: Mapping[str, CommittedFile], folder: Path) -> str:
    """Return what git would put in the place of a folder of ours in *folder*, blank for nothing."""
    # A checkout by force deletes what is not committed, to put a file or a link there.
    for path in files:
        if OWN_FOLDER in path.casefold().split("/"):
            return path
        place = folder / path
        if is_folder(place) and not place.is_symlink() and any(place.rglob(OWN_FOLDER)):
            return path
    return ""
