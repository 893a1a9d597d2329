"""What ``--only`` and ``--label`` select: services by name or glob, on which clusters, by label."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct

from oscar_sync.model.identity import ClusterId, ServiceKey


def is_like(name: str, pattern: str) -> bool:
    """Tell whether *name* is *pattern*, or matches it as a glob."""
    return name == pattern or fnmatchcase(name, pattern)


class Selector(Struct, frozen=True):
    """Services whose names are like ``name``, on ``clusters``, or on each cluster without any."""

    text: str
    name: str
    clusters: tuple[ClusterId, ...] | None = None

    def matches(self, key: ServiceKey) -> bool:
        is_here = self.clusters is None or key.cluster in self.clusters
        return is_here and is_like(key.name, self.name)


class LabelTerm(Struct, frozen=True):
    """``key`` (any value), ``key=value``, ``key!=value`` or ``!key``, as kubectl means them."""

    text: str
    key: str
    value: str | None = None
    is_negated: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.key)
        return (found is not None if self.value is None else found == self.value) != self.is_negated


class Narrowing(Struct, frozen=True):
    """What a run looks at: ``services`` and whole ``clusters``, with all ``labels``; or everything.

    Given together, each of the three narrows further. ``left_out`` are the FDL files of the
    settings' folder that no PATH contains.
    """

    services: tuple[Selector, ...] = ()
    clusters: tuple[ClusterId, ...] = ()
    labels: tuple[LabelTerm, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Tell whether it covers all services of its clusters: only then what is gone may go."""
        # A glob that matches every service does not: it says nothing of one that no file names.
        return not (self.services or self.labels or self.left_out)

    def selects(self, key: ServiceKey, labels: Mapping[str, str]) -> bool:
        return (
            (not self.services or any(one.matches(key) for one in self.services))
            and (not self.clusters or key.cluster in self.clusters)
            and all(term.matches(labels) for term in self.labels)
        )

    def reaches(self, cluster: ClusterId) -> bool:
        """Tell whether a service on *cluster* may be selected."""
        named = [one.clusters for one in self.services]
        is_named = not named or any(ids is None or cluster in ids for ids in named)
        return is_named and (not self.clusters or cluster in self.clusters)

    @property
    def words(self) -> str:
        """Return ``narrowed to`` what is selected; blank where that is everything."""
        if self.is_full and not self.clusters:
            return ""
        names = (
            *(one.text for one in self.services),
            *(f"{name}/" for name in self.clusters),
            *(f"label {term.text}" for term in self.labels),
        )
        return f"narrowed to {', '.join(names) or 'the given paths'}"


EVERYTHING: Final = Narrowing()
