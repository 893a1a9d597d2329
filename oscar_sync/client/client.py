"""The drop-in for ``oscar_python.client.Client``: same names, same answers, fewer traps."""

import warnings
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from oscar_sync.client import _utils as utils
from oscar_sync.client import definition as definitions
from oscar_sync.client import options as reading
from oscar_sync.client.default_client import segment
from oscar_sync.client.login import DEFAULTS, access_token
from oscar_sync.client.resources import Resources
from oscar_sync.semantics.restarts import PREFETCH_TIMEOUT_S

INFO: Final = "/system/info"
CONFIG: Final = "/system/config"
STATUS: Final = "/system/status"
HEALTH: Final = "/health"
SERVICES: Final = "/system/services"
LOGS: Final = "/system/logs"

_GET: Final = "get"
_POST: Final = "post"
_PUT: Final = "put"
_DELETE: Final = "delete"


class Client(Resources):
    """A cluster and a log-in.

    Methods return the ``requests.Response`` (bodies as OSCAR writes them) and raise
    ``requests.HTTPError`` (400 and above), ``requests.RequestException`` (no answer) or
    ``ValueError`` (what was given cannot be used). From any number of threads.
    """

    def __init__(
        self, options: Mapping[str, Any] | str | None = None, *more: Any, **keywords: Any
    ) -> None:
        """Read the options; nothing is sent.

        Args:
            options: ``cluster_id``, ``endpoint``; ``ssl`` (True, False, the same as text, or a
                file of certificates; True if absent); ``timeout`` (seconds, 60); and one of:
                ``user`` and ``password``; ``shortname`` (oidc-agent); ``oidc_token``,
                ``token_file`` or ``refresh_token`` (with ``scopes``, ``token_endpoint``,
                ``client_id``). Without any: the token file of EGI or EOSC notebooks.
            more: where *options* is the cluster's id: endpoint, user, password, ``ssl``.
            keywords: the same by name; ``id`` is ``cluster_id``.

        Raises:
            KeyError: the first two, or the password, are missing.
            TypeError: too many values.
            ValueError: no log-in, or an ``ssl`` that is none.
        """
        given = reading.merged(options, keywords, more)
        self.id = reading.required(given, "cluster_id")
        self.endpoint = reading.required(given, "endpoint")
        self.ssl = reading.verify_of(given.get("ssl"))
        self.timeout = given.get("timeout")
        self._AUTH_TYPE = reading.auth_type_of(given)
        if self._AUTH_TYPE == reading.BASIC:
            self.user = given["user"]
            self.password = reading.required(given, "password")
        elif self._AUTH_TYPE == reading.AGENT:
            self.shortname = given["shortname"]
        else:
            self.oidc_token = given.get("oidc_token")
            self.refresh_token = given.get("refresh_token")
            self.token_file = given.get("token_file")
            self.scopes = given.get("scopes", DEFAULTS.scopes)
            self.token_endpoint = given.get("token_endpoint", DEFAULTS.endpoint)
            self.client_id = given.get("client_id", DEFAULTS.client_id)

    def get_access_token(self) -> str:
        """Return the OIDC token that the next request sends; a token file is read again.

        Raises:
            ValueError: there is none.
        """
        return access_token(self)

    # -- the cluster (oscar-server 1.1)

    def get_cluster_info(self) -> Any:
        """Return ``version``, ``kubernetes_version``, ``architecture``, ``serverless_backend``."""
        return utils.make_request(self, INFO, _GET)

    def get_cluster_config(self) -> Any:
        """Return ``config``, ``minio_provider`` (with the log-in's store keys), allowed images."""
        return utils.make_request(self, CONFIG, _GET)

    def get_cluster_status(self) -> Any:
        """Return nodes with CPU (millicores) and memory (bytes), the state of OSCAR and MinIO.

        Warns before it asks a server that this may end (oscar-releases, 3.3).
        """
        from oscar_sync.semantics.capabilities import STATUS_MAY_END_IT, shown_release

        release = self._release()
        if STATUS_MAY_END_IT.holds(release):
            words = "ends on this question where its cluster has no metrics-server"
            warnings.warn(f"OSCAR {shown_release(release)} {words}", RuntimeWarning, stacklevel=2)
        return utils.make_request(self, STATUS, _GET)

    def health_check(self) -> Any:
        """Return ``Ok``; credentials are not sent."""
        from oscar_sync.client.client_anon import AnonymousClient

        nobody = AnonymousClient(cluster_id=self.id, endpoint=self.endpoint, ssl=self.ssl)
        try:
            return utils.make_request(nobody, HEALTH, _GET)
        finally:
            nobody.close()

    def get_system_logs(
        self,
        timestamps: bool = False,  # noqa: FBT001, FBT002 - oscar-python's signature
        previous: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> Any:
        """Return the log of OSCAR's invocations; for admins. *previous*: of the last container."""
        asked = [name for name, is_on in (("timestamps", timestamps), ("previous", previous))
                 if is_on]  # fmt: skip
        query = "&".join(f"{name}=true" for name in asked)
        return utils.make_request(self, f"{LOGS}?{query}" if query else LOGS, _GET)

    # -- services (oscar-server 1.2)

    def list_services(self) -> Any:
        """Return every service that the log-in can see: a JSON array."""
        return utils.make_request(self, SERVICES, _GET, has_services=True)

    def get_service(self, name: str) -> Any:
        """Return one service; 404: none of that name, 403: someone else's."""
        return utils.make_request(self, f"{SERVICES}/{segment(name)}", _GET, has_services=True)

    def create_service(self, service_definition: Any) -> Any:
        """Make a service of a mapping, or every service of an FDL file for this cluster.

        Numbers and truths are written as text where OSCAR wants text, ports as its release wants
        them. The name is asked for first: a POST of a taken name leaves its secrets behind.

        Args:
            service_definition: a mapping as the API takes it, or the path of an FDL file.

        Returns:
            The answer (201) to the last service of the file.

        Raises:
            ValueError: there is a service of that name already, the definition is wrong (with all
                findings), or it is neither a mapping nor a file.
            requests.HTTPError: refused; of a file, the services before it are there.

        Source: oscar-server 1.2.1, 6.2.
        """
        if isinstance(service_definition, Mapping):
            return self._create(self._ready(definitions.typed(service_definition)))
        if not definitions.is_path(service_definition):
            raise ValueError("Service definition must be a dictionary or a file path")
        from oscar_sync.client import fdl

        services = fdl.services_for(service_definition, self.id)
        bodies = [fdl.create_body(one, self.id, self._release()) for one in services]
        for body in bodies:
            self._refuse_taken(definitions.name_of(body))
        return [self._create(body, is_free=True) for body in bodies][-1]

    def update_service(self, name: str, new_service: Any) -> Any:
        """Replace a service's definition by a mapping, or by the one of that name in an FDL file.

        What a full replace would lose unasked is carried: the owner, secrets (a GET shows none of
        their values), the per-user buckets, oscar-sync's stamp.

        Args:
            name: the service.
            new_service: a mapping as the API takes it, or the path of an FDL file.

        Returns:
            The answer: 204, or 200 with the members of a federation that were not reached.

        Raises:
            ValueError: there is no such service, the definition is of another one or wrong.
            requests.HTTPError: refused. After a 500 look at the service: it may be applied.

        Source: oscar-server 4.
        """
        live = self._live(name)
        body = self._update_body(name, new_service, live)
        if definitions.name_of(body) != name:
            raise definitions.DefinitionError(
                f"the definition is of {body['name']}, not of {name}; names cannot be changed"
            )
        return self._write(_PUT, body)

    def remove_service(self, name: str) -> Any:
        """Delete a service **and erase its data**, as the server does (204).

        The server empties and deletes every bucket that the definition names as input or output,
        also those that other services use; a mounted bucket stays, and so does a volume with the
        policy ``retain``. To remove a service and keep its data, use
        ``oscar_sync.client.connect(…).remove(name)`` or ``oscar-sync remove``.

        Raises:
            requests.HTTPError: 404 no such service, 403 someone else's.

        Source: oscar-server 5.
        """
        return utils.make_request(self, f"{SERVICES}/{segment(name)}", _DELETE)

    def get_deployment_status(self, name: str) -> Any:
        """Return ``state`` (pending, ready, degraded, failed, unavailable) and ``reason``."""
        return utils.make_request(self, f"{SERVICES}/{segment(name)}/deployment", _GET)

    def get_deployment_logs(self, name: str) -> Any:
        """Return the last lines of the service's pods."""
        return utils.make_request(self, f"{SERVICES}/{segment(name)}/deployment/logs", _GET)

    # -- jobs (oscar-server 1.6)

    def get_job_logs(
        self,
        svc: str,
        job: str,
        timestamps: bool = False,  # noqa: FBT001, FBT002 - like get_system_logs
    ) -> Any:
        """Return what a job wrote, as text."""
        path = f"{LOGS}/{segment(svc)}/{segment(job)}"
        return utils.make_request(self, f"{path}?timestamps=true" if timestamps else path, _GET)

    def list_jobs(self, svc: str, page: str = "") -> Any:
        """Return the jobs of a service: ``{"jobs": {NAME: {status, creation_time, …}}}``.

        Without *page* all pages are read and put together; with the ``next_page`` of an answer,
        the one page.
        """
        path = f"{LOGS}/{segment(svc)}"
        if page:
            return utils.make_request(self, f"{path}?page={quote(page, safe='')}", _GET)
        response = utils.make_request(self, path, _GET)
        first = _json(response)
        if not first.get("next_page"):
            return response
        from oscar_sync.client.responses import merged

        return merged(response, self._all_jobs(path, first))

    def remove_job(self, svc: str, job: str) -> Any:
        """Delete a job and its log (204)."""
        return utils.make_request(self, f"{LOGS}/{segment(svc)}/{segment(job)}", _DELETE)

    def remove_all_jobs(self, svc: str) -> Any:
        """Delete all jobs of a service, running ones too (204)."""
        return utils.make_request(self, f"{LOGS}/{segment(svc)}?all=true", _DELETE)

    # -- storage

    def create_storage_client(self, svc: str | None = None) -> Any:
        """Return a ``Storage`` with the providers of *svc* and the cluster's own MinIO.

        Raises:
            requests.HTTPError: there is no such service, or the log-in is refused.
        """
        from oscar_sync.client.storage import Storage

        return Storage(client_obj=self, svc_name=svc)

    # -- within

    def _get_token(self, svc: str) -> str:
        if self._AUTH_TYPE != reading.BASIC:
            return self.get_access_token()
        token = _json(self.get_service(svc)).get("token")
        if not token:
            raise ValueError(f"the cluster shows no token of {svc}: pass token=")
        return str(token)

    def _invoked(self, name: str, path: str, token: str | None, asked: Mapping[str, Any]) -> Any:
        """Invoke with the token that is given, else the client's own, else the service's.

        An OIDC token starts no job of a private or restricted service, not even its owner's: 404,
        since `/job` compares another form of the id (record 228). `/run` lets owner and users in.
        """
        if token or self._AUTH_TYPE == reading.BASIC:
            return super()._invoked(name, path, token, asked)
        own = self.get_access_token()
        answer = utils.make_request(self, path, _POST, token=own, handle=False, **asked)
        if answer.status_code < 400:
            return answer
        other = self._service_token(name) if answer.status_code == 404 else ""
        if not other:
            self._raise(answer, _POST)
        return utils.make_request(self, path, _POST, token=other, **asked)

    def _service_token(self, name: str) -> str:
        path = f"{SERVICES}/{segment(name)}"
        answer = utils.make_request(self, path, _GET, handle=False)
        return str(_json(answer).get("token") or "") if answer.status_code == 200 else ""

    def _release(self) -> tuple[int, int, int]:
        from oscar_sync.semantics.capabilities import release_of

        return release_of(str(_json(self.get_cluster_info()).get("version", "")))

    def _ready(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if not definitions.has_ports(body):
            return dict(body)
        return definitions.with_ports(body, self._release())

    def _refuse_taken(self, name: str) -> None:
        path = f"{SERVICES}/{segment(name)}"
        answer = utils.make_request(self, path, _GET, handle=False)
        if answer.status_code in {200, 403}:
            raise ValueError(f"A service with name '{name}' is already present on the cluster")
        if answer.status_code != 404:
            self._raise(answer, _GET)

    def _raise(self, answer: Any, method: str) -> None:
        from oscar_sync.client.exchange import secrets_of
        from oscar_sync.client.failures import http_error

        raise http_error(answer, method, secrets_of(self))

    def _create(self, body: Mapping[str, Any], *, is_free: bool = False) -> Any:
        if not is_free:
            self._refuse_taken(definitions.name_of(body))
        return self._write(_POST, body)

    def _live(self, name: str) -> dict[str, Any]:
        answer = utils.make_request(self, f"{SERVICES}/{segment(name)}", _GET, handle=False)
        if answer.status_code == 404:
            raise ValueError(f"The service {name} is not present on the cluster")
        if answer.status_code != 200:
            self._raise(answer, _GET)
        return _json(answer)

    def _update_body(self, name: str, given: Any, live: dict[str, Any]) -> dict[str, Any]:
        if isinstance(given, Mapping):
            body = {"name": name, **definitions.typed(given)}
            return definitions.with_live(self._ready(body), live)
        if not definitions.is_path(given):
            raise ValueError("Service definition must be a dictionary or a file path")
        from oscar_sync.client import fdl

        services = fdl.services_for(given, self.id)
        chosen = next((one for one in services if one.name == name), services[0])
        return fdl.update_body(chosen, live, self.id, self._release())

    def _write(self, method: str, body: Mapping[str, Any]) -> Any:
        timeout = PREFETCH_TIMEOUT_S if definitions.prefetches(body) else None
        return utils.make_request(
            self,
            SERVICES,
            method,
            data=definitions.encoded(body),
            timeout=timeout,
            secrets=definitions.secrets_of(body),
        )

    def _all_jobs(self, path: str, first: dict[str, Any]) -> dict[str, Any]:
        jobs = dict(first.get("jobs") or {})
        page, seen = first.get("next_page"), set()
        while page and page not in seen:
            seen.add(page)
            query = f"{path}?page={quote(str(page), safe='')}"
            answer = _json(utils.make_request(self, query, _GET))
            jobs.update(answer.get("jobs") or {})
            page = answer.get("next_page")
        return {"jobs": jobs}


def _json(response: Any) -> dict[str, Any]:
    """Return the body as a mapping, empty where it is none."""
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
