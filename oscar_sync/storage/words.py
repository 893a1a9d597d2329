"""What a store's refusals mean. Pure."""

from typing import Final

CONNECT_TIMEOUT_S: Final = 5.0

_WORDS: Final = {
    "InvalidAccessKeyId": "it does not accept the keys",
    "SignatureDoesNotMatch": "it does not accept the keys",
    "AccessDenied": "the keys do not allow that",
    "NoSuchBucket": "the bucket {bucket} does not exist",
    "NoSuchKey": "the object does not exist",
    "XMinioStorageFull": "it is full",
    "RequestTimeTooSkewed": "its clock and the one of this machine differ by more than 15 minutes",
}

HTML_PAGE: Final = (
    "it answers with an HTML page ({status}), which no store does: a proxy or portal is in "
    "between, or the address is that of a console"
)


def words_of(code: str, message: str = "", bucket: str = "") -> str:
    known = _WORDS.get(code, "").format(bucket=bucket).replace("  ", " ")
    return f"{known} ({code})" if known else f"{code}{f': {message}' if message else ''}"


_STATUSES: Final = {
    400: "it does not understand the request",
    401: "it does not accept the log-in",
    403: "the log-in does not allow that",
    404: "does not exist",
    405: "it does not allow that there",
    409: "something else is in the way, or a folder above is missing",
    413: "it is too large for the server",
    423: "it is locked",
    502: "the server behind it does not answer",
    503: "it is too busy",
    507: "the store is full",
}


def meaning_of_status(status: int) -> str:
    known = _STATUSES.get(status)
    if 300 <= status < 400:
        known = "it redirects, which is not followed"
    return f"{known} ({status})" if known else f"it answers {status}"
