"""Signature Version 4 of AWS's own examples, and of chunks."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from oscar_sync.emulator.sigv4 import Refused, Signer, presigned_url, verified
from oscar_sync.emulator.wire import Request

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = {KEY: SECRET}
DAY = datetime(2013, 5, 24, tzinfo=UTC)
SCOPE = "20130524/us-east-1/s3/aws4_request"
EMPTY = hashlib.sha256(b"").hexdigest()


def signed(signature, names, **headers):
    credential = f"Credential={KEY}/{SCOPE}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "host": "examplebucket.s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "authorization": (
            f"AWS4-HMAC-SHA256 {credential},SignedHeaders={names},Signature={signature}"
        ),
        **sent,
    }


GET = Request(
    "GET",
    "/test.txt",
    signed(
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        "host;range;x-amz-content-sha256;x-amz-date",
        range="bytes=0-9",
        x_amz_content_sha256=EMPTY,
    ),
    b"",
)


def test_the_documented_get_is_accepted():
    assert verified(GET, KEYS, DAY) == (KEY, b"")


def test_the_documented_listing_is_accepted():
    headers = signed(
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "host;x-amz-content-sha256;x-amz-date",
        x_amz_content_sha256=EMPTY,
    )
    request = Request("GET", "/?max-keys=2&prefix=J", headers, b"")
    assert verified(request, KEYS, DAY) == (KEY, b"")


def test_a_request_of_another_day_is_refused():
    with pytest.raises(Refused) as refused:
        verified(GET, KEYS, DAY + timedelta(hours=1))
    assert refused.value.code == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("authorization", "Basic abc", "AccessDenied"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=0",
            "AuthorizationHeaderMalformed",
        ),
        ("range", "bytes=0-8", "SignatureDoesNotMatch"),
        ("x-amz-date", "yesterday", "SignatureDoesNotMatch"),
    ],
)
def test_a_changed_header_is_refused(header, value, code):
    request = Request(GET.method, GET.target, {**GET.headers, header: value}, b"")
    with pytest.raises(Refused) as refused:
        verified(request, KEYS, DAY)
    assert refused.value.code == code


def presigned(seconds):
    signer = Signer(KEY, SECRET, "us-east-1")
    url = presigned_url(signer, "GET", "http://h/bucket/a%20b", seconds, DAY)
    return Request("GET", url.removeprefix("http://h"), {"host": "h"}, b"")


def test_a_presigned_url_ends():
    assert verified(presigned(60), KEYS, DAY + timedelta(seconds=59))[0] == KEY
    with pytest.raises(Refused, match="AccessDenied"):
        verified(presigned(60), KEYS, DAY + timedelta(seconds=61))


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _chunked(parts, seed):
    key = f"AWS4{SECRET}".encode()
    for part in SCOPE.split("/"):
        key = _mac(key, part)
    body = b""
    for part in [*parts, b""]:
        lines = ("AWS4-HMAC-SHA256-PAYLOAD", "20130524T000000Z", SCOPE, seed, EMPTY)
        seed = _mac(key, "\n".join((*lines, hashlib.sha256(part).hexdigest()))).hex()
        body += f"{len(part):x};chunk-signature={seed}\r\n".encode() + part + b"\r\n"
    return body


CHUNKED_SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"


def documented_chunks(body):
    headers = signed(
        CHUNKED_SEED,
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-decoded-content-length;x-amz-storage-class",
        x_amz_storage_class="REDUCED_REDUNDANCY",
        x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        content_encoding="aws-chunked",
        x_amz_decoded_content_length="66560",
        content_length="66824",
    )
    headers["host"] = "s3.amazonaws.com"
    return Request("PUT", "/examplebucket/chunkObject.txt", headers, body)


def test_the_documented_chunks_are_accepted_and_unwrapped():
    body = _chunked([b"a" * 65_536, b"a" * 1024], CHUNKED_SEED)
    assert b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648" in body
    assert verified(documented_chunks(body), KEYS, DAY) == (KEY, b"a" * 66_560)


def test_a_forged_chunk_is_refused():
    body = _chunked([b"a" * 65_536, b"a" * 1024], CHUNKED_SEED).replace(b"aaa", b"aab", 1)
    with pytest.raises(Refused, match="SignatureDoesNotMatch"):
        verified(documented_chunks(body), KEYS, DAY)
