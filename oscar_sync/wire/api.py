"""OSCAR's API, one method for each endpoint in use (oscar-server.md 1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from oscar_sync.errors import (
    BadAnswerError,
    NotUnderstoodError,
    NullListError,
    RefusedError,
    UsageError,
)
from oscar_sync.model.identity import BucketName
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import BucketFacts, DeploymentState, Quota, VolumeFacts
from oscar_sync.semantics.answers import (
    is_absence,
    is_gone_bucket,
    is_unknown_path,
    poisoned_service,
)
from oscar_sync.semantics.capabilities import (
    LOGS_NOT_TOLD,
    NOT_TOLD,
    STATE_NOT_TOLD,
    since_words,
)
from oscar_sync.semantics.echoes import masked, secrets_in
from oscar_sync.semantics.quotas import quota_of
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.wire.answers import (
    Answer,
    ListedJob,
    answer_of,
    bucket_of,
    buckets_of,
    configuration_of,
    deployment_of,
    jobs_of,
    lines_of,
    release_info_of,
    service_of,
    services_of,
    tag_owner_of,
    volumes_of,
)
from oscar_sync.wire.exchange import RawAnswer, Request
from oscar_sync.wire.failures import NoAnswerError, PoisonedListError
from oscar_sync.wire.messages import UnusableAnswerError, decode, encode, excerpt, text_of
from oscar_sync.wire.retry import PASSING_STATUSES
from oscar_sync.wire.session import Session

SERVICES: Final = "/system/services"
BUCKETS: Final = "/system/buckets"
VOLUMES: Final = "/system/volumes"
_PAGES: Final = 10_000
_LONGEST: Final = 600
"""Characters that are shown of the answer to a write that failed."""
_LONGEST_DONE: Final = 1 << 16
"""And to one that was applied: OSCAR names each member of a federation that failed, and why."""
_GATEWAY: Final = "is this the address of an OSCAR cluster?"
"""Of a 404 that OSCAR does not answer like that: a gateway's, which knows nothing of services."""


class OscarApi:
    """One cluster's API over a session. Answers to writes are returned, whatever their status."""

    def __init__(self, session: Session) -> None:
        """Speak through *session*.

        ``is_empty_hidden``: the release answers 200 without a body where others say 403.
        """
        self.session = session
        self.is_empty_hidden = False

    # -- reads that a plan needs whole: anything but a good answer is an error

    def info(self) -> Mapping[str, object]:
        """Return ``/system/info``.

        Raises:
            RefusedError: the credentials.
            BadAnswerError: there is no OSCAR at this address.
        """
        raw = self._read("/system/info")
        with _Words(self, "/system/info"):
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
        with _Words(self, "/system/config"):
            return configuration_of(document)

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
        with _Words(self, SERVICES):
            return services_of(decode(content))

    def has_path(self, path: str) -> bool:
        return not _has_no_route(self._get(path))

    def names_buckets(self) -> bool | None:
        """Tell whether buckets are listed with ``bucket_name``, as since 3.6.4; None for none."""
        raw = self._get(BUCKETS)
        if _has_no_route(raw):
            return False
        with _Words(self, BUCKETS):
            value = decode(self._good(BUCKETS, raw).content)
        if not value:
            return None
        entries = value if isinstance(value, list) else [value]
        return all(isinstance(entry, dict) and "bucket_name" in entry for entry in entries)

    def list_buckets(self) -> tuple[BucketFacts, ...]:
        """Return every bucket that the log-in can see.

        Raises:
            NotUnderstoodError: the release has no list of buckets (before 3.6.0).
        """
        raw = self._get(BUCKETS)
        if _has_no_route(raw):
            raise self._not_there(BUCKETS)
        raw = self._good(BUCKETS, raw)
        with _Words(self, BUCKETS):
            return buckets_of(decode(raw.content))

    def find_bucket(self, name: str) -> BucketFacts | None:
        """Return a bucket by its name, another user's private one too; None if none is shown.

        Where there is none, and a policy gives access to its name, that is returned as gone.
        """
        # A user is refused what does not exist and what an administrator or nobody has, in the same
        # words (oscar-server 1.4): a request for a link, which changes nothing, tells them apart.
        path = f"{BUCKETS}/{_segment(name)}"
        raw = self._get(path)
        # No route: before 3.6.5, and no evidence (`capabilities.NO_BUCKET_BY_NAME`).
        is_gone = is_gone_bucket(raw.status, text_of(raw.content))
        if raw.status == 403 or is_gone or _has_no_route(raw):
            if self._hides_bucket(name):
                return BucketFacts(BucketName(name), is_tagged=False)
            return BucketFacts(BucketName(name), is_gone=True) if is_gone else None
        with _Words(self, path):
            return bucket_of(decode(self._good(path, raw).content))

    def tag_owner(self, name: str) -> str:
        """Return whose a bucket is by its tag, which the list does not show; blank for none."""
        # Of a bucket that is shown to nobody the answer is 403, as of one that has no tags.
        path = f"{BUCKETS}/{_segment(name)}"
        raw = self._get(path)
        if raw.status == 403 or _has_no_route(raw):
            return ""
        with _Words(self, path):
            return tag_owner_of(decode(self._good(path, raw).content))

    def _hides_bucket(self, name: str) -> bool:
        # Asking for a link to read from a bucket is answered 404 where there is none (oscar-server
        # 1.4), and by releases before 3.6.4, which make no links and are only read.
        asked = encode({"object_key": "x", "operation": "download", "expires_in": 1})
        return self._write("POST", f"{BUCKETS}/{_segment(name)}/presign", asked).status != 404

    def document(self, kind: str, *names: str) -> object:
        """Return the JSON of ``/system/KIND/NAME…``; None where there is nothing of that name.

        Raises:
            NotUnderstoodError: the release has no such path, or the answer is not JSON.
        """
        path = "/".join((f"/system/{kind}", *map(_segment, names)))
        raw = self._get(path)
        if _has_no_route(raw):
            raise self._not_there(path)
        if raw.status == 404 and is_absence(text_of(raw.content), raw.header("Content-Type")):
            return None
        with _Words(self, path):
            return decode(self._good(path, raw).content)

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

    def list_volumes(self, *, is_needed: bool = False) -> Mapping[str, VolumeFacts]:
        """Return the managed volumes; a release without any has none, which *is_needed* refuses."""
        raw = self._get(VOLUMES)
        if _has_no_route(raw):
            if is_needed:
                raise self._not_there(VOLUMES)
            return {}
        with _Words(self, VOLUMES):
            return volumes_of(decode(self._good(VOLUMES, raw).content))

    # -- one service

    def get_service(self, name: str) -> Answer:
        """Return the answer to a GET by name: 200, 404 (free), 403 (hidden), 500.

        Raises:
            BadAnswerError: 200 with a body that is not that service, or a 404 of something else
                than OSCAR: the service may well be there.
        """
        path = f"{SERVICES}/{_segment(name)}"
        raw = self._get(path)
        if raw.status == 401:
            raise self._refused(raw)
        if raw.status == 200 and not raw.content and self.is_empty_hidden:
            return Answer(403, "")
        answer = answer_of(raw)
        if raw.status == 200:
            with _Words(self, path):
                service_of(decode(raw.content), name)
        else:
            answer = replace(answer, shown=self._excerpt(raw))
        if raw.status == 404 and not is_absence(answer.text, raw.header("Content-Type")):
            raise self.bad(self._answer_in_words(path, raw), _GATEWAY)
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

    def delete_service(self, name: str) -> Answer:
        """Send a DELETE: the server erases every bucket that the stored definition names."""
        return self._write("DELETE", f"{SERVICES}/{_segment(name)}")

    def restart_service(self, name: str) -> Answer:
        """Restart an exposed service; others are answered 400."""
        return self._write("POST", f"{SERVICES}/{_segment(name)}/restart")

    def start_service(self, name: str) -> Answer:
        return self._write("POST", f"{SERVICES}/{_segment(name)}/start")

    def stop_service(self, name: str) -> Answer:
        return self._write("POST", f"{SERVICES}/{_segment(name)}/stop")

    def deployment(self, name: str) -> DeploymentState:
        """Return a service's runtime state, ``unavailable`` where the server has none to show."""
        # Releases before 4.0 do not tell it.
        path = f"{SERVICES}/{_segment(name)}/deployment"
        raw = self._get(path)
        if _has_no_route(raw):
            return DeploymentState(NOT_TOLD, STATE_NOT_TOLD)
        if raw.status == 403:
            return DeploymentState("unavailable", self._excerpt(raw))
        with _Words(self, path):
            state = deployment_of(decode(self._good(path, raw).content))
        return replace(state, reason=masked(state.reason, self.session.secrets))

    def deployment_logs(self, name: str, *, has_timestamps: bool = False) -> tuple[str, ...]:
        """Return the last lines of a service's pods, else the server's word for none.

        What this session has sent as a secret is masked in them.

        Raises:
            BadAnswerError: the release does not show them (before 4.0).
        """
        path = f"{SERVICES}/{_segment(name)}/deployment/logs"
        raw = self._get(f"{path}?timestamps=true" if has_timestamps else path)
        if _has_no_route(raw):
            remedy = f"what its jobs wrote: oscar-sync service logs {name} --latest"
            raise self.bad(LOGS_NOT_TOLD, remedy)
        lines = lines_of(self._mapping(path, self._good(path, raw)))
        return tuple(masked(line, self.session.secrets) for line in lines)

    # -- invocation: with the service's token, never with the log-in

    def run(self, name: str, token: Secret, body: bytes) -> Answer:
        return self._invoke(f"/run/{_segment(name)}", token, body)

    def jobs(self, name: str) -> Iterator[ListedJob]:
        """Yield the jobs of a service; each page is asked for when it is reached.

        Raises:
            RefusedError: an empty 200, which is how the server forbids it.
        """
        path, page = f"/system/logs/{_segment(name)}", ""
        for _ in range(_PAGES):
            raw = self._read(f"{path}?page={quote(page, safe='')}" if page else path)
            if not raw.content:
                raise self._refused(raw)
            with _Words(self, path):
                listed, page = jobs_of(decode(raw.content))
            yield from listed
            if not page:
                return

    def job_log(self, name: str, job: str, *, has_timestamps: bool = False) -> str:
        """Raises BadAnswerError: there is no such job, or its pod is gone."""
        path = f"/system/logs/{_segment(name)}/{_segment(job)}"
        return text_of(self._read(f"{path}?timestamps=true" if has_timestamps else path).content)

    def delete_job(self, name: str, job: str) -> Answer:
        """Delete a job of a service and its log, also one that runs."""
        return self._write("DELETE", f"/system/logs/{_segment(name)}/{_segment(job)}")

    # -- buckets and volumes

    def create_bucket(self, name: str, visibility: str, users: Sequence[str]) -> Answer:
        """Make a bucket of the log-in's own; another one of that name is answered 400."""
        return self._write("POST", BUCKETS, _bucket(name, visibility, users))

    def set_access(self, name: str, visibility: str, users: Sequence[str]) -> Answer:
        """Give a bucket a visibility; what is not the log-in's own stays, answered 204 (1.4)."""
        return self._write("PUT", BUCKETS, _bucket(name, visibility, users))

    def presign(self, name: str, asked: Mapping[str, object]) -> Answer:
        return self._write("POST", f"{BUCKETS}/{_segment(name)}/presign", encode(asked))

    def create_volume(self, name: str, size: str) -> Answer:
        return self._write("POST", VOLUMES, encode({"name": name, "size": size}))

    def delete_volume(self, name: str) -> Answer:
        """Delete a volume with its content; an absent one is answered 204, a used one 400."""
        return self._write("DELETE", f"{VOLUMES}/{_segment(name)}")

    def delete_bucket(self, name: str) -> Answer:
        """Erase a bucket, all it holds and its owner's access rights to the name."""
        return self._write("DELETE", f"{BUCKETS}/{_segment(name)}")

    # -- how answers are judged

    def _get(self, path: str) -> RawAnswer:
        """Return an answer of OSCAR itself, not of a gateway that is in trouble."""
        raw = self.session.get(path)
        if raw.status in PASSING_STATUSES:
            message = self._answer_in_words(path, raw)
            raise NoAnswerError(self.session.cluster.id, self.session.endpoint, message)
        return raw

    def _read(self, path: str) -> RawAnswer:
        return self._good(path, self._get(path))

    def _good(self, path: str, raw: RawAnswer) -> RawAnswer:
        if raw.status == 200:
            return raw
        # 400: a token that is not a JWT (oscar-server.md 10).
        if raw.status in {401, 403} or (raw.status == 400 and path == "/system/info"):
            raise self._refused(raw)
        remedy = _GATEWAY if raw.status == 404 else ""
        raise self.bad(self._answer_in_words(path, raw), remedy)

    def _mapping(self, path: str, raw: RawAnswer) -> Mapping[str, object]:
        with _Words(self, path):
            value = decode(raw.content)
        if not isinstance(value, dict):
            raise self.bad(f"the answer to GET {path} is not a JSON object")
        return mapping_of(value)

    def _write_service(
        self, method: str, body: Mapping[str, object], least_timeout_s: float | None
    ) -> Answer:
        self.session.remember(secrets_in(body))
        timeout_s = max(self.session.read_timeout_s, least_timeout_s or 0.0)
        return self._write(method, SERVICES, encode(body), timeout_s)

    def _write(
        self, method: str, path: str, body: bytes | None = None, read_timeout_s: float | None = None
    ) -> Answer:
        raw = self.session.send(Request(method, path, body, read_timeout_s))
        longest = _LONGEST_DONE if raw.status // 100 == 2 else _LONGEST
        return replace(answer_of(raw), shown=excerpt(raw.content, self.session.secrets, longest))

    def _invoke(self, path: str, token: Secret, body: bytes) -> Answer:
        login = self.session.token_login(token)
        return answer_of(self.session.send(Request("POST", path, body, login=login)))

    def _refused(self, raw: RawAnswer) -> RefusedError | BadAnswerError:
        cluster, said = self.session.cluster, self._excerpt(raw)
        if remedy := other_server(text_of(raw.content[:4096])):
            return self.bad(f"it answers {raw.status}: {said}", remedy)
        words = f"the credentials are refused ({raw.status}{': ' + said if said else ''})"
        source = cluster.login_source
        if not cluster.login:
            return RefusedError(cluster.id, self.session.endpoint, words, "none were given")
        remedy = f"check {source}" if source else ""
        return RefusedError(cluster.id, self.session.endpoint, words, remedy)

    def _not_there(self, path: str) -> NotUnderstoodError:
        kind = path.removeprefix("/system/").partition("/")[0]
        words = f"this release of OSCAR has no {path}{since_words(kind)}"
        return NotUnderstoodError(self.session.cluster.id, self.session.endpoint, words)

    def bad(self, message: str, remedy: str = "") -> BadAnswerError:
        return BadAnswerError(self.session.cluster.id, self.session.endpoint, message, remedy)

    def _answer_in_words(self, path: str, raw: RawAnswer) -> str:
        said = self._excerpt(raw)
        return f"GET {path} answers {raw.status}" + (f": {said}" if said else "")

    def _excerpt(self, raw: RawAnswer) -> str:
        return excerpt(raw.content, self.session.secrets)


class _Words:
    def __init__(self, api: OscarApi, path: str) -> None:
        self._api = api
        self._path = path

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, UnusableAnswerError):
            session = self._api.session
            words = masked(f"the answer to GET {self._path} {error}", session.secrets)
            raise NotUnderstoodError(session.cluster.id, session.endpoint, words) from None


def _has_no_route(raw: RawAnswer) -> bool:
    """Tell whether this release has no such path (oscar-server 0)."""
    return raw.status == 404 and is_unknown_path(text_of(raw.content), raw.header("Content-Type"))


def other_server(text: str) -> str:
    """Return what to write where *text* shows that no OSCAR answers there, blank if it may be."""
    if "HTTPS" in text and "HTTP request" in text:
        return "write https:// in the endpoint"
    if text.startswith("<?xml") and "<Error>" in text:
        return "this is an object store: set endpoint to the address of OSCAR, s3_endpoint to this"
    return ""


def _bucket(name: str, visibility: str, users: Sequence[str]) -> bytes:
    asked = {"bucket_name": name, "visibility": visibility, "allowed_users": list(users)}
    return encode(asked)


def _segment(name: str) -> str:
    """Raises UsageError: *name* is blank, or dots that would climb out of the path."""
    if name in {"", ".", ".."}:
        raise UsageError(f"{name!r} is not a name")
    return quote(name, safe="")
