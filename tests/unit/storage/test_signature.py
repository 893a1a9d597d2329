"""Signatures: the examples of Amazon's S3 API Reference, made over keys that are public."""

import hashlib
from datetime import UTC, datetime

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.multipart import EMPTY, quoted, signed

STORE = StoreAddress(
    "https://examplebucket.s3.amazonaws.com",
    Secret("AKIAIOSFODNN7EXAMPLE"),
    Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
)
NOW = datetime(2013, 5, 24, tzinfo=UTC)
PUT = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()


@pytest.mark.parametrize(
    ("method", "target", "headers", "payload", "signature"),
    [
        ("GET", "/test.txt", {"Range": "bytes=0-9"}, EMPTY,
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", PUT, WELCOME,
         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/?lifecycle=", {}, EMPTY,
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/?max-keys=2&prefix=J", {}, EMPTY,
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_a_request_is_signed_as_amazon_signs_its_example(
    method, target, headers, payload, signature
):
    sent = signed(STORE, method, f"{STORE.endpoint}{target}", headers, sha256=payload, now=NOW)
    assert sent["Authorization"].endswith(f"Signature={signature}")
    assert "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request" in str(sent)
    assert (sent["x-amz-date"], sent["x-amz-content-sha256"]) == ("20130524T000000Z", payload)


@pytest.mark.parametrize(
    ("key", "query", "target"),
    [
        ("", {}, "/b"),
        ("", {"uploads": "", "prefix": "a/b c"}, "/b?prefix=a%2Fb%20c&uploads="),
        ("a/ü +%~", {}, "/b/a/%C3%BC%20%2B%25~"),
        ("k", {"b": "2", "a": "1"}, "/b/k?a=1&b=2"),
    ],
)
def test_a_target_has_one_form(key, query, target):
    assert quoted("b", key, query) == target
