"""One session for a cluster: log-in, retries of reads, redirects, logging."""

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec.structs import replace

from oscar_sync.errors import BadAnswerError, ClusterError, RefusedError
from oscar_sync.model.cluster import BasicLogin, Cluster, RefreshLogin, TokenLogin
from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.net.errors import CUT_OFF, NoExchangeError
from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError
from oscar_sync.semantics.answers import is_store_restarting
from oscar_sync.wire import address
from oscar_sync.wire.exchange import Exchange, RawAnswer, Request
from oscar_sync.wire.failures import NoAnswerError
from oscar_sync.wire.login import UnusableLoginError, authorization, bearer, renewed
from oscar_sync.wire.messages import text_of
from oscar_sync.wire.oidc_claims import claims_of
from oscar_sync.wire.retry import Failure, wait_s
from oscar_sync.wire.warm_up import WarmUp

LOG: Final = logging.getLogger("oscar_sync.wire")
READ_TIMEOUT_S: Final = 60.0

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NO_LOGIN: Final = Secret("")
_REMEMBERED: Final = 8
_SPEAKS_HTTPS: Final = "if this port speaks https, write https:// in the endpoint"
_DICE: Final = random.Random()  # noqa: S311 - spreads waits; a program's own seed stays untouched


class Session:
    """Requests to one cluster, from any number of threads. Credentials go to its origin alone."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        connections: int,
        read_timeout_s: float = READ_TIMEOUT_S,
        environ: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        on_request: Callable[[Exchange], None] | None = None,
    ) -> None:
        """Open nothing yet; keep up to *connections* alive. *environ* names proxies and CAs.

        Raises:
            ClusterError: the endpoint is not an http(s) address, or its file of CAs is missing.
        """
        self.cluster = cluster
        self.endpoint = address.shown(cluster.endpoint)
        fault = address.fault(cluster.endpoint)
        if fault:
            raise ClusterError(cluster.id, self.endpoint, fault)
        self._base = cluster.endpoint.rstrip("/")
        self.read_timeout_s = read_timeout_s
        self._sleep = sleep
        self._on_request = on_request
        self._sent: tuple[Secret, ...] = ()
        self._in_bodies: frozenset[Secret] = frozenset()
        self._environ = environ
        self._warm_up = WarmUp()
        self._has_answered = False
        self._connections = connections
        self._cas = self._named_cas()
        self._pool: Any = None
        self._opening = threading.Lock()

    def __repr__(self) -> str:
        return f"Session({self.cluster.id} {self.endpoint})"

    def close(self) -> None:
        if self._pool is not None:
            self._pool.clear()

    def get(self, path: str, *, has_login: bool = True) -> RawAnswer:
        """Return the answer to a GET, which is repeated while that may help.

        Raises:
            NoAnswerError: none came.
            BadAnswerError: too large, or a redirect away from the endpoint.
            RefusedError: the log-in cannot be sent.
        """
        return self.send(Request("GET", path, login=None if has_login else _NO_LOGIN))

    def send(self, request: Request) -> RawAnswer:
        """Return the answer to *request*. Only a GET is repeated.

        Raises:
            NoAnswerError: none came; a write may have been applied if ``was_sent``.
            BadAnswerError: too large, or a redirect away from the endpoint.
            RefusedError: the log-in cannot be sent.
        """
        attempt, waited_s = 1, 0.0
        while True:
            answer = self._attempt(request, attempt)
            dice, now = _DICE.random(), time.time()
            failure = _failure(answer)
            wait = wait_s(request.method, attempt, failure, dice=dice, now=now, waited_s=waited_s)
            if wait is not None:
                self._sleep(wait)
                attempt, waited_s = attempt + 1, waited_s + wait
            elif isinstance(answer, NoExchangeError):
                is_first = not self._has_answered and self.endpoint.startswith("http://")
                raise NoAnswerError(
                    self.cluster.id,
                    self.endpoint,
                    answer.words,
                    _SPEAKS_HTTPS if is_first and answer.words == CUT_OFF else "",
                    was_sent=answer.was_sent,
                )
            else:
                return answer

    def token_login(self, token: Secret) -> Secret:
        """Raises RefusedError: *token* cannot be sent in a header."""
        try:
            return bearer(token)
        except UnusableLoginError as error:
            raise RefusedError(self.cluster.id, self.endpoint, str(error)) from None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The log-in, tokens that were sent lately and secrets of bodies, for masking echoes."""
        known = (*self._sent, *self._in_bodies)
        match self.cluster.login:
            case (
                BasicLogin(password=secret)
                | TokenLogin(token=secret)
                | RefreshLogin(refresh_token=secret)
            ):
                return (secret, *known)
            case _:
                return known

    def expiry_in_words(self) -> str:
        """Return when the token that was sent last expired, as it says itself; blank else."""
        ends_at = claims_of(self._sent[-1]).expires_at if self._sent else None
        if ends_at is None or not 0 < ends_at < time.time():
            return ""
        return f"the token expired at {datetime.fromtimestamp(ends_at, UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _attempt(self, request: Request, attempt: int) -> RawAnswer | NoExchangeError:
        login = self._login() if request.login is None else request.login
        answer = self._let_through(request, login, attempt)
        if not _is_refusal(answer) or request.login is not None:
            return answer
        # The log-in was refused before anything was done: once more, with another token.
        other = self._renewed(login)
        return answer if other is None else self._let_through(request, other, attempt)

    def _let_through(
        self, request: Request, login: Secret, attempt: int
    ) -> RawAnswer | NoExchangeError:
        """Send *request*; the first one with a new token of a user goes alone."""
        if request.login is not None or isinstance(self.cluster.login, BasicLogin | None):
            return self._exchange(request, login, attempt)
        with self._warm_up.passing(login):
            return self._exchange(request, login, attempt)

    def _exchange(
        self, request: Request, login: Secret, attempt: int
    ) -> RawAnswer | NoExchangeError:
        headers = self._headers(request, login)
        answer = self._once(request, headers, attempt)
        if isinstance(answer, NoExchangeError) or answer.status not in _REDIRECTS:
            return answer
        answer = self._once(self._followed(request, answer), headers, attempt)
        if isinstance(answer, RawAnswer) and answer.status in _REDIRECTS:
            raise self._bad("answers with one redirect after another")
        return answer

    def _once(
        self, request: Request, headers: Mapping[str, str], attempt: int
    ) -> RawAnswer | NoExchangeError:
        asked_s = request.read_timeout_s
        url = self._base + request.path
        answer: RawAnswer | NoExchangeError | None = None
        start = time.monotonic()
        try:
            response = self._opened().urlopen(
                request.method,
                url,
                headers=headers,
                body=request.body,
                timeout=self.read_timeout_s if asked_s is None else asked_s,
                into=request.into,
            )
            is_in_file = request.into is not None and response.status < 400
            answer = RawAnswer(
                response.status,
                response.headers,
                b"" if is_in_file else response.data,
                response,
                url,
                time.monotonic() - start,
            )
            self._has_answered = True
        except NoExchangeError as error:
            answer = error
        except AnswerTooLargeError:
            raise self._bad(f"the answer is larger than {MAX_BYTES // 2**20} MiB") from None
        finally:
            status = answer.status if isinstance(answer, RawAnswer) else 0
            seconds = time.monotonic() - start
            self._tell(Exchange(request.method, request.path, status, seconds, attempt))
        return answer

    def _tell(self, done: Exchange) -> None:
        LOG.debug(
            "%s %s %s %d ms%s",
            done.method,
            done.path.partition("?")[0],
            done.status or "no answer",
            round(done.seconds * 1000),
            f" retry {done.attempt - 1}" if done.attempt > 1 else "",
        )
        if self._on_request:
            self._on_request(done)

    def _headers(self, request: Request, login: Secret) -> dict[str, str]:
        headers = {"Accept": "application/json, text/plain, */*", "User-Agent": "oscar-sync"}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if login:
            headers["Authorization"] = login.reveal()
            self._remember(Secret(login.reveal().partition(" ")[2]))
        return {**headers, **request.headers}

    def remember(self, secrets: Iterable[Secret]) -> None:
        """Mask *secrets*, which go out in a body, in whatever the server says from here on."""
        # Replaced as a whole, so that another thread never reads it half changed.
        self._in_bodies |= frozenset(secrets)

    def _remember(self, sent: Secret) -> None:
        # Replaced as a whole, so that another thread never reads it half changed.
        if sent not in self._sent:
            self._sent = (*self._sent[1 - _REMEMBERED :], sent)

    def _login(self) -> Secret:
        try:
            return authorization(self.cluster.login, self._environ)
        except UnusableLoginError as error:
            raise self._unusable(error) from None

    def _renewed(self, refused: Secret) -> Secret | None:
        try:
            return renewed(self.cluster.login, refused, self._environ)
        except UnusableLoginError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: UnusableLoginError) -> RefusedError:
        source = self.cluster.login_source
        remedy = f"check {source}" if source else ""
        return RefusedError(self.cluster.id, self.endpoint, str(error), remedy)

    def _followed(self, request: Request, answer: RawAnswer) -> Request:
        """Return the request that a redirect asks for, if it differs by the last slash alone."""
        asked, path = self._base + request.path, request.path
        location = answer.header("Location")
        if request.method == "GET" and address.differs_by_slash(asked, location):
            return replace(request, path=path[:-1] if path.endswith("/") else f"{path}/")
        words = f"redirects to {address.origin(asked, location)}, which is not followed"
        raise self._bad(words, "set the endpoint to the address that answers by itself")

    def _bad(self, message: str, remedy: str = "") -> BadAnswerError:
        return BadAnswerError(self.cluster.id, self.endpoint, message, remedy)

    def _opened(self) -> Any:
        """Return what sends; it is made, and its libraries loaded, for the first request."""
        from oscar_sync.net.pool import Pool

        with self._opening:
            if self._pool is None:
                self._pool = Pool(
                    self._base,
                    self._environ,
                    cas=self._cas,
                    verify=self.cluster.ssl_verify,
                    connections=self._connections,
                )
            return self._pool

    def _named_cas(self) -> str:
        named = named_cas(self.cluster.ca_bundle, self._environ)
        if self.cluster.ssl_verify and named and not os.path.exists(named):
            message = f"the CA bundle {named} does not exist"
            raise ClusterError(self.cluster.id, self.endpoint, message)
        return named


def _is_refusal(answer: RawAnswer | NoExchangeError) -> bool:
    """Tell whether the log-in was refused before any handler ran (oscar-server 10)."""
    return isinstance(answer, RawAnswer) and answer.status == 401 and not answer.content


def _failure(answer: RawAnswer | NoExchangeError) -> Failure:
    if isinstance(answer, NoExchangeError):
        return Failure(is_passing=answer.may_pass)
    is_restarting = answer.status == 500 and is_store_restarting(
        500, text_of(answer.content[:4096])
    )
    return Failure(answer.status, answer.header("Retry-After"), is_restarting=is_restarting)
