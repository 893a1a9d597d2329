"""Invoking services: what clients with and without a log-in have in common."""

import os
from abc import ABC
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from oscar_sync.client import _utils as utils
from oscar_sync.client import exchange
from oscar_sync.client.output import Spool
from oscar_sync.client.payload import payload_of

_RUN: Final = "/run"
_JOB: Final = "/job"


def segment(name: object) -> str:
    """Return *name* quoted as one segment of a path.

    Raises:
        ValueError: it is blank, or dots that would climb out of the path.

    Example:
        >>> segment("../config")
        '..%2Fconfig'
    """
    text = str(name)
    if text in {"", ".", ".."}:
        raise ValueError(f"{text!r} is not a name")
    return quote(text, safe="")


class DefaultClient(ABC):
    """What can be asked of a cluster without a log-in."""

    _AUTH_TYPE = ""
    id: str
    endpoint: str
    ssl: bool | str

    def __repr__(self) -> str:
        """Return the cluster's name and address."""
        return f"{type(self).__name__}({self.id} {self.endpoint})"

    def __getstate__(self) -> dict[str, Any]:
        """Return all attributes but the connections, which are opened again."""
        return exchange.without_sockets(vars(self))

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take the attributes up."""
        vars(self).update(state)

    def close(self) -> None:
        """Close the kept connections; the next request opens new ones."""
        exchange.close(self)

    def run_service(
        self,
        name: str,
        input: Any = None,  # noqa: A002 - oscar-python's name
        *,
        output: str | os.PathLike[str] | None = None,
        timeout: float | tuple[float, float] | None = None,
        token: str | None = None,
        async_call: bool = False,
        headers: Mapping[str, str] | str | None = None,
        input_file: str | os.PathLike[str] | None = None,
        decode: bool | None = None,
    ) -> Any:
        """Invoke a service, and return the ``requests.Response``.

        Args:
            name: the service.
            input: a mapping is sent as JSON; bytes, paths and files that a text names, and text
                (as UTF-8) as Base64. Empty or None: nothing is sent.
            output: a file for the result; what it encodes, where it is Base64. It is whole or as
                it was. The answer may be of any size; the response reads it when asked.
            timeout: seconds to wait for the answer, 60 if not given, or (connect, read).
            token: the service's own or an OIDC token; else the client's.
            async_call: start a job instead; the answer is 201 and does not name it.
            headers: further ones: a mapping, or ``"Name: value, Name: value"``.
            input_file: a file to send, whatever its name.
            decode: True: *output* must be Base64, or end in a line of it; False: written as it is;
                None: decoded where it is Base64 beyond doubt.

        Raises:
            requests.HTTPError: 400 or above: 401 the token, 404 no such service, 502 not ready.
            requests.RequestException: no answer. It may run all the same.
            ValueError: there is no token, or *output* is not what *decode* asks.

        Source: oscar-server 1.8.
        """
        body, content_type = payload_of(input, input_file)
        path = f"{_JOB if async_call else _RUN}/{segment(name)}"
        spool = Spool() if output is not None else None
        asked = {
            "data": body,
            "timeout": timeout,
            "headers": headers,
            "content_type": content_type,
            "into": spool,
        }
        response = self._invoked(name, path, token, asked)
        if output is not None and spool is not None:
            spool.save(Path(output), is_wanted=decode)
        return response

    def _invoked(self, name: str, path: str, token: str | None, asked: Mapping[str, Any]) -> Any:
        given = token or self._get_token(name)
        return utils.make_request(self, path, "post", token=given, **asked)

    def _get_token(self, svc: str) -> str:
        raise ValueError(f"{svc} cannot be invoked without a token: pass token=")
