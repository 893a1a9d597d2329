"""OSCAR's API, one method for each endpoint in use (oscar-server.md 1)."""

from collections.abc import Mapping
from typing import Final

from oscar_sync.model.state import Quota, VolumeFacts
from oscar_sync.semantics.answers import is_absence
from oscar_sync.semantics.quotas import quota_of
from oscar_sync.wire.answers import Answer, configuration_of, release_info_of, volumes_of
from oscar_sync.wire.bucket_calls import BucketCalls
from oscar_sync.wire.calls import has_no_route, segment
from oscar_sync.wire.exchange import RawAnswer
from oscar_sync.wire.messages import decode, encode, text_of
from oscar_sync.wire.service_calls import ServiceCalls

VOLUMES: Final = "/system/volumes"


class OscarApi(ServiceCalls, BucketCalls):
    """One cluster's API over a session. Answers to writes are returned, whatever their status."""

    def info(self) -> Mapping[str, object]:
        """Return ``/system/info``.

        Raises:
            RefusedError: the credentials.
            BadAnswerError: there is no OSCAR at this address.
        """
        raw = self._read("/system/info")
        with self._understood("/system/info"):
            return release_info_of(decode(raw.content))

    def config(self) -> Mapping[str, object]:
        """Return ``/system/config``: it holds the store's keys, so it is never shown."""
        # A cluster whose list of allowed images is unset answers 500 and still sends the whole
        # configuration behind an error line (oscar-server.md 1.1.2).
        raw = self._get("/system/config")
        line, newline, rest = raw.content.partition(b"\n")
        if raw.status == 500 and newline and not line.startswith(b"{") and rest.startswith(b"{"):
            raw = RawAnswer(200, raw.headers, rest)
        document = self._mapping("/system/config", self._good("/system/config", raw))
        with self._understood("/system/config"):
            return configuration_of(document)

    def health(self) -> str:
        """Return what the server says of itself: ``Ok`` while it runs."""
        return text_of(self._read("/health").content)

    def own_quota(self) -> Quota:
        """Return what the log-in may still make; no limits where the cluster tells none (139)."""
        path = "/system/quotas/user"
        raw = self._get(path)
        if raw.status != 200:
            return Quota()
        return quota_of(self._mapping(path, raw))

    def has_path(self, path: str) -> bool:
        return not has_no_route(self._get(path))

    def document(self, kind: str, *names: str) -> object:
        """Return the JSON of ``/system/KIND/NAME…``; None where there is nothing of that name.

        Raises:
            NotUnderstoodError: the release has no such path, or the answer is not JSON.
        """
        path = "/".join((f"/system/{kind}", *map(segment, names)))
        raw = self._get(path)
        if has_no_route(raw):
            raise self._not_there(path)
        if raw.status == 404 and is_absence(text_of(raw.content), raw.header("Content-Type")):
            return None
        with self._understood(path):
            return decode(self._good(path, raw).content)

    def list_volumes(self, *, is_needed: bool = False) -> Mapping[str, VolumeFacts]:
        """Return the managed volumes; a release without any has none, which *is_needed* refuses."""
        raw = self._get(VOLUMES)
        if has_no_route(raw):
            if is_needed:
                raise self._not_there(VOLUMES)
            return {}
        with self._understood(VOLUMES):
            return volumes_of(decode(self._good(VOLUMES, raw).content))

    def create_volume(self, name: str, size: str) -> Answer:
        return self._write("POST", VOLUMES, encode({"name": name, "size": size}))

    def delete_volume(self, name: str) -> Answer:
        """Delete a volume with its content; an absent one is answered 204, a used one 400."""
        return self._write("DELETE", f"{VOLUMES}/{segment(name)}")
