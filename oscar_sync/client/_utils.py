"""The functions of ``oscar_python._utils``, under the same names: other packages import them.

Every request of the drop-in goes through ``make_request``, looked up here at each call, so that it
can be replaced.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oscar_sync.client import exchange, payload
from oscar_sync.client.login import login_of
from oscar_sync.client.output import decoded, is_base64
from oscar_sync.client.payload import headers_of, timeout_of
from oscar_sync.model.secret import Secret
from oscar_sync.storage.whole import write_whole
from oscar_sync.wire.exchange import Request

__all__ = [
    "decode_b64",
    "decode_output",
    "encode_input",
    "get_headers",
    "get_headers_with_token",
    "isBase64",
    "load_config",
    "make_request",
    "write_text_file",
]


def make_request(c: Any, path: str, method: str, **kwargs: Any) -> Any:
    """Return the ``requests.Response`` to one request of the client *c*.

    Args:
        c: a client: ``endpoint``, ``ssl`` and how it logs in.
        path: below the endpoint, quoted.
        method: ``get``, ``post``, ``put`` or ``delete``.
        kwargs: ``data`` (text, bytes or something that is sent as JSON), ``token`` (instead of the
            log-in), ``timeout`` (seconds), ``headers`` (a mapping, or ``"Name: value, …"``),
            ``content_type``, ``into`` (a file for the body of a good answer, from which the
            response reads it when asked), ``secrets`` (texts of ``data`` that no error may show);
            ``handle=False`` returns bad answers, too.

    Raises:
        requests.HTTPError: 400 or above; its text has the server's words.
        requests.RequestException: no usable answer came.
        ValueError: the log-in cannot be sent.
    """
    data, token = kwargs.get("data"), kwargs.get("token")
    request = Request(
        method.upper(),
        path,
        _body(data),
        timeout_of(kwargs.get("timeout")),
        Secret(get_headers_with_token(token)["Authorization"]) if token else None,
        kwargs.get("content_type") or "application/json",
        headers_of(kwargs.get("headers")),
        kwargs.get("into"),
    )
    response = exchange.send(c, request, has_services=kwargs.get("has_services", False))
    if response.status_code >= 400 and kwargs.get("handle", True) is not False:
        from oscar_sync.client.failures import http_error

        hidden = exchange.secrets_of(c, str(token or ""), *kwargs.get("secrets", ()))
        raise http_error(response, method, hidden)
    return response


def _body(data: Any) -> bytes | None:
    if data is None or data == "" or isinstance(data, bytes):
        return data or None
    return data.encode() if isinstance(data, str) else json.dumps(data).encode()


def get_headers(c: Any) -> dict[str, str]:
    """Return the header that logs the client *c* in; none for an anonymous one.

    Raises:
        ValueError: the log-in cannot be sent; the text says why, never what it is.
    """
    from oscar_sync.wire.login import authorization

    value = authorization(login_of(c))
    return {"Authorization": value.reveal()} if value else {}


def get_headers_with_token(token: str) -> dict[str, str]:
    """Return the header that sends *token*.

    Raises:
        ValueError: it is empty, or holds what a header cannot.
    """
    from oscar_sync.wire.login import bearer

    return {"Authorization": bearer(Secret(str(token or ""))).reveal()}


def write_text_file(content: str, file_path: str) -> None:
    """Write *content* as UTF-8; the file is whole or not there."""
    write_whole(Path(file_path), content.encode())


def isBase64(st: str | bytes) -> bool:  # noqa: N802 - oscar-python's name
    """Tell whether *st* is Base64 by the letter: alphabet, padding, no bits left over."""
    return is_base64(st if isinstance(st, bytes) else st.encode())


def decode_b64(b64_str: str | bytes, file_out: str) -> None:
    """Write what the Base64 text says.

    Raises:
        ValueError: it is not Base64.
    """
    text = b64_str if isinstance(b64_str, bytes) else b64_str.encode()
    write_whole(Path(file_out), decoded(text, is_wanted=True))


def encode_input(data: str | bytes | Path) -> bytes:
    """Return Base64 of a file (where *data* names one), of bytes, or of text as UTF-8."""
    return payload.encoded(data)


def decode_output(output: str | bytes, file_path: str) -> None:
    """Write an invocation's *output*: what it encodes, where it is Base64, else as it is."""
    content = output if isinstance(output, bytes) else output.encode()
    write_whole(Path(file_path), decoded(content))


def load_config(config_path: str, cluster_name: str = "default") -> dict[str, Any]:
    """Return options for a client from oscar-python's own JSON: ``clusters.{name}``.

    oscar-cli's file is read by ``oscar_sync.client.connect``.

    Raises:
        KeyError: the file does not have that cluster.
    """
    config: Mapping[str, Any] = json.loads(Path(config_path).read_text(encoding="utf-8"))
    cluster = config["clusters"][cluster_name]
    values = {
        "cluster_id": cluster_name,
        "endpoint": cluster["endpoint"],
        "ssl": cluster.get("ssl", True),
    }
    names = ("user", "password", "shortname", "oidc_token", "refresh_token", "token_file")
    return values | {name: cluster[name] for name in names if name in cluster}
