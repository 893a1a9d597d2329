"""Exchanges with OSCAR, issuers and webhooks: what ``requests`` makes of what a pool brings."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import IO, Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from oscar_sync.net.pool import Pool


class PoolAdapter(HTTPAdapter):
    """Makes a ``requests.Response`` of each answer. It sends by itself, without a session.

    A session would add what is unwanted here: cookies, redirects, .netrc, proxies read elsewhere.
    """

    def __init__(
        self,
        origin: str,
        environ: Mapping[str, str],
        *,
        cas: str = "",
        verify: bool = True,
        connections: int = 1,
    ) -> None:
        """Open nothing yet.

        Raises:
            NoExchangeError: the proxy or the CAs cannot be used.
        """
        self._pool = Pool(origin, environ, cas=cas, verify=verify, connections=connections)
        super().__init__()

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        self.poolmanager = self._pool

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
        into: IO[bytes] | None = None,
    ) -> requests.Response:
        """Return the answer, whole and unpacked; a good one's body goes *into* a file.

        The request that the response names has neither headers nor body: they may hold secrets.

        Raises:
            NoExchangeError: none came, or it was cut off.
            AnswerTooLargeError: it is larger than 64 MiB.
        """
        start = time.monotonic()
        answer = self._pool.urlopen(
            method, url, body=body, headers=headers, timeout=timeout_s, into=into
        )
        asked = requests.PreparedRequest()
        asked.method, asked.url, asked.headers = method, url, CaseInsensitiveDict()
        response = self.build_response(asked, answer)
        response.elapsed = timedelta(seconds=time.monotonic() - start)
        return response
