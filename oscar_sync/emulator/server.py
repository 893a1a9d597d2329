"""The emulator as a whole: two servers, one state, and the ways to drive it.

```python
with Emulator(EmulatorOptions(port=0, s3_port=0)) as emulator:
    requests.get(f"{emulator.url}/health")
```
"""

import contextlib
import json
import os
import secrets
import signal
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from oscar_sync.emulator.callers import Bearer
from oscar_sync.emulator.events import address_in, principal_in
from oscar_sync.emulator.faults import FaultBook, FaultProblem, parse_fault, parse_faults
from oscar_sync.emulator.interference import change_meanwhile, delivery_of
from oscar_sync.emulator.invocation_log import Asked, logged
from oscar_sync.emulator.invocations import TOKEN_LENGTH, token_of
from oscar_sync.emulator.issuers import Issuers, issuer_problem
from oscar_sync.emulator.job_api import submit_event
from oscar_sync.emulator.members import Unreached, ask
from oscar_sync.emulator.object_store import ObjectStore
from oscar_sync.emulator.pace import Pace
from oscar_sync.emulator.releases import LINES, version_of
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.routes import Call, Credentials, route
from oscar_sync.emulator.s3_front import S3Front
from oscar_sync.emulator.state import Cluster, Job, Service, Settings
from oscar_sync.emulator.supervisor import Workload
from oscar_sync.emulator.wire import Answer, Delivery, Listener, Request

__all__ = ["Emulator", "EmulatorOptions", "serve"]

Line = tuple[str, str, int]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_MOST_CALLS = 16
_ADMIN = "/_emulator/"
_LOG_LINES = 200_000


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """How an emulator is started; port 0 takes a free one, no password makes a random one."""

    host: str = "127.0.0.1"
    port: int = 0
    s3_port: int = 0
    user: str = "oscar"
    password: str | None = None
    admin: bool = False
    hold_workloads: bool = False
    run_scripts: bool = False
    minio_restart_s: float = 0.0
    """How long a create or delete waits for the store."""
    minio_refuses_s: float = 0.4
    """How long of that the store refuses connections, as measured on 4.1.2."""
    kube_qps: float = 0.0
    faults: tuple[str, ...] = ()
    oscar_version: str = "4.1.2"
    ready_file: str | Path | None = None
    oidc_issuers: tuple[str, ...] = ()
    oidc_groups: tuple[str, ...] = ()
    has_store_secret: bool = True
    """Whether jobs of users get keys: a Secret that an installation of OSCAR provides."""

    def __post_init__(self) -> None:
        """Check what can be wrong.

        Raises:
            ValueError: a release that is not emulated, a text that is no fault, or an issuer
                elsewhere than on this machine.
        """
        for url in self.oidc_issuers:
            problem = issuer_problem(url)
            if problem:
                raise ValueError(problem)
        if version_of(self.oscar_version) is None:
            known = ", ".join(LINES)
            text = f"OSCAR {self.oscar_version} is not emulated; say one of {known}, or a patch"
            raise ValueError(text)
        # It is replaced at the start and deleted at the end, which a device would not survive.
        ready = self.ready_file and Path(self.ready_file)
        if ready and ready.exists() and not ready.is_file():
            raise ValueError(f"{ready} is not a regular file: name another --ready-file")
        for text in self.faults:
            parse_fault(text)

    @property
    def has_admin(self) -> bool:
        """Return whether the calls under `/_emulator/` are answered."""
        return self.admin or self.ready_file is not None

    @property
    def version(self) -> str:
        """Return the version that `/system/info` tells."""
        return version_of(self.oscar_version) or self.oscar_version


def _now() -> datetime:
    return datetime.now(UTC)


def _new_uuid() -> str:
    return str(uuid.uuid4())


class _Log:
    """Requests that came in or went out, in order."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=_LOG_LINES)
        self._guard = threading.Lock()

    def add(self, request: Request, answer: Answer | None) -> None:
        line = (request.method, request.path, answer.status if answer else 0)
        with self._guard:
            self._lines.append(line)

    def lines(self) -> tuple[Line, ...]:
        with self._guard:
            return tuple(self._lines)

    def clear(self) -> None:
        with self._guard:
            self._lines.clear()


class Emulator:
    """A running OSCAR with its object store; a context manager."""

    region = "us-east-1"

    def __init__(self, options: EmulatorOptions) -> None:
        """Prepare the state; nothing is served before `start`."""
        self.options = options
        self.user = options.user
        self.password = options.password or secrets.token_urlsafe(18)
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._lock = threading.RLock()
        self._log, self._s3_log, self._member_log = _Log(), _Log(), _Log()
        self._faults = FaultBook([parse_fault(text) for text in options.faults])
        self._pace = Pace(options.kube_qps)
        self._is_restarting = False
        self._calls_at_once = 0
        self._store = ObjectStore(self.access_key, self.secret_key, _now, fire=self._fire)
        self._workload = Workload(self._store, self._lock, _now, options.run_scripts)
        self._cluster = self._new_cluster()
        self._credentials = Credentials(self.user, self.password)
        issuers, groups = options.oidc_issuers, options.oidc_groups
        self._issuers = Issuers(issuers, groups) if issuers else None
        self._s3_front = S3Front(self._store, _now)
        self._oscar = Listener(options.host, options.port, self._respond)
        self._s3 = Listener(options.host, options.s3_port, self._respond_s3)

    def _new_cluster(self) -> Cluster:
        settings = Settings(
            self.options.version,
            holds_workloads=self.options.hold_workloads,
            oidc_issuers=self.options.oidc_issuers,
            oidc_groups=self.options.oidc_groups or ("",),
            has_store_secret=self.options.has_store_secret,
        )
        return Cluster(
            settings,
            self._store,
            _now,
            lambda: secrets.token_hex(32),
            _new_uuid,
            self._restart_store,
            self._run_job,
            self._run_now,
            self._call_member,
        )

    @property
    def url(self) -> str:
        """Return the address of OSCAR."""
        return self._oscar.url

    @property
    def s3_url(self) -> str:
        """Return the address of the object store."""
        return self._s3.url

    @property
    def requests(self) -> tuple[Line, ...]:
        """Return (method, path, status) of each request to OSCAR; status 0: no answer."""
        return self._log.lines()

    @property
    def s3_requests(self) -> tuple[Line, ...]:
        """Return (method, path, status) of each request to the object store."""
        return self._s3_log.lines()

    @property
    def member_requests(self) -> tuple[Line, ...]:
        """Return (method, address, status) of each call to a member of a federation."""
        return self._member_log.lines()

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        for log in (self._log, self._s3_log, self._member_log):
            log.clear()

    def start(self) -> Self:
        """Serve, and write the ready file if one is asked for."""
        self._s3.open()
        self._store.endpoint = self._s3.url
        self._oscar.open()
        if self.options.ready_file is not None:
            _write_whole(Path(self.options.ready_file), self._ready())
        return self

    def stop(self) -> None:
        """Stop serving and give the memory of the store back."""
        self._oscar.close()
        self._s3.close()
        self._workload.stop()
        self._store.reset()
        if self.options.ready_file is not None:
            Path(self.options.ready_file).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def reset(self) -> None:
        """Leave an empty cluster with an empty store and no faults."""
        with self._lock:
            self._cluster.forget()
            self._cluster.become(self.options.version)
            self._store.reset()
            self._faults.clear()

    def wipe(self) -> None:
        """Forget services, secrets, volumes and webhooks; the store stays, its hooks sleep."""
        with self._lock:
            self._cluster.forget()

    def restart(self) -> None:
        """Start OSCAR again over what is stored: it forgets who posted last (oscar-server 12)."""
        with self._lock:
            self._cluster.posted_as_admin = False

    def upgrade(self, version: str) -> None:
        """Be another release over what is stored, as an upgrade leaves it.

        Raises:
            ValueError: a release that is not emulated.
        """
        newer = replace(self.options, oscar_version=version).version
        with self._lock:
            self._cluster.become(newer)

    def fault(self, text: str) -> None:
        """Install a fault (see `oscar_sync.emulator.faults`).

        Raises:
            FaultProblem: the text is none.
        """
        self._faults.add([parse_fault(text)])

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._faults.clear()

    def _ready(self) -> bytes:
        told = {
            "oscar": self.url,
            "user": self.user,
            "password": self.password,
            "s3": self.s3_url,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "region": self.region,
            "pid": os.getpid(),
        }
        return json.dumps(told).encode()

    def _respond(self, request: Request) -> Delivery:
        if self.options.has_admin and request.path.startswith(_ADMIN):
            return Delivery(self._administer(request).answer())
        hits = self._faults.hitting(request.method, request.path)
        delivery = delivery_of(hits, lambda: self._answer(request), self._meanwhile, time.sleep)
        self._log.add(request, delivery.answer)
        return delivery

    def _answer(self, request: Request) -> Answer:
        self._pace.wait(request)
        call = Call(request, self._credentials.are_in(request), self._bearer(request))
        with self._lock:
            reply = self._without_store(request) or route(self._cluster, call)
        return (reply.work() if reply.work else reply).answer()

    def _bearer(self, request: Request) -> Bearer | None:
        """Ask the issuers about a user's token, before the state is locked."""
        token = token_of(request)
        is_service = len(token) == TOKEN_LENGTH and not request.path.startswith("/system/")
        return None if not token or is_service or not self._issuers else self._issuers.judge(token)

    def _meanwhile(self, text: str) -> None:
        with self._lock:
            change_meanwhile(self._cluster, text)

    def _respond_s3(self, request: Request) -> Delivery:
        delivery = Delivery(self._s3_front.answer(request))
        self._s3_log.add(request, delivery.answer)
        return delivery

    def _fire(self, name: str, token: str, event: dict[str, Any]) -> None:
        with self._lock:
            for service in self._cluster.named(name):
                if service.token == token:
                    self._deliver(service, event)

    def _deliver(self, service: Service, event: dict[str, Any]) -> None:
        """Start the job of an event, and log it as the request that the store makes for it."""
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        status = submit_event(self._cluster, service, body).status
        asked = Asked(f"/job/{service.name}", principal_in(body), address_in(body))
        self._cluster.invocations.append(logged(asked, status, _now()))

    def _secrets_of(self, service: Service) -> dict[str, str]:
        return dict(self._cluster.secrets.get((service.namespace, service.name), {}))

    def _run_job(self, job: Job) -> None:
        service = self._cluster.services[job.namespace, job.service]
        self._workload.submit(job, service.definition, self._secrets_of(service))

    def _run_now(self, service: Service, body: bytes) -> str:
        text = body.decode("utf-8", errors="replace")
        values = self._secrets_of(service)
        return self._workload.outcome(service.definition, values, text).output

    def _restart_store(self) -> str | None:
        """Restart the object store, and wait for it; the state's lock is let go meanwhile.

        It refuses connections at first. Returns what a call meets that comes then.
        """
        seconds = self.options.minio_restart_s
        if self._is_restarting:
            host = self._s3.url.removeprefix("http://")
            return (
                f'Put "{self._s3.url}/minio/admin/v3/set-config-kv": dial tcp {host}: connect: '
                "connection refused"
            )
        if seconds <= 0:
            return None
        self._is_restarting = True
        self._lock.release()
        try:
            refused = min(seconds, self.options.minio_refuses_s)
            self._s3.shut()
            time.sleep(refused)
            self._s3.open()
            self._is_restarting = False
            time.sleep(seconds - refused)
        finally:
            self._lock.acquire()
        return None

    def _without_store(self, request: Request) -> Reply | None:
        """Return what a look at buckets meets while the store restarts; all else goes on.

        Measured on 4.1.2 while others create and delete: 14 of 326 lists of buckets.
        """
        is_look = request.method == "GET" and request.path.startswith("/system/buckets")
        if not (self._is_restarting and is_look):
            return None
        host = self._s3.url.removeprefix("http://")
        usage = f"{self._s3.url}/minio/admin/v3/datausageinfo"
        told = f"dial tcp {host}: connect: connection refused"
        return Reply().text(500, f'{{}}Error getting MinIO data usage: Get "{usage}": {told}')

    def _call_member(self, request: Request) -> Answer:
        """Ask another cluster of a federation; the state's lock is let go meanwhile.

        All handlers run under that lock, one at a time, and only here does one wait for another
        emulator. It holds no lock then, so a member that asks back, as the workers of a mesh ask
        their origin, is answered at once: no two emulators can wait for each other's lock. Others
        may change the state meanwhile, as at a real server, which has no locks at all. A real one
        would also go round for ever in a mesh that names itself; here the calls at once have a
        limit.

        Raises:
            Unreached: nobody answered.
        """
        answer = None
        if self._calls_at_once >= _MOST_CALLS:
            text = f'{request.method.capitalize()} "{request.target}": too many calls at once'
            raise Unreached(text)
        self._calls_at_once += 1
        self._lock.release()
        try:
            answer = ask(request)
        finally:
            self._lock.acquire()
            self._calls_at_once -= 1
            self._member_log.add(request, answer)
        return answer

    def _administer(self, request: Request) -> Reply:
        """Answer a call under `/_emulator/`."""
        if not self._credentials.are_in(request):
            return Reply().bare(401)
        call = (request.method, request.path.removeprefix(_ADMIN))
        plain: dict[tuple[str, str], Callable[[], None]] = {
            ("POST", "reset"): self.reset,
            ("POST", "wipe"): self.wipe,
            ("POST", "restart"): self.restart,
            ("DELETE", "faults"): self.clear_faults,
            ("DELETE", "requests"): self.forget_requests,
        }
        if call in plain:
            plain[call]()
        elif call == ("GET", "requests"):
            told = {"oscar": self.requests, "s3": self.s3_requests}
            return Reply().json(200, {**told, "members": self.member_requests})
        elif call == ("POST", "faults"):
            return self._add_faults(request)
        elif call == ("POST", "upgrade"):
            return self._become(request)
        elif call == ("PUT", "kube-qps"):
            return self._keep_pace(request)
        else:
            return Reply().text(404, "404 page not found")
        return Reply().bare(204)

    def _become(self, request: Request) -> Reply:
        try:
            self.upgrade(request.body.decode("utf-8", errors="replace").strip())
        except ValueError as problem:
            return Reply().text(400, str(problem))
        return Reply().bare(204)

    def _keep_pace(self, request: Request) -> Reply:
        try:
            self._pace = Pace(float(request.body))
        except ValueError:
            return Reply().text(400, "no number of calls a second")
        return Reply().bare(204)

    def _add_faults(self, request: Request) -> Reply:
        try:
            self._faults.add(parse_faults(request.body.decode("utf-8", errors="replace")))
        except FaultProblem as problem:
            return Reply().text(400, str(problem))
        return Reply().bare(204)


def _write_whole(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def _greeting(emulator: Emulator) -> list[str]:
    options = emulator.options
    if options.ready_file is not None:
        where = f"in {options.ready_file}"
    elif options.password is not None:
        where = "the one you gave"
    else:
        where = emulator.password
    lines = [
        f"OSCAR {options.version} (emulated) at {emulator.url}, object store at {emulator.s3_url}",
        f"user {emulator.user}, password: {where}",
        "",
        "clusters:",
        "  emulator:",
        f"    endpoint: {emulator.url}",
        f'    auth_user: "{emulator.user}"',
        '    auth_password: "${OSCAR_PASSWORD}"',
        "    ssl_verify: true",
    ]
    if options.host not in _LOOPBACK:
        lines.insert(0, f"warning: bound to {options.host}: others can reach it, without TLS")
    return lines


def serve(options: EmulatorOptions, announce: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit code."""
    stopped = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stopped.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        with Emulator(options) as emulator:
            for line in _greeting(emulator):
                announce(line)
            stopped.wait()
    finally:
        for number, handler in before.items():
            with contextlib.suppress(TypeError):
                signal.signal(number, handler)
    return 0
