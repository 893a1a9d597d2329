"""The folder of a repository that is followed: it is fetched there, and checked out if accepted."""

import os
from typing import Final

from msgspec import Struct

from oscar_sync.errors import RepositoryError
from oscar_sync.workspace.followed import Followed, FollowedCommit
from oscar_sync.workspace.followed_files import check_files
from oscar_sync.workspace.git import checked_out_commit
from oscar_sync.workspace.git_objects import LONGEST_WORDS, commit_named
from oscar_sync.workspace.git_program import GitRun, run_git
from oscar_sync.workspace.key import FOLDER as OWN_FOLDER

_SLOWEST_FETCH_S: Final = 600.0
_SLOWEST_ANSWER_S: Final = 60.0
"""A server that does not say in that time what it has, or then sends nothing, is away."""
_FETCHED: Final = "refs/oscar-sync/fetched"

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
        told = self._described(commit)
        if self.followed.signers_file:
            self._verify(told)
        self._follow_on(told)
        check_files(self.followed, commit)
        self._done("checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", commit)
        self._done("clean", "--quiet", "-ffdx", f"--exclude={OWN_FOLDER}")
        return told

    def _prepare(self) -> None:
        git = self.followed.folder / ".git"
        if not os.fstat(self.mark).st_nlink:
            raise self._error(f"{self.followed.folder} was deleted", "start the watch again")
        try:
            for left in (*git.rglob("*.lock"), *git.rglob("tmp_*")):
                if os.path.isfile(left):  # of a git that was killed: nobody else is here
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
            "ls-remote", remote.url, self.followed.full_ref, slowest_s=_SLOWEST_ANSWER_S
        )
        if done.is_done and self._is_fetched(done.output):
            return
        if done.is_done:
            done = self._git(
                *remote.patience(_SLOWEST_ANSWER_S),
                "fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
                "--no-write-fetch-head", remote.url, f"+{self.followed.full_ref}:{_FETCHED}",
            )  # fmt: skip
        if not done.is_done:
            error = remote.failure(done.said, self.followed.shown_ref, secrets)
            if not error.is_away:
                self._git("update-ref", "-d", _FETCHED)
            raise error

    def _is_fetched(self, listed: bytes) -> bool:
        """Tell whether what the server has, as it *listed* it, is here already."""
        last = commit_named(self.followed.folder, _FETCHED)
        # Git lists each ref that ends with the name, and the bytes of those are anybody's.
        line = os.fsencode(f"{last}\t{self.followed.full_ref}")
        return bool(last) and line in listed.split(b"\n")

    def _described(self, commit: str) -> FollowedCommit:
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
