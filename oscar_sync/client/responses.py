"""Answers of the wire as ``requests.Response``, which is what scripts expect."""

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import requests
from requests import Response

from oscar_sync.wire.exchange import RawAnswer, Request

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

    def json(self, **kwargs: Any) -> Any:
        """Return the services, or the one service."""
        value = super().json(**kwargs)
        for service in value if isinstance(value, list) else [value]:
            if isinstance(service, dict) and isinstance(service.get("environment"), dict):
                service["environment"] = Environment(service["environment"])
        return value


def response_of(
    asked: Request,
    raw: RawAnswer,
    url: str,
    seconds: float,
    *,
    has_services: bool = False,
) -> Response:
    """Return the answer to *asked*, sent to *url*; credentials and body are not kept on it."""
    response = ServiceResponse() if has_services else Response()
    response.status_code = raw.status
    response.headers.update(raw.headers)
    if asked.into is None or raw.status >= 400:
        response._content = raw.content  # noqa: SLF001 - where requests keeps it
    else:
        asked.into.seek(0)
        response.raw = asked.into
    response.url = url
    response.reason = _reason(raw.status)
    response.encoding = _encoding(response.headers, raw.content)
    response.elapsed = timedelta(seconds=seconds)
    response.request = _sent(asked, url)
    return response


def merged(response: Response, value: Mapping[str, object]) -> Response:
    """Return *response* with the JSON *value* as its body."""
    response._content = json.dumps(value).encode()  # noqa: SLF001 - where requests keeps it
    response.headers["Content-Length"] = str(len(response.content))
    response.encoding = "utf-8"
    return response


def _sent(asked: Request, url: str) -> requests.PreparedRequest:
    sent = requests.PreparedRequest()
    sent.method = asked.method
    sent.url = url
    sent.headers = requests.structures.CaseInsensitiveDict()
    return sent


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _encoding(headers: Mapping[str, str], content: bytes) -> str | None:
    """Return the character set: the named one, else UTF-8 where the bytes are that."""
    named = requests.utils.get_encoding_from_headers(headers)
    if "charset" in headers.get("Content-Type", "").lower():
        return named
    try:
        content[:65536].decode("utf-8")
    except UnicodeDecodeError as error:
        return named if error.start < 65530 else "utf-8"
    return "utf-8"
