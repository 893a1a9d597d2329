"""What a process keeps from one pass to the next, so that only what moved is made again."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from oscar_sync.manifests.checks.together import Checking
from oscar_sync.manifests.load.reader import RememberingReader
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.live import live_service


class Lists(Protocol):
    def services_content(self) -> bytes:
        """Return the answer as it came."""

    def services_in(self, content: bytes) -> Sequence[Mapping[str, object]]:
        """Return the services of an answer."""


class _Listing(Struct):
    content: bytes
    services: tuple[LiveService, ...]


class WatchMemory(Struct):
    """What was read before: files while they stay as they are, services while the answer does.

    Every pass still looks at each file and asks each cluster: nothing is taken for true unseen.
    """

    files: RememberingReader = field(default_factory=RememberingReader)
    checked: Checking = field(default_factory=Checking)
    _listings: dict[ClusterId, _Listing] = field(default_factory=dict)

    def services(self, cluster: ClusterId, api: Lists) -> tuple[LiveService, ...]:
        """Raises ClusterError: as of ``OscarApi.list_services``."""
        content = api.services_content()
        before = self._listings.get(cluster)
        if before is None or before.content != content:
            known = {_name(live): live for live in before.services} if before else {}
            listed = api.services_in(content)
            services = tuple(_live(cluster, raw, known) for raw in listed)
            before = self._listings[cluster] = _Listing(content, services)
        return before.services


_Known = dict[tuple[str, ServiceName], LiveService]


def _name(live: LiveService) -> tuple[str, ServiceName]:
    return live.namespace, live.key.name


def _live(cluster: ClusterId, raw: Mapping[str, object], known: _Known) -> LiveService:
    """Return *raw* in normal form: the one that is *known* where the server wrote the same."""
    before = known.get((str(raw.get("namespace", "")), ServiceName(str(raw["name"]))))
    if before is not None and before.raw == raw:
        return before
    return live_service(cluster, raw)
