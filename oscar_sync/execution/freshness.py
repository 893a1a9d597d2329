"""The newest list of a cluster's services: the precondition of each write, at most 5 s old (L6)."""

import threading
from collections.abc import Callable, Mapping
from typing import Final

from oscar_sync.errors import BadAnswerError
from oscar_sync.execution.ports import ServiceApi, StatusAndText
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.live import live_service

MAX_AGE_S: Final = 4.0
"""A little less than the five seconds that are allowed, since the write takes time as well."""


class Newest:
    """Reads the list when it is too old; safe to be asked from several threads."""

    def __init__(
        self, cluster: ClusterId, endpoint: str, api: ServiceApi, now: Callable[[], float]
    ) -> None:
        """Read from *api*; *now* is a monotonic clock in seconds."""
        self._cluster = cluster
        self._endpoint = endpoint
        self._api = api
        self._now = now
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._services: Mapping[ServiceName, list[Mapping[str, object]]] = {}

    def service(self, name: ServiceName, known: LiveService | None = None) -> LiveService | None:
        """Return the service as the newest list shows it, None if it does not.

        Where the list shows it just as when *known* was read, that is *known*.

        Raises:
            BadAnswerError: there are several of that name, and no request tells them apart.
        """
        with self._lock:
            if self._now() - self._read_at > MAX_AGE_S:
                self._read()
            shown = self._services.get(name)
        if shown is None:
            return None
        if len(shown) > 1:
            message = f"services called {name} are in more than one namespace"
            raise BadAnswerError(self._cluster, self._endpoint, message)
        raw = shown[0]
        is_known = known is not None and raw == known.raw
        return known if is_known else live_service(self._cluster, raw)

    def read_all(self) -> tuple[LiveService, ...]:
        with self._lock:
            self._read()
            return tuple(
                live_service(self._cluster, raw)
                for shown in self._services.values()
                for raw in shown
            )

    def listed_now(self, name: ServiceName) -> LiveService | None:
        self.expire()
        return self.service(name)

    def expire(self) -> None:
        """Let the next question read the list again, whatever its age: a write went out."""
        with self._lock:
            self._read_at = float("-inf")

    def by_name(self, name: ServiceName) -> LiveService | None:
        """Return the service as a GET made now shows it, None if there is none.

        Raises:
            BadAnswerError: the answer is neither a service nor a plain 404.
        """
        return self._shown(name, self._api.get_service(name))

    def _shown(self, name: ServiceName, answer: StatusAndText) -> LiveService | None:
        if answer.status == 404:
            return None
        if answer.status != 200 or not isinstance(answer.json, Mapping):
            said = f": {answer.shown}" if answer.shown else ""
            message = f"GET of service {name} answered {answer.status}{said}"
            raise BadAnswerError(self._cluster, self._endpoint, message)
        return live_service(self._cluster, answer.json)

    def has_by_name(self, name: ServiceName) -> bool:
        """Tell whether a GET made now shows the service; what is hidden from us is not shown.

        Raises:
            BadAnswerError: the answer does not tell.
        """
        answer = self._api.get_service(name)
        return answer.status != 403 and self._shown(name, answer) is not None

    def _read(self) -> None:
        started = self._now()
        listed = self._api.list_services()
        services: dict[ServiceName, list[Mapping[str, object]]] = {}
        for raw in listed:
            services.setdefault(ServiceName(str(raw.get("name"))), []).append(raw)
        self._services = services
        self._read_at = started
