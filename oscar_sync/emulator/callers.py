"""Who asks: an administrator, or a user with a namespace and keys of the store of its own."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from oscar_sync.emulator.reply import Panic, Reply

__all__ = ["ADMINISTRATOR", "Bearer", "Caller", "formatted", "namespace_of", "shortened"]

_SHORT = 10
_LOCAL_PART = re.compile("[0-9a-z]+@")


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks; without a uid and no administrator it is a bearer of a token of nobody."""

    uid: str = ""
    name: str = ""
    groups: tuple[str, ...] = ()
    is_admin: bool = False

    @property
    def owner_name(self) -> str:
        """Return the name as labels and tags hold it: no accents, no spaces."""
        plain = unicodedata.normalize("NFD", self.name)
        return "".join(char for char in plain if unicodedata.category(char) != "Mn").replace(
            " ", "_"
        )

    def may_see(self, owner: str, visibility: str, users: Iterable[str]) -> bool:
        """Return whether a service is shown: the words of visibility count as they are written."""
        if self.is_admin or visibility == "public":
            return True
        is_own = owner == self.uid
        return (visibility == "private" and is_own) or (
            visibility == "restricted" and (is_own or self.uid in users)
        )


ADMINISTRATOR = Caller(is_admin=True)


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a bearer's token is worth: a caller, or a refusal.

    A refusal that does not stop the request is a text in front of what the handler writes
    (oscar-server 12 item 1). One of a known caller is of somebody in none of the groups.
    """

    caller: Caller = Caller()
    status: int = 0
    text: str = ""
    stops: bool = False
    issuer: str = ""
    is_malformed: bool = False

    def refusal(self) -> Reply | None:
        """Return what is written before any handler."""
        if not self.status:
            return None
        return Reply().bare(self.status) if self.stops else Reply().text(self.status, self.text)


def formatted(uid: str) -> str:
    """Return the form of a uid that names Secrets and that `/job` compares with owners (228)."""
    match = _LOCAL_PART.search(uid)
    return uid[: match.end() - 1] if match else uid


def shortened(uid: str) -> str:
    """Return the ten characters by which buckets and labels know a user.

    Raises:
        Panic: it has fewer (oscar-server 12 item 11).
    """
    if len(uid) < _SHORT:
        raise Panic
    return uid[:_SHORT]


def namespace_of(services_namespace: str, uid: str, limit: int) -> str:
    """Return a user's namespace, at 18 characters so short that two users can share one.

    Where the id leaves room, its SHA-1 fills it (BuildUserNamespace in pkg/utils/namespaces.go).
    """
    room = limit - len(services_namespace) - 1
    clean = re.sub(r"[^a-z0-9-]+", "-", uid.lower()).strip("-")[:room].strip("-")
    digest = hashlib.sha1(uid.encode(), usedforsecurity=False).hexdigest()
    left = room - len(clean) - 1
    filling = f"-{digest[:left]}" if left > 0 else ""
    return f"{services_namespace}-{clean}{filling}"
