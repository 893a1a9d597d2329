"""An origin's calls to the clusters of its members (oscar-server 6.5).

The texts are those of upstream's pkg/utils/federation.go at f5da09d.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.go_json import encode
from oscar_sync.emulator.members import Unreached
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Answer, Request
from oscar_sync.emulator.workers import members_of, worker_of

__all__ = ["Origin", "listed", "refresh_token_problem"]

_REJECTED = {401, 403}
_REFUSED, _NOT_FOUND, _BROKEN = 400, 404, 500
_TEXT_LIMIT = 4096


def listed(problems: Iterable[str]) -> str:
    return f"[{' '.join(problems)}]"


def refresh_token_problem(cluster: Cluster, namespace: str, name: str) -> str | None:
    secret = cluster.secrets.get((namespace, name))
    if secret is None:
        return f'error reading refresh-token secret: secrets "{name}" not found'
    if "refresh_token" in secret:
        return None
    return 'error reading refresh-token secret: refresh-token secret missing key "refresh_token"'


def _text_of(answer: Answer) -> str:
    text = answer.body[:_TEXT_LIMIT].decode("utf-8", errors="replace").strip()
    return f": {text}" if text else ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A federated service on its cluster, and the header of the caller, which its calls bring.

    `clusters.*.auth_user` and `auth_password` are never used: whoever asks sent Basic or Bearer
    (oscar-server 6.5).
    """

    cluster: Cluster
    definition: Document
    namespace: str
    authorization: str
    refresh_token: str = ""

    def refused(self) -> list[str]:
        """Ask each cluster of a member for its service, and return who would not let us."""
        return self._problems(self._oscars(), self._greet)

    def spread(self, method: str) -> list[str]:
        """Send each member, of any type, its worker by POST or PUT, and return what failed."""
        return self._problems(
            members_of(self.definition), lambda member, place: self._send(method, member, place)
        )

    def take_back(self) -> list[str]:
        """Delete the service of each member, also one that was there before (oscar-server 6.5)."""
        return self._problems(self._oscars(), self._delete)

    def _worker(self, member: Document) -> Document:
        made = worker_of(self.definition, member, self.refresh_token)
        return {**made, "namespace": self.namespace}

    def _oscars(self) -> list[Document]:
        return [one for one in members_of(self.definition) if one["type"].lower() == "oscar"]

    def _problems(
        self, members: Iterable[Document], call: Callable[[Document, str], str | None]
    ) -> list[str]:
        return [text for text in (self._problem(one, call) for one in members) if text]

    def _problem(self, member: Document, call: Callable[[Document, str], str | None]) -> str | None:
        known = self.definition["clusters"].get(member["cluster_id"])
        if known is None:
            return f'cluster "{member["cluster_id"]}" not defined'
        endpoint = known["endpoint"].strip()
        return call(member, endpoint) if endpoint else "empty cluster endpoint"

    def _call(self, method: str, endpoint: str, name: str = "", body: bytes = b"") -> Answer:
        path = "/system/services" + (f"/{quote(name, safe='')}" if name else "")
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        return self.cluster.call_member(Request(method, endpoint.rstrip("/") + path, headers, body))

    def _greet(self, member: Document, endpoint: str) -> str | None:
        failed = f'auth check failed for cluster "{endpoint}"'
        try:
            status = self._call("GET", endpoint, member["service_name"]).status
        except Unreached as problem:
            return f"{failed}: {problem}"
        if status in _REJECTED:
            return f'auth rejected by cluster "{endpoint}" (status {status})'
        return f"{failed} (status {status})" if status >= _BROKEN else None

    def _send(self, method: str, member: Document, endpoint: str) -> str | None:
        shown = self.cluster.settings.shape.show(self._worker(member))
        try:
            answer = self._call(method, endpoint, body=encode(shown))
        except Unreached as problem:
            return f"request failed: {problem}"
        if answer.status < _REFUSED:
            return None
        return f"cluster responded with status {answer.status}{_text_of(answer)}"

    def _delete(self, member: Document, endpoint: str) -> str | None:
        failed = f'rollback delete failed for cluster "{endpoint}"'
        try:
            answer = self._call("DELETE", endpoint, member["service_name"])
        except Unreached as problem:
            return f"{failed}: {problem}"
        if answer.status < _REFUSED or answer.status == _NOT_FOUND:
            return None
        return f"{failed} (status {answer.status}){_text_of(answer)}"
