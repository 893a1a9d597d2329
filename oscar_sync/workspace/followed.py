"""A repository that is followed: its newest accepted commit, in a folder of its own."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from oscar_sync.errors import UsageError
from oscar_sync.workspace.git_remote import Remote
from oscar_sync.workspace.locks import cache_folder, file_name


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
