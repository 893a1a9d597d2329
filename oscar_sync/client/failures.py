"""What the drop-in raises: ``requests``' own errors, with the server's words and a hint.

requests.RequestException
├── HTTPError             400 and above; ``response`` is the answer
├── ConnectionError       no answer
│   ├── ConnectTimeout    no connection in time
│   └── SSLError          the certificate
├── ReadTimeout           no answer in time
└── UnusableAnswerError   too large, or a redirect that is not followed
"""

from typing import Final

import requests

from oscar_sync.errors import ClusterError, RefusedError
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.answers import Outcome, meaning_of
from oscar_sync.wire.failures import NoAnswerError
from oscar_sync.wire.messages import excerpt

SERVICES: Final = "/system/services"
_HINTS: Final = {
    400: "",
    401: "check the credentials",
    403: "it belongs to someone else",
    404: "it does not exist on the cluster, or this release of OSCAR does not have it",
    502: "the service is not ready yet, or the gateway is in trouble",
    503: "the cluster asks to try again later",
    504: "it takes longer than the gateway waits",
}


class HTTPError(requests.exceptions.HTTPError):
    """An answer of 400 and above; its text has the server's words and what to do."""


class UnusableResponseError(requests.exceptions.RequestException):
    """An answer that cannot be used: too large, or a redirect elsewhere."""


def http_error(response: requests.Response, method: str, secrets: tuple[Secret, ...]) -> HTTPError:
    """Return the error that a bad *response* is; *secrets* that the server echoes are masked."""
    kind = "Client" if response.status_code < 500 else "Server"
    line = f"{response.status_code} {kind} Error: {response.reason} for url: {response.url}"
    said = excerpt(response.content, secrets)
    hint = _hint(response, method)
    text = line + (f": {said}" if said else "") + (f"; {hint}" if hint else "")
    return HTTPError(text, response=response)


def _hint(response: requests.Response, method: str) -> str:
    known = _HINTS.get(response.status_code, "")
    if SERVICES not in str(response.url) or method.upper() == "GET":
        return known
    meaning = meaning_of(method.upper(), response.status_code, response.text[:2000])
    if meaning.outcome is Outcome.APPLIED_WITH_WARNING:
        return f"the change is in place ({meaning.reason})"
    if meaning.outcome is Outcome.UNKNOWN:
        return "the change may be in place: look at the service"
    return meaning.remedy or known


def lost(error: ClusterError) -> requests.exceptions.RequestException:
    """Return the error of ``requests`` that scripts expect where no usable answer came."""
    text = str(error)
    if isinstance(error, RefusedError):
        return requests.exceptions.InvalidHeader(text)
    if not isinstance(error, NoAnswerError):
        return UnusableResponseError(text)
    kinds = {
        "no answer within": requests.exceptions.ReadTimeout,
        "no connection within": requests.exceptions.ConnectTimeout,
        "certificate not trusted": requests.exceptions.SSLError,
        "TLS failed": requests.exceptions.SSLError,
        "the proxy": requests.exceptions.ProxyError,
    }
    kind_of_error = next((kind for words, kind in kinds.items() if words in error.message), None)
    return (kind_of_error or requests.exceptions.ConnectionError)(text)
