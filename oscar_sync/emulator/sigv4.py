"""Who signed an S3 request: Signature Version 4 in headers, in a query, or on chunks."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from oscar_sync.emulator.wire import Request

__all__ = ["Refused", "Signer", "presigned_url", "verified"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_SKEW = timedelta(minutes=15)
_EMPTY = hashlib.sha256(b"").hexdigest()
_STAMP = "%Y%m%dT%H%M%SZ"
_CREDENTIAL_PARTS = 5


class Refused(Exception):
    """A request the store does not answer; code, message and status as MinIO gives them."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


def _wrong_signature() -> Refused:
    return Refused(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    )


@dataclass(frozen=True, slots=True)
class _Signed:
    access_key: str
    scope: str
    headers: tuple[str, ...]
    signature: str
    stamp: str
    payload: str


def _encoded_path(raw: str) -> str:
    return quote(
        unquote(raw, errors="surrogateescape").encode(errors="surrogateescape"), safe="/-_.~"
    )


def _canonical_query(query: str, *, without: str = "") -> str:
    pairs = []
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        if unquote(name) != without:
            pairs.append((quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    return key


def _signature(request: Request, signed: _Signed, secret: str, *, in_query: bool) -> str:
    lines = [
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.headers
    ]
    without = "X-Amz-Signature" if in_query else ""
    canonical = "\n".join(
        (
            request.method,
            _encoded_path(request.raw_path),
            _canonical_query(request.query, without=without),
            "".join(lines),
            ";".join(signed.headers),
            signed.payload,
        ),
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{signed.stamp}\n{signed.scope}\n{digest}"
    return _mac(_signing_key(secret, signed.scope), to_sign).hex()


def _split_credential(credential: str) -> tuple[str, str]:
    parts = credential.split("/")
    if len(parts) < _CREDENTIAL_PARTS:
        code = "AuthorizationHeaderMalformed"
        raise Refused(code, "The authorization header is malformed.", 400)
    return "/".join(parts[:-4]), "/".join(parts[-4:])


def _from_header(request: Request) -> _Signed:
    text = request.headers["authorization"]
    scheme, _, rest = text.partition(" ")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme != _ALGORITHM or not {"Credential", "SignedHeaders", "Signature"} <= set(fields):
        raise Refused("AccessDenied", "Access Denied.")
    access_key, scope = _split_credential(fields["Credential"])
    return _Signed(
        access_key,
        scope,
        tuple(fields["SignedHeaders"].split(";")),
        fields["Signature"],
        request.headers.get("x-amz-date", ""),
        request.headers.get("x-amz-content-sha256", _UNSIGNED),
    )


def _from_query(query: Mapping[str, str]) -> _Signed:
    access_key, scope = _split_credential(query["X-Amz-Credential"])
    return _Signed(
        access_key,
        scope,
        tuple(query.get("X-Amz-SignedHeaders", "host").split(";")),
        query["X-Amz-Signature"],
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Content-Sha256", _UNSIGNED),
    )


def _when(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError as error:
        text = "AWS authentication requires a valid Date or x-amz-date header"
        raise Refused("AccessDenied", text) from error


def _check_time(signed: _Signed, query: Mapping[str, str], now: datetime) -> None:
    then = _when(signed.stamp)
    if "X-Amz-Expires" in query:
        if now > then + timedelta(seconds=int(query["X-Amz-Expires"])):
            raise Refused("AccessDenied", "Request has expired")
    elif abs(now - then) > _SKEW:
        text = "The difference between the request time and the server's time is too large."
        raise Refused("RequestTimeTooSkewed", text)


def _plain_body(request: Request, signed: _Signed, secret: str) -> bytes:
    if signed.payload.startswith("STREAMING-"):
        return _unchunked(request.body, signed, secret)
    if signed.payload not in {_UNSIGNED, hashlib.sha256(request.body).hexdigest()}:
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise Refused("XAmzContentSHA256Mismatch", text, 400)
    return request.body


def _unchunked(body: bytes, signed: _Signed, secret: str) -> bytes:
    key = _signing_key(secret, signed.scope)
    before, at, content = signed.signature, 0, []
    has_signatures = "UNSIGNED" not in signed.payload
    while at < len(body):
        end = body.index(b"\r\n", at)
        size, _, rest = body[at:end].partition(b";")
        length = int(size, 16)
        chunk = body[end + 2 : end + 2 + length]
        if has_signatures:
            digest = hashlib.sha256(chunk).hexdigest()
            parts = (f"{_ALGORITHM}-PAYLOAD", signed.stamp, signed.scope, before, _EMPTY, digest)
            before = _mac(key, "\n".join(parts)).hex()
            if not hmac.compare_digest(before.encode(), rest.partition(b"=")[2]):
                raise _wrong_signature()
        if not length:
            break
        content.append(chunk)
        at = end + 2 + length + 2
    return b"".join(content)


def verified(request: Request, keys: Mapping[str, str], now: datetime) -> tuple[str, bytes]:
    """Return the access key that signed the request and its body without chunk framing.

    Raises:
        Refused: anonymous, an unknown key, a wrong or expired signature, another body.
    """
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    in_query = "X-Amz-Signature" in query
    if not in_query and "authorization" not in request.headers:
        raise Refused("AccessDenied", "Access Denied.")
    signed = _from_query(query) if in_query else _from_header(request)
    secret = keys.get(signed.access_key)
    if secret is None:
        text = "The Access Key Id you provided does not exist in our records."
        raise Refused("InvalidAccessKeyId", text)
    expected = _signature(request, signed, secret, in_query=in_query)
    if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
        raise _wrong_signature()
    _check_time(signed, query, now)
    return signed.access_key, _plain_body(request, signed, secret)


@dataclass(frozen=True, slots=True)
class Signer:
    """Keys with which the server signs URLs for others."""

    access_key: str
    secret_key: str
    region: str


def presigned_url(
    signer: Signer,
    method: str,
    url: str,
    expires_s: int,
    now: datetime,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
) -> str:
    """Return the URL with a signature in its query, good for `expires_s` seconds.

    The headers are signed too: whoever uses the URL has to send them.
    """
    stamp = now.strftime(_STAMP)
    scope = f"{stamp[:8]}/{signer.region}/s3/aws4_request"
    host, _, path = url.partition("://")[2].partition("/")
    sent = {"host": host, **{name.lower(): value for name, value in (headers or {}).items()}}
    names = tuple(sorted(sent))
    parts = [
        f"X-Amz-Algorithm={_ALGORITHM}",
        f"X-Amz-Credential={quote(f'{signer.access_key}/{scope}', safe='')}",
        f"X-Amz-Date={stamp}",
        f"X-Amz-Expires={expires_s}",
        f"X-Amz-SignedHeaders={quote(';'.join(names), safe='')}",
    ]
    told = _canonical_query("&".join([*parts, query] if query else parts))
    request = Request(method, f"/{path}?{told}", sent, b"")
    signed = _Signed(signer.access_key, scope, names, "", stamp, _UNSIGNED)
    signature = _signature(request, signed, signer.secret_key, in_query=True)
    return f"{url}?{told}&X-Amz-Signature={signature}"
