"""One request of a client over the wire: its session, its log-in, its answer."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Any, Final

from oscar_sync.client.login import login_of
from oscar_sync.client.options import DEFAULT_TIMEOUT_S
from oscar_sync.errors import ClusterError, MissingExtraError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.wire.exchange import Request

LOG: Final = logging.getLogger("oscar_sync.client")
CONNECTIONS: Final = 8
PUT_TRIES: Final = 3
_FIRST_WAIT_S: Final = 0.5
_SLOT: Final = "_session"
_SECRETS: Final = ("password", "oidc_token", "refresh_token")


def send(client: Any, request: Request, *, has_services: bool = False) -> Any:
    """Return the ``requests.Response`` to *request*, whatever its status.

    It *has_services* where their variables are to be read under both spellings. A GET is repeated
    while that may help. A PUT that is answered 500 is sent again, twice at most: it is a full
    replace, and OSCAR answers 500 while its store restarts.

    Raises:
        requests.RequestException: no usable answer came.
        ValueError: the log-in or the address cannot be sent.
    """
    response = _once(client, request)
    for attempt in range(1, PUT_TRIES):
        if request.method != "PUT" or response.status_code != 500:
            break
        _wait(_FIRST_WAIT_S * 2 ** (attempt - 1))
        LOG.debug("PUT %s was answered 500; sent again", request.path.partition("?")[0])
        response = _once(client, request)
    if not has_services:
        return response
    from oscar_sync.client.responses import ServiceResponse

    return ServiceResponse(response)


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def _once(client: Any, request: Request) -> Any:
    from oscar_sync.client.failures import lost
    from oscar_sync.client.responses import response_of

    session = session_of(client)
    try:
        raw = session.send(request)
    except ClusterError as error:
        raise lost(error) from None
    except MissingExtraError as error:
        raise ValueError(str(error)) from None
    return response_of(raw, request.method)


def session_of(client: Any) -> Any:
    """Return the client's session, made again where address, ``ssl`` or log-in were set again.

    Raises:
        ValueError: the endpoint is not an http(s) address, or the file of certificates is missing.
    """
    cluster = cluster_of(client)
    key = (cluster, getattr(client, "timeout", None))
    kept = vars(client).get(_SLOT)
    if kept is not None and kept[0] == key:
        return kept[1]
    session = _opened(client, cluster)
    setattr(client, _SLOT, (key, session))
    return session


def _opened(client: Any, cluster: Cluster) -> Any:
    from oscar_sync.wire.session import Session

    try:
        return Session(
            cluster,
            connections=CONNECTIONS,
            read_timeout_s=getattr(client, "timeout", None) or DEFAULT_TIMEOUT_S,
            environ=os.environ,
            sleep=_wait,
        )
    except ClusterError as error:
        raise ValueError(str(error)) from None


def cluster_of(client: Any) -> Cluster:
    """Return the client's cluster and how it logs in there, by its attributes as they are now."""
    endpoint = str(client.endpoint).rstrip("/")
    ssl = client.ssl
    return Cluster(
        id=ClusterId(str(getattr(client, "id", endpoint))),
        endpoint=endpoint,
        identity=endpoint,
        login=login_of(client),
        ssl_verify=ssl is not False,
        ca_bundle=ssl if isinstance(ssl, str) else "",
    )


def close(client: Any) -> None:
    """Close the client's connections; the next request opens new ones."""
    kept = vars(client).pop(_SLOT, None)
    if kept is not None:
        kept[1].close()


def secrets_of(client: Any, *more: str) -> tuple[Secret, ...]:
    """Return what must not show in errors: the client's own and *more*, what was sent lately."""
    own = [getattr(client, name, None) for name in _SECRETS]
    kept = vars(client).get(_SLOT)
    sent = kept[1].secrets if kept is not None else ()
    return (*(Secret(str(text)) for text in (*own, *more) if text), *sent)


def without_sockets(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a client's attributes is pickled: all but its connections."""
    return {name: value for name, value in state.items() if name != _SLOT}
