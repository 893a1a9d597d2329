"""Requests about services, their deployments and jobs (oscar-server.md 1)."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from oscar_sync.errors import NullListError
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import DeploymentState
from oscar_sync.semantics.answers import is_absence, poisoned_service
from oscar_sync.semantics.capabilities import LOGS_NOT_TOLD, NOT_TOLD, STATE_NOT_TOLD
from oscar_sync.semantics.echoes import masked, secrets_in
from oscar_sync.wire.answers import (
    Answer,
    ListedJob,
    answer_of,
    deployment_of,
    jobs_of,
    lines_of,
    service_of,
    services_of,
)
from oscar_sync.wire.calls import GATEWAY, Calls, has_no_route, segment
from oscar_sync.wire.exchange import Request
from oscar_sync.wire.failures import PoisonedListError
from oscar_sync.wire.messages import decode, encode, text_of
from oscar_sync.wire.session import Session

SERVICES: Final = "/system/services"
_PAGES: Final = 10_000


class ServiceCalls(Calls):
    """``is_empty_hidden``: the release answers 200 without a body where others say 403."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.is_empty_hidden = False

    def list_services(self) -> list[Mapping[str, object]]:
        """Raises PoisonedListError: one definition cannot be read, so the server lists none."""
        return self.services_in(self.services_content())

    def services_content(self) -> bytes:
        """Raises PoisonedListError: one definition cannot be read, so the server lists none."""
        raw = self._get(SERVICES)
        poisoned = poisoned_service(text_of(raw.content)) if raw.status >= 500 else ""
        if poisoned:
            message = f"the server lists no service: {self._excerpt(raw)}"
            session = self.session
            raise PoisonedListError(session.cluster.id, session.endpoint, message, poisoned)
        return self._good(SERVICES, raw).content

    def services_in(self, content: bytes) -> list[Mapping[str, object]]:
        """Return the services of a list that came.

        Raises:
            BadAnswerError: it is not a list of services.
            NullListError: it is ``null``.
        """
        if content.strip() == b"null":
            words = f"the answer to GET {SERVICES} is not a list of services"
            raise NullListError(self.session.cluster.id, self.session.endpoint, words)
        with self._understood(SERVICES):
            return services_of(decode(content))

    def get_service(self, name: str) -> Answer:
        """Return the answer to a GET by name: 200, 404 (free), 403 (hidden), 500.

        Raises:
            BadAnswerError: 200 with a body that is not that service, or a 404 of something else
                than OSCAR: the service may well be there.
        """
        path = f"{SERVICES}/{segment(name)}"
        raw = self._get(path)
        if raw.status == 401:
            raise self._refused(path, raw)
        if raw.status == 200 and not raw.content and self.is_empty_hidden:
            return Answer(403, "")
        answer = answer_of(raw)
        if raw.status == 200:
            with self._understood(path):
                service_of(decode(raw.content), name)
        else:
            answer = replace(answer, shown=self._excerpt(raw))
        if raw.status == 404 and not is_absence(answer.text, raw.header("Content-Type")):
            raise self.bad(self._answer_in_words(path, raw), GATEWAY)
        return answer

    def post_service(
        self, body: Mapping[str, object], least_timeout_s: float | None = None
    ) -> Answer:
        """Send a POST of *body*, its secrets revealed. Never repeated."""
        # The answer is waited for *least_timeout_s* at least, or for the session's own time.
        return self._write_service("POST", body, least_timeout_s)

    def put_service(
        self, body: Mapping[str, object], least_timeout_s: float | None = None
    ) -> Answer:
        """Send a PUT of *body*, its secrets revealed. Never repeated."""
        # The answer is waited for *least_timeout_s* at least, or for the session's own time.
        return self._write_service("PUT", body, least_timeout_s)

    def _write_service(
        self, method: str, body: Mapping[str, object], least_timeout_s: float | None
    ) -> Answer:
        self.session.remember(secrets_in(body))
        timeout_s = max(self.session.read_timeout_s, least_timeout_s or 0.0)
        return self._write(method, SERVICES, encode(body), timeout_s)

    def delete_service(self, name: str) -> Answer:
        """Send a DELETE: the server erases every bucket that the stored definition names."""
        return self._write("DELETE", f"{SERVICES}/{segment(name)}")

    def restart_service(self, name: str) -> Answer:
        """Restart an exposed service; others are answered 400."""
        return self._write("POST", f"{SERVICES}/{segment(name)}/restart")

    def start_service(self, name: str) -> Answer:
        return self._write("POST", f"{SERVICES}/{segment(name)}/start")

    def stop_service(self, name: str) -> Answer:
        return self._write("POST", f"{SERVICES}/{segment(name)}/stop")

    def deployment(self, name: str) -> DeploymentState:
        """Return a service's runtime state, ``unavailable`` where the server has none to show."""
        # Releases before 4.0 do not tell it.
        path = f"{SERVICES}/{segment(name)}/deployment"
        raw = self._get(path)
        if has_no_route(raw):
            return DeploymentState(NOT_TOLD, STATE_NOT_TOLD)
        if raw.status == 403:
            return DeploymentState("unavailable", self._excerpt(raw))
        with self._understood(path):
            state = deployment_of(decode(self._good(path, raw).content))
        return replace(state, reason=masked(state.reason, self.session.secrets))

    def deployment_logs(self, name: str, *, has_timestamps: bool = False) -> tuple[str, ...]:
        """Return the last lines of a service's pods, else the server's word for none.

        What this session has sent as a secret is masked in them.

        Raises:
            BadAnswerError: the release does not show them (before 4.0).
        """
        path = f"{SERVICES}/{segment(name)}/deployment/logs"
        raw = self._get(f"{path}?timestamps=true" if has_timestamps else path)
        if has_no_route(raw):
            remedy = f"what its jobs wrote: oscar-sync service logs {name} --latest"
            raise self.bad(LOGS_NOT_TOLD, remedy)
        lines = lines_of(self._mapping(path, self._good(path, raw)))
        return tuple(masked(line, self.session.secrets) for line in lines)

    # -- invocation: with the service's token, never with the log-in

    def run(self, name: str, token: Secret, body: bytes) -> Answer:
        return self._invoke(f"/run/{segment(name)}", token, body)

    def _invoke(self, path: str, token: Secret, body: bytes) -> Answer:
        login = self.session.token_login(token)
        return answer_of(self.session.send(Request("POST", path, body, login=login)))

    def jobs(self, name: str) -> Iterator[ListedJob]:
        """Yield the jobs of a service; each page is asked for when it is reached.

        Raises:
            RefusedError: an empty 200, which is how the server forbids it.
        """
        path, page = f"/system/logs/{segment(name)}", ""
        for _ in range(_PAGES):
            raw = self._read(f"{path}?page={quote(page, safe='')}" if page else path)
            if not raw.content:
                raise self._refused(path, raw)
            with self._understood(path):
                listed, page = jobs_of(decode(raw.content))
            yield from listed
            if not page:
                return

    def job_log(self, name: str, job: str, *, has_timestamps: bool = False) -> str:
        """Raises BadAnswerError: there is no such job, or its pod is gone."""
        path = f"/system/logs/{segment(name)}/{segment(job)}"
        return text_of(self._read(f"{path}?timestamps=true" if has_timestamps else path).content)

    def delete_job(self, name: str, job: str) -> Answer:
        """Delete a job of a service and its log, also one that runs."""
        return self._write("DELETE", f"/system/logs/{segment(name)}/{segment(job)}")
