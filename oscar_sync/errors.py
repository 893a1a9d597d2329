"""One base, one tree. An error keeps its data and builds its sentence: place, fault, remedy.

OscarSyncError
├── InputError            manifests or settings are wrong; holds every diagnostic
├── UsageError            the command line is wrong
│   └── MissingExtraError an optional package is not installed
├── ClusterError          talking to a cluster failed
│   ├── UnreachableError  no answer; after a write its outcome is unknown
│   ├── RefusedError      401 or 403: the credentials
│   └── BadAnswerError    an answer that cannot be used
│       └── NotUnderstoodError  a good answer in a form that no release gives
├── StoreError            talking to an object store failed
│   ├── StoreUnreachableError
│   ├── StoreFailedError
│   └── StoreDeniedError  the keys do not reach that bucket
├── RepositoryError       a followed repository gives no commit that can be taken
├── OutputError           a result cannot be written: disk full, no right
├── StaleError            live or source moved since the plan
└── LockedError           another run holds the lock
"""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic, Severity


class OscarSyncError(Exception):
    """Anything this program raises on purpose."""


class InputError(OscarSyncError):
    """The manifests or settings cannot be used; nothing was sent."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Keep every finding."""
        super().__init__()
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        """Return one line a fault; warnings follow under a heading of their own."""
        faults = [str(one) for one in self.diagnostics if one.severity is Severity.ERROR]
        others = [str(one) for one in self.diagnostics if one.severity is not Severity.ERROR]
        return "\n".join([*faults, *(["warnings:", *others] if others else [])])


class UsageError(OscarSyncError):
    """The command line asks for something that cannot be."""


class MissingExtraError(UsageError):
    """A command needs a package of an extra that is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        """Name the missing *package* and the *extra* that has it."""
        super().__init__()
        self.package = package
        self.extra = extra

    def __str__(self) -> str:
        """Return the fault and the command that fixes it."""
        return f"{self.package} is not installed; run: pip install 'oscar-sync[{self.extra}]'"


class ClusterError(OscarSyncError):
    """A request to a cluster failed."""

    def __init__(self, cluster: str, endpoint: str, message: str, remedy: str = "") -> None:
        """Name the *cluster*, what happened and what to do."""
        super().__init__()
        self.cluster = cluster
        self.endpoint = endpoint
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Return place, fault, remedy."""
        hint = f"; {self.remedy}" if self.remedy else ""
        return f"{self.cluster} ({self.endpoint}): {self.message}{hint}"


class UnreachableError(ClusterError):
    """No usable answer came. If a write was sent, it may have been applied: read back.

    ``was_sent`` is False only if nothing of the request left here.
    """

    def __init__(
        self, cluster: str, endpoint: str, message: str, remedy: str = "", *, was_sent: bool = True
    ) -> None:
        """Name the *cluster*, what happened, and whether a write may have been applied."""
        super().__init__(cluster, endpoint, message, remedy)
        self.was_sent = was_sent


class RefusedError(ClusterError):
    """The cluster does not accept the credentials."""


class BadAnswerError(ClusterError):
    """The answer is too large, too deep or no JSON."""


class NotUnderstoodError(BadAnswerError):
    """The answer is good, and in a form that no release gives: asking again does not help."""


class NullListError(NotUnderstoodError):
    """The list of services is ``null``: empty, if the release is one that writes it so."""


class StoreError(OscarSyncError):
    """A request to an object store failed."""

    def __init__(self, endpoint: str, message: str) -> None:
        """Name the store and what happened."""
        super().__init__()
        self.endpoint = endpoint
        self.message = message

    def __str__(self) -> str:
        """Return place and fault."""
        return f"object store {self.endpoint}: {self.message}"


class StoreNotAllowedError(StoreError):
    """The operator's list of addresses that may have credentials lacks the store (trust 4.2)."""


class StoreUnreachableError(StoreError):
    """The store does not answer from here.

    ``was_sent`` is False only where no connection came about: nothing can have been done then.
    """

    def __init__(self, endpoint: str, message: str, *, was_sent: bool = True) -> None:
        """Name the store, what happened, and whether a request may have reached it."""
        super().__init__(endpoint, message)
        self.was_sent = was_sent


class StoreFailedError(StoreError):
    """The store answered that it failed by itself (5xx); what was asked may have been done."""


class StoreDeniedError(StoreError):
    """The keys do not reach that bucket, or do not allow that there; others they may."""


class RepositoryError(OscarSyncError):
    """A repository that is followed gives no commit that can be taken."""

    def __init__(
        self,
        address: str,
        message: str,
        remedy: str = "",
        *,
        is_refused: bool = False,
        is_away: bool = False,
    ) -> None:
        """Name the repository, what is wrong and what to do.

        ``is_refused``: it is the log-in. ``is_away``: what it holds now is not known.
        """
        super().__init__()
        self.address = address
        self.message = message
        self.remedy = remedy
        self.is_refused = is_refused
        self.is_away = is_away

    def __str__(self) -> str:
        """Return place, fault, remedy."""
        hint = f"; {self.remedy}" if self.remedy else ""
        return f"{self.address}: {self.message}{hint}"


class OutputError(OscarSyncError):
    """What was found cannot be written where it was asked for; on a cluster nothing is lost."""

    def __init__(self, place: str, reason: str) -> None:
        """Name the *place* and why it takes nothing."""
        super().__init__()
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        """Return place and fault."""
        return f"{self.place} cannot be written: {self.reason}"


class StaleError(OscarSyncError):
    """The plan is not the one that was expected; nothing was sent."""

    def __init__(self, expected: str, found: str, differences: Sequence[str] = ()) -> None:
        """Keep both digests, and how the plans differ where that is known."""
        super().__init__()
        self.expected = expected
        self.found = found
        self.differences = tuple(differences)

    def __str__(self) -> str:
        """Return both digests and the differences."""
        return "\n".join([self.sentence, *(f"  {line}" for line in self.differences)])

    @property
    def sentence(self) -> str:
        """Return both digests."""
        how = "" if self.differences else "; its file in place of the digest shows what differs"
        return (
            f"nothing was sent: this is not the reviewed plan (digest {self.found}, expected "
            f"{self.expected}){how}"
        )


class LockedError(OscarSyncError):
    """Another run on this machine works on the same cluster."""

    def __init__(self, identity: str, path: str) -> None:
        """Name the cluster and the lock file."""
        super().__init__()
        self.identity = identity
        self.path = path

    def __str__(self) -> str:
        """Return the fault and the remedy."""
        return (
            f"another oscar-sync run holds the lock of {self.identity} ({self.path}); "
            "wait for it to end, or stop it"
        )
