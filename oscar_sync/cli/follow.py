"""The files of a watch from a repository that it follows: its options, and each new commit."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.cli import options as given
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import RepositoryError, UsageError
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.reads import Reads
from oscar_sync.workspace.clone import Clone
from oscar_sync.workspace.clone_folder import opened
from oscar_sync.workspace.followed import Followed, FollowedCommit, default_folder
from oscar_sync.workspace.git_remote import Remote, address_fault
from oscar_sync.workspace.key import FOLDER as OWN_FOLDER

_OPTIONS: Final = (
    click.option("--git", "git_url", metavar="URL", type=given.GIVEN, envvar="OSCAR_SYNC_GIT",
                 help="Follow the repository at URL in place of PATHS: fetch it before each plan."),
    click.option("--ref", metavar="REF", type=given.GIVEN, envvar="OSCAR_SYNC_REF",
                 help="Branch of --git, or a full name such as refs/tags/v1. [default: main]"),
    click.option("--path", metavar="PATH", type=given.GIVEN, envvar="OSCAR_SYNC_PATH",
                 help="Folder or file within --git to plan. [default: all of it]"),
    click.option("--verify-signatures", metavar="FILE", type=given.FILE,
                 envvar="OSCAR_SYNC_VERIFY_SIGNATURES",
                 help="Take the newest commit of --git only if a signer in FILE (allowed signers "
                      "of git) has signed it by ssh. Those before it are not verified."),
    click.option("--git-accept", metavar="COMMIT", type=given.GIVEN,
                 help="Take COMMIT although the history before it was rewritten."),
    click.option("--git-token-file", metavar="FILE", type=given.SECRET_FILE,
                 envvar="OSCAR_SYNC_GIT_TOKEN_FILE",
                 help="Log in to --git with the TOKEN or USER:TOKEN in FILE."),
    click.option("--git-ssh-key", metavar="FILE", type=given.FILE,
                 envvar="OSCAR_SYNC_GIT_SSH_KEY", help="Log in to --git with the ssh key in FILE."),
    click.option("--git-known-hosts", metavar="FILE", type=given.FILE,
                 envvar="OSCAR_SYNC_GIT_KNOWN_HOSTS",
                 help="Keys of hosts that ssh trusts for --git. [default: ~/.ssh/known_hosts]"),
    click.option("--git-folder", metavar="FOLDER", type=given.FILE,
                 envvar="OSCAR_SYNC_GIT_FOLDER",
                 help="Keep the files of --git in FOLDER. [default: in the user's cache folder]"),
)  # fmt: skip
_OF_GIT: Final = (
    "ref", "path", "verify-signatures", "git-accept", "git-token-file", "git-ssh-key",
    "git-known-hosts", "git-folder",
)  # fmt: skip


def following(function: given.Decorated) -> given.Decorated:
    return given.with_options(function, _OPTIONS)


class Following(Struct):
    """``commit`` is the one whose files are in the folder now.

    ``failure`` is why the newest one is not known; the last accepted one is planned until it is.
    """

    clone: Clone
    say: Callable[[str], None]
    commit: FollowedCommit | None = None
    failure: RepositoryError | None = None

    @property
    def folder(self) -> str:
        return str(self.clone.followed.folder)

    @property
    def own_folder(self) -> Path:
        return self.clone.followed.folder / OWN_FOLDER

    def update(self) -> bool:
        """Fetch, and tell whether another commit came, which is reported.

        Raises:
            RepositoryError: the newest commit is not accepted, or none was accepted before.
        """
        before, self.failure = self.commit, None
        if before is None:  # which may take minutes
            source = self.clone.followed
            self.say(f"fetching {source.shown_ref} of {source.remote.shown}")
        try:
            self.commit = self.clone.update()
        except RepositoryError as error:
            if not (error.is_away and self.clone.is_newest):
                raise
            self.commit, self.failure = self.clone.restore(), error
        if before is not None and before.id == self.commit.id:
            return False
        about = f"{self.commit.author}, {self.commit.authored_at}: {self.commit.subject}"
        self.say(f"commit {self.commit.id[:12]} of {self.clone.followed.shown_ref} by {about}")
        return True

    def within(self, request: DesireRequest) -> DesireRequest:
        """Return *request* about the files of the repository.

        Its ``--settings`` is one of them; what else it names are files of this machine.
        """
        return replace(
            request,
            cwd=self.folder,
            paths=(self.clone.followed.path,),
            env_file=_absolute(request.env_file),
            config=_absolute(request.config),
            token_file=_absolute(request.token_file),
            allow_outside=tuple(map(_absolute, request.allow_outside)),
        )

    def to_watch(self, reads: Reads) -> Reads:
        """Return what of *reads* may change without a fetch."""
        return reads.outside(self.folder)


def _absolute(path: str | None) -> str:
    return str(Path(path).absolute()) if path else ""


@contextmanager
def followed(options: dict[str, Any], say: Callable[[str], None]) -> Iterator[Following | None]:
    """Hold the folder of the repository that *options* name within; None if they name none.

    Raises:
        LockedError: another run follows it there.
        UsageError: they cannot be used.
    """
    url = options["git_url"]
    if url is None:
        given.refuse_alone(options, _OF_GIT, "--git URL")
        yield None
        return
    wanted = _followed(options, url)
    if deeds := wanted.remote.exposure(wanted.signers_file):
        say(f"warning: {wanted.remote.shown} is not encrypted: others can {deeds} on the way; "
            "use https or ssh")  # fmt: skip
    with opened(wanted) as clone:
        yield Following(clone, say)


def _followed(options: dict[str, Any], url: str) -> Followed:
    if options["paths"]:
        raise UsageError(
            "PATHS and --git exclude each other: name what to plan within the repository by --path"
        )
    if fault := address_fault(url):
        shown = url if "@" not in url and "?" not in url else "the address"
        raise UsageError(f"--git: {shown} {fault}")
    path = os.path.normpath(options["path"] or ".")
    if Path(path).is_absolute() or Path(path).parts[:1] == (os.pardir,):
        raise UsageError(f"--path {path} leads out of the repository")
    ref = options["ref"] or "main"
    folder = options["git_folder"] or default_folder(url, ref, os.environ)
    return Followed(
        Remote(
            url,
            _file(options, "git_token_file"),
            _file(options, "git_ssh_key"),
            _file(options, "git_known_hosts"),
            os.environ,
        ),
        ref,
        Path(real_path(folder)),
        path,
        _file(options, "verify_signatures"),
        options["git_accept"] or "",
    )


def _file(options: dict[str, Any], name: str) -> str:
    """Raises UsageError: the file does not exist."""
    path = options[name]
    if path and not os.path.isfile(path):
        raise UsageError(f"--{name.replace('_', '-')} {path}: no such file")
    return _absolute(path)
