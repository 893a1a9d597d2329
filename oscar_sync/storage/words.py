"""What a store's refusals mean. Pure."""

from typing import Final

CONNECT_TIMEOUT_S: Final = 5.0

_WORDS: Final = {
    "InvalidAccessKeyId": "it does not accept the keys",
    "SignatureDoesNotMatch": "it does not accept the keys",
    "AccessDenied": "the keys do not allow that",
    "NoSuchBucket": "the bucket does not exist",
    "NoSuchKey": "the object does not exist",
    "XMinioStorageFull": "it is full",
}


def words_of(code: str, message: str = "") -> str:
    """Return what an S3 error code means."""
    known = _WORDS.get(code)
    return f"{known} ({code})" if known else f"{code}{f': {message}' if message else ''}"


def untrusted(text: str) -> str:
    """Return why a certificate is not trusted, in OpenSSL's words; blank if it is not that."""
    _, found, why = text.partition("certificate verify failed: ")
    return f"its certificate is not trusted: {why.partition(' (_ssl')[0]}" if found else ""
