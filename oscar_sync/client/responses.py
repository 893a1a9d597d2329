"""Answers of the wire as ``requests.Response``, which is what scripts expect."""

import json
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from oscar_sync.net.pool import as_read
from oscar_sync.wire.exchange import RawAnswer

_OTHER_SPELLING = {"Variables": "variables", "variables": "Variables"}


class Environment(dict[str, Any]):
    """A service's ``environment``: ``Variables`` and ``variables`` read the same.

    OSCAR wrote the first until 3.3 and the second since 3.4 (oscar-clients 0).
    """

    def __missing__(self, key: str) -> Any:
        other = _OTHER_SPELLING.get(key, "")
        if dict.__contains__(self, other):
            return dict.__getitem__(self, other)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, key) or dict.__contains__(
            self, _OTHER_SPELLING.get(str(key), "")
        )

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of *key*, under either spelling."""
        return self[key] if key in self else default  # noqa: SIM401 - `get` is what is defined


class ServiceResponse(Response):
    """An answer with services: their variables can be read under both spellings."""

    def __init__(self, response: Response) -> None:
        """Be *response*, but for how its services are read."""
        vars(self).update(vars(response))

    def json(self, **kwargs: Any) -> Any:
        """Return the services, or the one service."""
        value = super().json(**kwargs)
        for service in value if isinstance(value, list) else [value]:
            if isinstance(service, dict) and isinstance(service.get("environment"), dict):
                service["environment"] = Environment(service["environment"])
        return value


def merged(response: Response, value: Mapping[str, object]) -> Response:
    """Return an answer like *response* with the JSON *value* as its body."""
    body = json.dumps(value).encode()
    made = Response()
    made.status_code, made.reason = response.status_code, response.reason
    made.headers.update(response.headers, **{"Content-Length": str(len(body))})
    made.url, made.request, made.elapsed = response.url, response.request, response.elapsed
    made.encoding = "utf-8"
    made.raw = BytesIO(body)
    return made


_MAKER: Final = HTTPAdapter()
"""Makes responses; it sends nothing."""


def response_of(raw: RawAnswer, method: str) -> Response:
    """Return *raw* as ``requests`` makes it.

    The request that it names has neither headers nor body: they may hold secrets.
    """
    asked = PreparedRequest()
    asked.method, asked.url, asked.headers = method, raw.url, CaseInsensitiveDict()
    answer = as_read(raw.response, BytesIO(raw.content)) if raw.content else raw.response
    made = _MAKER.build_response(asked, answer)
    made.elapsed = timedelta(seconds=raw.seconds)
    made.encoding = _encoding_of(made, raw.content)
    return made


def _encoding_of(response: Response, content: bytes) -> str | None:
    """Return the character set: the named one, else UTF-8 where the bytes are that."""
    if "charset" in response.headers.get("Content-Type", "").lower():
        return response.encoding
    try:
        content[:65536].decode("utf-8")
    except UnicodeDecodeError as error:
        return response.encoding if error.start < 65530 else "utf-8"
    return "utf-8"
