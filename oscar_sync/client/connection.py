"""The typed face of a cluster: ``with connect(…) as oscar: …``."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from oscar_sync.client.cluster_resources import ClusterResources
from oscar_sync.client.payload import payload_of
from oscar_sync.client.remedies import INVOKING, READING, SWITCHING
from oscar_sync.client.values import ClusterInfo, Deployment, Job, Object, Removed, Service
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import BadAnswerError, RefusedError, StoreError
from oscar_sync.model.arguments import checks_methods
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.live import live_service
from oscar_sync.storage.provider import cluster_store, is_checked
from oscar_sync.storage.store import ObjectStore
from oscar_sync.storage.stored import Provider
from oscar_sync.wire.answers import Answer, deployment_of
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.exchange import Request
from oscar_sync.wire.messages import UnusableAnswerError, excerpt
from oscar_sync.wire.session import Session

CONNECTIONS = 8


@checks_methods
class Oscar(ClusterResources):
    """One cluster. From any number of threads; errors are those of :mod:`oscar_sync.errors`.

    Every method may raise ``UnreachableError``, ``RefusedError`` (the log-in) and
    ``BadAnswerError``; those on objects ``StoreError``.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        timeout_s: float = 60.0,
        environ: Mapping[str, str] = os.environ,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send nothing yet.

        Raises:
            ClusterError: the endpoint is not an http(s) address.
        """
        self.cluster = cluster
        session = Session(
            cluster,
            connections=CONNECTIONS,
            read_timeout_s=timeout_s,
            environ=environ,
            sleep=sleep,
        )
        self.api = OscarApi(session)
        self._environ = environ
        self._store: ObjectStore | None = None

    def __repr__(self) -> str:
        """Return the cluster's name and address."""
        return f"Oscar({self.cluster.id} {self.cluster.endpoint})"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.api.session.close()

    # -- the cluster

    def info(self) -> ClusterInfo:
        """Return what the cluster says of itself."""
        said = self.api.info()
        return ClusterInfo.model_validate(
            {**said, "id": self.cluster.id, "endpoint": self.cluster.endpoint}
        )

    @property
    def store(self) -> ObjectStore:
        """The cluster's object store, with the log-in's own keys (asked for once)."""
        if self._store is None:
            address = cluster_store(
                self._own_minio(),
                self._environ,
                s3_endpoint=self.cluster.s3_endpoint,
                ca_bundle=self.cluster.ca_bundle,
            )
            if fault := address.fault():
                raise StoreError(address.shown, fault)
            self._store = ObjectStore(address, self._environ)
        return self._store

    # -- services

    def services(self) -> Iterator[Service]:
        """Yield every service that the log-in can see."""
        for raw in self.api.list_services():
            yield Service.of(live_service(self.cluster.id, raw))

    def service(self, name: str) -> Service | None:
        """Return one service, None if there is none of that name.

        Raises:
            RefusedError: it is someone else's.
        """
        live = self._live(name)
        return Service.of(live) if live else None

    def remove(self, name: str) -> Removed:
        """Remove a service and keep its data: every bucket and object stays.

        Its inputs and outputs are detached first, which is read back; then it is deleted.

        Raises:
            ClusterError: there is none, it cannot be removed without erasing data, or refused.
        """
        from oscar_sync.client.removal import remove

        live = self._live(name)
        if live is None:
            raise self.api.bad(f"there is no service {name}")
        return remove(self.api, self.store, live, self.check_write())

    def run(
        self,
        name: str,
        data: Any = None,
        *,
        token: str | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """Invoke a service, and return its answer as it came.

        *data*: a mapping is sent as JSON; bytes, paths and text as Base64. *token*: the service's
        own if not given.

        Raises:
            BadAnswerError: there is no such service, or its answer is 400 or above.
        """
        return self._invoke(f"/run/{name}", name, data, token, timeout_s)

    def submit(self, name: str, data: Any = None, *, token: str | None = None) -> None:
        """Start a job of a service; OSCAR does not say its name."""
        self._invoke(f"/job/{name}", name, data, token, None)

    def start(self, name: str) -> Deployment:
        """Start an exposed service that was stopped, and return its state.

        Raises:
            BadAnswerError: it is not exposed, there is none, or it is someone else's.
        """
        return self._switched(name, "start", self.api.start_service(name))

    def stop(self, name: str) -> Deployment:
        """Stop an exposed service until it is started; see ``start``."""
        return self._switched(name, "stop", self.api.stop_service(name))

    def restart(self, name: str) -> Deployment:
        """Replace the containers of an exposed service by new ones; see ``start``."""
        return self._switched(name, "restart", self.api.restart_service(name))

    def deployment(self, name: str) -> Deployment:
        """Return the state of a service's runtime and its reason."""
        return Deployment.model_validate(self.api.deployment(name))

    def log(self, name: str, *, has_timestamps: bool = False) -> tuple[str, ...]:
        """Return the last lines that a service's containers wrote; a sentence if there are none."""
        return self.api.deployment_logs(name, has_timestamps=has_timestamps)

    # -- jobs

    def jobs(self, name: str) -> Iterator[Job]:
        """Yield a service's jobs; each page is asked for when it is reached."""
        return map(Job.model_validate, self.api.jobs(name))

    def job_log(self, name: str, job: str, *, has_timestamps: bool = False) -> str:
        """Return what a job wrote."""
        return self.api.job_log(name, job, has_timestamps=has_timestamps)

    # -- objects

    def objects(self, bucket: str, prefix: str = "") -> Iterator[Object]:
        """Yield the objects whose key begins with *prefix*, without folder markers."""
        return map(Object.model_validate, self.store.list_objects(bucket, prefix))

    def upload(self, path: str | os.PathLike[str], bucket: str, key: str) -> Object:
        """Upload a file as one object; it fires the hooks on its folder."""
        source = Path(real_path(path))
        stored = self.store.put_object(bucket, key, source, source.stat().st_size)
        return Object.model_validate(stored)

    def download(self, bucket: str, key: str, path: str | os.PathLike[str]) -> None:
        """Download an object; the file is whole or as it was."""
        from oscar_sync.storage.whole import whole

        with whole(Path(path)) as file:
            for chunk in self.store.read_object(bucket, key):
                file.write(chunk)

    def provider(self, name: str, service: str = "") -> Provider:
        """Return a storage provider to list, upload, download and delete files on.

        Args:
            name: ``type.id`` of minio, s3, webdav or onedata; ``minio.default`` is the cluster's.
            service: whose definition says how to log in there.

        Raises:
            ValueError: there is none of that name, or it is not spoken.
            ClusterError: there is no such service.
        """
        from oscar_sync.client.providers import MINIO, opened

        definer = self.service(service) if service else None
        if service and definer is None:
            raise self.api.bad(f"there is no service {service}")
        defined = definer.definition.get("storage_providers") if definer else None
        known: dict[str, Any] = dict(defined) if isinstance(defined, Mapping) else {}
        known[MINIO] = {**(known.get(MINIO) or {}), "default": self._own_minio()}
        return opened(name, known, self._environ)

    # -- within

    def _own_minio(self) -> Mapping[str, object]:
        """Return the cluster's own provider, its address as it is seen from here."""
        own = self.api.config().get("minio_provider")
        account = dict(own) if isinstance(own, Mapping) else {}
        endpoint = self.cluster.s3_endpoint or account.get("endpoint")
        ca_bundle = self.cluster.ca_bundle
        if is_checked(self.cluster.s3_endpoint, ca_bundle):
            account["verify"] = True
        return {**account, "endpoint": endpoint, **({"ca_bundle": ca_bundle} if ca_bundle else {})}

    def _live(self, name: str) -> LiveService | None:
        answer = self.api.get_service(name)
        if answer.status == 404:
            return None
        if answer.status == 403:
            raise RefusedError(
                self.cluster.id, self.cluster.endpoint, f"the service {name} is someone else's"
            )
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise self._bad(f"GET of {name}", answer.status, answer.content)
        return live_service(self.cluster.id, answer.json)

    def _invoke(
        self, path: str, name: str, data: Any, token: str | None, timeout_s: float | None
    ) -> bytes:
        from oscar_sync.client.default_client import segment

        session = self.api.session
        body, content_type = payload_of(data, None)
        login = session.token_login(Secret(token) if token else self._token(name))
        path = f"{path.rpartition('/')[0]}/{segment(name)}"
        asked = Request("POST", path, body, timeout_s, login, content_type)
        raw = session.send(asked)
        if raw.status >= 400:
            raise self._bad(path, raw.status, raw.content, INVOKING)
        return raw.content

    def _switched(self, name: str, verb: str, answer: Answer) -> Deployment:
        if answer.status != 200:
            raise self._bad(f"{verb} of {name}", answer.status, answer.content, SWITCHING)
        try:
            return Deployment.model_validate(deployment_of(answer.json))
        except UnusableAnswerError as error:
            raise self.api.bad(f"the answer to {verb} of {name} {error}") from None

    def _token(self, name: str) -> Secret:
        service = self.service(name)
        if service is None:
            raise self.api.bad(f"there is no service {name}")
        return service.token

    def _bad(
        self, what: str, status: int, content: bytes, remedies: Mapping[int, str] = READING
    ) -> BadAnswerError:
        said = excerpt(content, self.api.session.secrets)
        words = f"{what} answers {status}{': ' + said if said else ''}"
        return self.api.bad(words, remedies.get(status, ""))
